package mindflow

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// anyText draws text with what makes trouble: marks, compatibility letters,
// letters whose case changes their length, white space and controls.
func anyText() *rapid.Generator[string] {
	awkward := []rune("aÅßẞſİıΣςǅﬁﬀΐᾳᾼ\u0345\u0301\u0308\u0327\u0323\u034f\u1e9b\u212a\u2126\u3000\u00a0\u2028\u0085\t\n\r\v\x00\x1f\x7f\u200d\u00ad\ufeff①㎏ｱﾞ각\u1100\u1161\u11a8𝓐😀👩🏽\u0f73\u0f71\u0f72\u1fb7")
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom(awkward)),
		rapid.StringOf(rapid.RuneFrom(nil, unicode.Mn, unicode.Lt, unicode.Lu, unicode.Zs)),
		rapid.StringOf(rapid.RuneFrom([]rune("\u0345\u0301\u0323α"))),
	)
}

func TestTidy(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"white space at the ends goes", " \t\n\u00a0\u3000a b\u2028 ", "a b"},
		{"white space inside stays", "a  b", "a  b"},
		{"a letter and its mark become one", "Cafe\u0301", "Caf\u00e9"},
		{"the Ångström sign becomes the letter", "\u212b", "\u00c5"},
		{"compatibility letters stay as typed", "ﬁ①", "ﬁ①"},
		{"markup stays as typed", "Tom & Jerry <b>", "Tom & Jerry <b>"},
		{"nothing but white space is nothing", " \n ", ""},
		{"nor what cannot be seen", "\u200b \u2060\u00ad\ufe0f\u3164\u2800\u202e", ""}, // seen red with a title of U+200B
		{"a mark of Arabic numbers is seen", "\u0600", "\u0600"},
		{"a mark alone is seen", "\u0301", "\u0301"},
		{"what joins letters stays with them", "a\u200d\u200b", "a\u200d\u200b"},
		{"a control character is not hidden", "\u200b\x00", "\u200b\x00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Tidy(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFold(t *testing.T) {
	tests := []struct{ name, a, b string }{
		{"case does not count", "TODAY Straße ÉTÉ", "today STRASSE été"},
		{"how a letter is composed does not count", "Cafe\u0301", "CAF\u00c9"},
		{"compatibility forms do not count", "ﬁle №１", "FILE no1"},
		{"the Kelvin sign is a k", "\u212a", "K"},
		{"the final sigma is a sigma", "ΟΔΟΣ", "οδος"},
		{"an iota below is an iota", "ᾼ", "αι"},
		{"an iota below is an iota on any letter", "x\u0345\u0323", "X\u0323\u03b9"},
		{"Cherokee has capitals too", "ᏣᎳᎩ ᏸ", "ꮳꮃꭹ Ᏸ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if Fold(tt.a) != Fold(tt.b) {
				t.Errorf("%q and %q fold to %q and %q", tt.a, tt.b, Fold(tt.a), Fold(tt.b))
			}
		})
	}
	if Fold("Ärger") == Fold("Arger") {
		t.Error("marks count")
	}
}

// What is stored folded is compared with what is folded again.
func TestFoldingWhatIsFoldedChangesNothing(t *testing.T) {
	check := func(fail func(string, ...any), s string) {
		if once := Fold(s); Fold(once) != once {
			fail("%q folds to %q, then to %q", s, once, Fold(once))
		}
	}
	for r := range unicode.MaxRune + 1 {
		if !unicode.IsGraphic(r) {
			continue
		}
		check(t.Errorf, string(r))
		if unicode.In(r, unicode.Mn, unicode.Lu, unicode.Lt) {
			check(t.Errorf, "ᾳ"+string(r)+"\u0301")
			check(t.Errorf, "\u0345"+string(r))
		}
	}
	rapid.Check(t, func(r *rapid.T) { check(r.Fatalf, anyText().Draw(r, "text")) })
}

func TestFoldingDoesNotSeeHowTextIsComposed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := anyText().Draw(r, "text")
		if a, b := Fold(norm.NFD.String(s)), Fold(norm.NFC.String(s)); a != b {
			r.Fatalf("%q folds to %q or %q", s, a, b)
		}
	})
}

func TestTidyingWhatIsTidyChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tidy := Tidy(anyText().Draw(r, "text"))
		if Tidy(tidy) != tidy || strings.TrimSpace(tidy) != tidy || !norm.NFC.IsNormalString(tidy) {
			r.Fatalf("%q is tidied to %q", tidy, Tidy(tidy))
		}
	})
}
