package mindflow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NFC is text in Unicode's composed form, the same however it was typed.
func NFC(s string) string { return norm.NFC.String(s) }

// Tidy is text as it is stored: NFC, without white space at its ends.
func Tidy(s string) string { return strings.TrimSpace(NFC(s)) }

// Fold is the form texts are compared and searched in: NFKC with case folded.
// Folding what is folded changes nothing.
func Fold(s string) string {
	if isPlain(s) {
		return strings.ToLower(s)
	}
	return norm.NFKC.String(strings.Map(foldCherokee, cases.Fold().String(norm.NFKC.String(s))))
}

// foldCherokee takes the capital, as Unicode's case folding does for Cherokee:
// x/text turns the capital into the small letter and the small into the capital.
func foldCherokee(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToUpper(r)
	}
	return r
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Length counts Unicode code points.
func Length(s string) int { return utf8.RuneCountInString(s) }

// hasControl reports whether s holds a control character other than those allowed.
func hasControl(s, allowed string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r)
	})
}
