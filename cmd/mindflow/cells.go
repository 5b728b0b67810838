package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// emojiStyle asks for the two cells of a picture where there was one.
const emojiStyle = '\ufe0f'

// cellsOf is how many cells of a terminal a character fills. Ambiguous ones
// fill one, as they do outside of East Asian locales.
func cellsOf(r rune) int {
	switch {
	case r == emojiStyle:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1160 && r <= 0x11ff: // jamo that join the one before
		return 0
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// cells is how wide text is in a terminal. Joined emoji count each: many
// terminals show them so, and too many cells break no line.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

// cut shortens text to so many cells.
func cut(s string, room int) string {
	if cells(s) <= room {
		return s
	}
	if room < 1 {
		return ""
	}
	n, end := 0, 0
	for i, r := range s {
		n += cellsOf(r)
		if n > room-1 {
			end = i
			break
		}
	}
	return strings.TrimRight(s[:end], "\u200d") + "…"
}

// oneLine is text without what could command a terminal or begin a line.
func oneLine(s string) string {
	return printable(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s))
}
