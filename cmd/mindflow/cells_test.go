package main

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextIsMeasuredInCells(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "äöü": 3, "a\u0308": 1, "買い物": 6, "ｱｲｳ": 3, "ＡＢ": 4, "한국": 4, "\u1112\u1161\u11ab": 2,
		"🙂": 2, "❤": 1, "❤\ufe0f": 2, "🇩🇪": 2, "x\u200by": 2,
	} {
		if got := cells(text); got != want {
			t.Errorf("%q is %d cells wide, not %d", text, got, want)
		}
	}
	for _, row := range []struct {
		text string
		room int
		want string
	}{
		{"äöü", 2, "ä…"},
		{"買い物", 6, "買い物"},
		{"買い物", 5, "買い…"},
		{"買い物", 4, "買…"},
		{"a\u0308b\u0308c\u0308", 2, "a\u0308…"},
		{"👩\u200d🔬 lab", 4, "👩…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
	} {
		if got := cut(row.text, row.room); got != row.want {
			t.Errorf("%q in %d cells: %q, not %q", row.text, row.room, got, row.want)
		}
	}
	if got := oneLine("a\tb\nc\u2028d\x1b[31m"); got != "a b c d[31m" {
		t.Errorf("%q", got)
	}
}

func TestWhatIsCutFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, room := rapid.String().Draw(t, "text"), rapid.IntRange(0, 20).Draw(t, "room")
		got := cut(text, room)
		if cells(got) > room || !strings.HasPrefix(text, strings.TrimSuffix(got, "…")) {
			t.Errorf("%q in %d cells: %q", text, room, got)
		}
	})
}
