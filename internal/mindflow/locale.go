package mindflow

import (
	"errors"
	"slices"
)

// Locale is how a person writes dates, and in which language besides English.
type Locale string

// The locales.
const (
	AmericanEnglish Locale = "en-US"
	BritishEnglish  Locale = "en-GB"
	German          Locale = "de"
)

// Locales lists every locale, first the one of who has not chosen.
var Locales = []Locale{AmericanEnglish, BritishEnglish, German}

var errLocale = errors.New("must be en-US, en-GB or de")

// ParseLocale reads a locale's name.
func ParseLocale(s string) (Locale, error) {
	if !slices.Contains(Locales, Locale(s)) {
		return "", errLocale
	}
	return Locale(s), nil
}
