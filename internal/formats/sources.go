package formats

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Sources makes source ids for entries that bring none: a hash of the
// normalised line and, since equal lines are different tasks, its occurrence
// number. It remembers 16 bytes of each line; the zero Sources is ready.
type Sources struct {
	seen map[[16]byte]int
}

// ID is the source id of the next occurrence of the normalised line.
func (s *Sources) ID(normalised string) string {
	sum := sha256.Sum256([]byte(normalised))
	key := [16]byte(sum[:])
	if s.seen == nil {
		s.seen = map[[16]byte]int{}
	}
	s.seen[key]++
	return fmt.Sprintf("%s-%d", hex.EncodeToString(key[:]), s.seen[key])
}
