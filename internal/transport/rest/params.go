package rest

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// paramInt is a whole number in the query that may be absent. Zero is a value.
type paramInt struct{ mindflow.Field[int] }

// Receiver lets huma fill in the value.
func (p *paramInt) Receiver() reflect.Value {
	return reflect.ValueOf(p).Elem().Field(0).FieldByName("Value")
}

// OnParamSet remembers whether it was there.
func (p *paramInt) OnParamSet(set bool, _ any) { p.Set = set }

// Schema documents a whole number.
func (paramInt) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeInteger} }

// orDefault is the value; zero when absent, and what is out of bounds when it is zero.
func (p paramInt) orDefault() int {
	if p.Set && p.Value == 0 {
		return -1
	}
	return p.Value
}

// paramHundredths is a number of two decimals in the query that may be absent.
type paramHundredths struct{ mindflow.Field[string] }

// Receiver lets huma fill in the text.
func (p *paramHundredths) Receiver() reflect.Value {
	return reflect.ValueOf(p).Elem().Field(0).FieldByName("Value")
}

// OnParamSet remembers whether it was there.
func (p *paramHundredths) OnParamSet(set bool, _ any) { p.Set = set }

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
