package mindflow

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// The commonest passwords of twelve characters and more, one a line, folded.
//
//go:embed passwords.txt
var commonPasswordList string

var commonPasswords = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for p := range strings.Lines(commonPasswordList) {
		known[strings.TrimSpace(p)] = true
	}
	return known
})

// commonPassword reports whether p is among the commonest, or is made of one
// short piece said again and again ("abcabcabcabc").
func commonPassword(p string) bool {
	folded := Fold(p)
	letters := []rune(folded)
	for size := 1; size <= 4; size++ {
		if len(letters) >= 3*size && slices.Equal(letters[size:], letters[:len(letters)-size]) {
			return true
		}
	}
	return commonPasswords()[folded]
}
