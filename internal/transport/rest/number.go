package rest

import (
	"bytes"

	"github.com/danielgtaylor/huma/v2"

	"mindflow/internal/mindflow"
)

// number is an exact number of two decimals, as a JSON number.
type number mindflow.Hundredths

// MarshalJSON writes the shortest decimal form.
func (n number) MarshalJSON() ([]byte, error) { return mindflow.Hundredths(n).MarshalJSON() }

// Schema documents a number.
func (number) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// decimal is a number as it was written, so that its field's name is at hand
// when it turns out to be none of ours.
type decimal []byte

// UnmarshalJSON keeps the number's text.
func (d *decimal) UnmarshalJSON(b []byte) error {
	*d = bytes.Clone(b)
	return nil
}

// Schema documents a number.
func (decimal) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

func (d *decimal) field() mindflow.Field[string] {
	if d == nil {
		return mindflow.Field[string]{}
	}
	return mindflow.Some(string(*d))
}
