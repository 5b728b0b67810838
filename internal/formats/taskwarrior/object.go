package taskwarrior

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// object is the attributes of one entry that are still to be used.
type object struct {
	names  []string // in the file's order
	values map[string]jsontext.Value
}

var (
	errNotUTF8 = errors.New("it holds bytes that are not UTF-8")
	errTwice   = errors.New("it names the same field twice")
	errNotJSON = errors.New("it is not a valid JSON object")
)

// parseObject reads the attributes of a JSON object.
func parseObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) {
		return object{}, errNotUTF8
	}
	o := object{values: map[string]jsontext.Value{}}
	d := jsontext.NewDecoder(bytes.NewReader(escapeControls(raw)))
	if d.PeekKind() != '{' {
		return o, errNotJSON
	}
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() == '"' {
		err = o.readMember(d)
	}
	if err == nil {
		_, err = d.ReadToken() // the closing brace, unless something is wrong
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return o, errTwice
	case err != nil:
		return o, errNotJSON
	}
	return o, nil
}

func (o *object) readMember(d *jsontext.Decoder) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	name := token.String() // before the decoder moves on
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	value = value.Clone()
	if kind := value.Kind(); kind == '{' || kind == '[' {
		err = value.Compact()
	}
	o.names = append(o.names, name)
	o.values[name] = value
	return err
}

// escapeControls makes legal JSON of the control characters that Taskwarrior
// prints as they are: it escapes only those that have a short form.
func escapeControls(raw []byte) []byte {
	if !slices.ContainsFunc(raw, isRawControl) {
		return raw
	}
	const hex = "0123456789abcdef"
	var out []byte
	var text, escaped bool
	for _, c := range raw {
		switch {
		case text && !escaped && isRawControl(c):
			out = append(out, '\\', 'u', '0', '0', '0'+c>>4, hex[c&15])
			continue
		case escaped:
			escaped = false
		case text:
			escaped, text = c == '\\', c != '"'
		default:
			text = c == '"'
		}
		out = append(out, c)
	}
	return out
}

// isRawControl leaves out the line break, which never stands in a string here.
func isRawControl(c byte) bool { return c < ' ' && c != '\n' }

// take removes an attribute and is its value; nil if there is none.
func (o *object) take(name string) jsontext.Value {
	v := o.values[name]
	delete(o.values, name)
	return v
}

// rest lists the names still to be used.
func (o *object) rest() []string {
	return slices.DeleteFunc(slices.Clone(o.names), func(name string) bool {
		_, left := o.values[name]
		return !left
	})
}

// normalised is the object as one line that is the same at each export of an
// unchanged task.
func (o *object) normalised() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		if name != "id" && name != "urgency" {
			b.WriteString(name + "\x00" + string(o.values[name]) + "\n")
		}
	}
	return b.String()
}

// textOf is a value as people read it: a string's characters, nothing for
// null, JSON for the rest.
func textOf(v jsontext.Value) string {
	switch kind := v.Kind(); {
	case kind == '"':
		text, _ := jsontext.AppendUnquote(nil, v) // the decoder found it legal
		return string(text)
	case kind == 'n':
		return ""
	}
	return string(v)
}

// listOf is the members of an array, or the parts of a string between commas.
func listOf(v jsontext.Value) []jsontext.Value {
	var list []jsontext.Value
	if v.Kind() != '[' {
		for part := range strings.SplitSeq(textOf(v), ",") {
			quoted, _ := jsontext.AppendQuote(nil, part) // legal UTF-8 as v is
			list = append(list, quoted)
		}
		return list
	}
	d := jsontext.NewDecoder(bytes.NewReader(v))
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() != ']' {
		var member jsontext.Value
		if member, err = d.ReadValue(); err == nil {
			list = append(list, member.Clone())
		}
	}
	return list
}

// textsOf is listOf as texts, without empty ones.
func textsOf(v jsontext.Value) []string {
	var texts []string
	for _, member := range listOf(v) {
		if text := strings.TrimSpace(textOf(member)); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
