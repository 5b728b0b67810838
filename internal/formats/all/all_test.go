package all_test

import (
	"strings"
	"testing"

	"mindflow/internal/formats"
	"mindflow/internal/formats/all"
)

func TestEveryNameHasItsFormat(t *testing.T) {
	for _, name := range all.Names() {
		f, ok := all.Named(name)
		if !ok || f.Name != name {
			t.Fatalf("%q: %+v", name, f)
		}
		for item, err := range f.Read(strings.NewReader(""), formats.Options{}) {
			t.Errorf("%q finds %+v, %v in nothing", name, item, err)
		}
	}
	if _, ok := all.Named("abacus"); ok {
		t.Error("an unknown format was found")
	}
}
