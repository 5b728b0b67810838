package recurrence

import "math/bits"

// set holds numbers from 0 to 383: the days of a year, mostly.
type set [6]uint64

func (s *set) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s *set) has(i int) bool { return s[i>>6]>>(i&63)&1 != 0 }
func (s *set) empty() bool    { return *s == set{} }

func (s *set) and(o *set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s *set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// next is the first number from i on, or -1.
func (s *set) next(i int) int {
	for w := i >> 6; w < len(s); w++ {
		word := s[w]
		if w == i>>6 {
			word &= ^uint64(0) << (i & 63)
		}
		if word != 0 {
			return w<<6 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// span adds the numbers from a to b, b not among them.
func (s *set) span(a, b int) {
	for i := a; i < b; i++ {
		s.add(i)
	}
}
