package rest

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// param is a parameter of the query that may be absent. Zero is a value.
type param[T any] struct{ mindflow.Field[T] }

// Receiver lets huma fill in the value.
func (p *param[T]) Receiver() reflect.Value { return reflect.ValueOf(&p.Value).Elem() }

// OnParamSet remembers whether it was there.
func (p *param[T]) OnParamSet(set bool, _ any) { p.Set = set }

// paramInt is a whole number.
type paramInt struct{ param[int] }

// Schema documents a whole number.
func (paramInt) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeInteger} }

// orDefault is the value; zero when absent, and what is out of bounds when it is zero.
func (p paramInt) orDefault() int {
	if p.Set && p.Value == 0 {
		return -1
	}
	return p.Value
}

// paramBool is true or false.
type paramBool struct{ param[bool] }

// Schema documents a boolean.
func (paramBool) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeBoolean} }

// paramHundredths is a number of two decimals.
type paramHundredths struct{ param[string] }

// Schema documents a number in digits: its text is held against the pattern.
func (paramHundredths) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: numberPattern}
}

const numberPattern = `^[0-9]{1,4}(\.[0-9]{1,2})?$`

func (p paramHundredths) hundredths() mindflow.Field[mindflow.Hundredths] {
	v, err := mindflow.ParseHundredths(p.Value)
	if !p.Set || err != nil {
		return mindflow.Field[mindflow.Hundredths]{}
	}
	return mindflow.Some(v)
}
