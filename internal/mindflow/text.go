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

// Tidy is text as it is stored: NFC, without white space at its ends. Text of
// which nothing can be seen is none.
func Tidy(s string) string {
	if s = strings.TrimSpace(NFC(s)); strings.ContainsFunc(s, isSeen) {
		return s
	}
	return ""
}

// isSeen reports whether a character shows, alone as it stands. A control character
// counts, so that it is refused as what it is.
func isSeen(r rune) bool { return !isUnseen(r) }

func isUnseen(r rune) bool {
	const blankBraille = '\u2800'
	switch {
	case r < utf8.RuneSelf:
		return r == ' '
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // Cf, and seen
		return false
	}
	return r == blankBraille || unicode.IsSpace(r) ||
		unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

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
