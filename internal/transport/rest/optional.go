package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// optional is a key of a merge patch: absent, null, or a value. A value of the
// wrong type is taken for absent: huma has refused it by the schema already.
type optional[T any] struct{ mindflow.Field[T] }

// UnmarshalJSON implements json.Unmarshaler.
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	if json.Unmarshal(b, &o.Value) == nil {
		return nil
	}
	// A whole number may be written 3.0 or 3e0. One that is too large stays
	// too large, for the limits to refuse.
	var f float64
	v := reflect.ValueOf(&o.Value).Elem()
	if v.CanInt() && json.Unmarshal(b, &f) == nil && f == math.Trunc(f) {
		v.SetInt(int64(max(-1<<53, min(f, 1<<53))))
		return nil
	}
	o.Field = mindflow.Field[T]{}
	return nil
}

// Schema documents the value's type, or null.
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// orNull is a thing with fields in an answer, or null: huma knows no reference
// that may be null.
type orNull[T any] struct{ value *T }

// MarshalJSON implements json.Marshaler.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

// Schema documents the value's type, or null.
func (o orNull[T]) Schema(r huma.Registry) *huma.Schema { return optional[T]{}.Schema(r) }

// bounds documents a limit without having huma enforce it: lengths count after
// trimming, which the vocabulary does.
func bounds(s *huma.Schema, name string, limits map[string]any) {
	p := s.Properties[name]
	if p == nil {
		panic(fmt.Sprintf("no property %q to document", name))
	}
	if p.Extensions == nil {
		p.Extensions = map[string]any{}
	}
	maps.Copy(p.Extensions, limits)
}
