package mcp

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"mindflow/internal/mindflow"
)

// optional is a key of a merge patch: absent, null, or a value.
type optional[T any] struct{ mindflow.Field[T] }

// UnmarshalJSON implements json.Unmarshaler.
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}

// decode reads a call's arguments strictly. What is wrong is said by the name of
// the field; values are never echoed.
func decode(arguments []byte, in any) error {
	if len(arguments) == 0 {
		arguments = []byte("{}")
	}
	err := json.Unmarshal(arguments, in, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return &mindflow.Error{Kind: mindflow.KindInvalid, Message: "The arguments are not valid JSON, or hold a key twice"}
	}
	field := fieldAt(semantic.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return mindflow.InvalidField(field, "is not a known field; the tool's input schema lists those there are")
	case field == "":
		return &mindflow.Error{Kind: mindflow.KindInvalid, Message: "The arguments must be a JSON object"}
	}
	return mindflow.InvalidField(field, "must be "+kindOf(semantic.GoType))
}

// fieldAt writes a pointer as people do: "tasks[2].priority".
func fieldAt(p jsontext.Pointer) string {
	var path strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			path.WriteString("[" + token + "]")
		case path.Len() > 0:
			path.WriteString("." + clip(token))
		default:
			path.WriteString(clip(token))
		}
	}
	return path.String()
}

// clip bounds a name that came from outside.
func clip(name string) string {
	const most = 60
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// kindOf says what JSON a Go type is read from.
func kindOf(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	switch t.Kind() { //nolint:exhaustive // the others are in no input
	case reflect.String:
		return "a text"
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		if field, ok := t.FieldByName("Value"); ok {
			return kindOf(field.Type)
		}
		return "an object"
	}
	return "of another type"
}
