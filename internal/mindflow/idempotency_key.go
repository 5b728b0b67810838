package mindflow

import (
	"fmt"
	"strings"
)

// IdempotencyKey marks a request that may be sent again: the same key is the
// same request, and is done once.
type IdempotencyKey struct {
	Name  string // as the client chose it
	Route string // what was asked for, ids aside: keys of different routes do not meet
	Hash  string // of all that was asked: it tells a repeat from another request
}

// MaxIdempotencyKey bounds a key's name, in bytes.
const MaxIdempotencyKey = 255

// CheckIdempotencyKey says what is wrong with a key's name, if anything.
func CheckIdempotencyKey(name string) error {
	const space, del = ' ', 0x7f
	if name == "" || len(name) > MaxIdempotencyKey || strings.ContainsFunc(name, func(r rune) bool { return r <= space || r >= del }) {
		return InvalidField("Idempotency-Key", fmt.Sprintf("must come once, and be 1 to %d visible ASCII characters", MaxIdempotencyKey))
	}
	return nil
}
