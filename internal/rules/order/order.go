// Package order makes keys of decimal digits for an order that people arrange by
// hand. Keys are compared as text, which every collation does alike for digits,
// and read as the decimals of a fraction: there is room between any two.
package order

import (
	"math/big"
	"strings"
)

// Limits of the length of keys, in digits.
const (
	// Longest is what a key may have; where none so short fits, Respread.
	Longest = 60
	// Respread keys have at most so many, unless that would take in everything.
	short = 30
)

// Between is a shortest key after low and before high, in the middle of those
// there are. An empty low or high is an end of the order. It answers false when
// none of at most Longest digits fits.
func Between(low, high string) (string, bool) {
	for n := max(shared(low, high), 1); n <= Longest; n++ {
		first, last := bounds(low, high, n)
		if first.Cmp(last) > 0 {
			continue
		}
		middle := new(big.Int).Add(first, last)
		middle.Rsh(middle.Add(middle, one), 1)
		if key := digits(middle, n); !strings.HasSuffix(key, "0") {
			return key, true
		}
		// Nothing would ever fit between a key and that with a zero behind it.
		for _, beside := range []*big.Int{new(big.Int).Add(middle, one), new(big.Int).Sub(middle, one)} {
			if beside.Cmp(first) >= 0 && beside.Cmp(last) <= 0 {
				return digits(beside, n), true
			}
		}
	}
	return "", false
}

// shared is how many digits every key between two begins with.
func shared(low, high string) int {
	for n := range Longest {
		x, y := byte('0'), byte('9')
		if n < len(low) {
			x = low[n]
		}
		if n < len(high) {
			y = high[n]
		} else if high != "" {
			y = '0'
		}
		if x != y {
			return n
		}
	}
	return Longest
}

// spread is n keys after low and before high, in order, far apart, of at most so
// many digits. It answers false when they do not fit.
func spread(low, high string, n, longest int) ([]string, bool) {
	parts := big.NewInt(int64(n) + 1)
	for length := max(shared(low, high), 1); length <= longest; length++ {
		first, last := bounds(low, high, length)
		room := new(big.Int).Sub(last, first)
		if room.Div(room, parts).Cmp(ten) < 0 {
			continue
		}
		keys := make([]string, n)
		at := first
		for i := range keys {
			at = new(big.Int).Add(at, room)
			key := digits(at, length)
			if strings.HasSuffix(key, "0") {
				key = key[:length-1] + "1"
			}
			keys[i] = key
		}
		return keys, true
	}
	return nil, false
}

// Respread makes room in an order: keys are those that are there, in their order
// (several may be the same), and at is how many of them come before a new one. It
// answers new keys for a stretch of them, as short as can be, with the new one
// among them: made[i] is for keys[from+i] as long as from+i < at, then comes the
// new one's, and made[i+1] is for keys[from+i] after it. Their order stays.
func Respread(keys []string, at int) (from int, made []string) {
	for reach := 1; ; reach *= 2 {
		from, to := max(at-reach, 0), min(at+reach, len(keys))
		low, high := "", ""
		longest := short
		if from > 0 {
			low = keys[from-1]
		}
		if to < len(keys) {
			high = keys[to]
		}
		if low == "" && high == "" {
			longest = Longest
		}
		if low == "" || high == "" || low < high {
			if made, ok := spread(low, high, to-from+1, longest); ok {
				return from, made
			}
		}
	}
}

var one, ten = big.NewInt(1), big.NewInt(10)

// bounds are the first and the last number of n digits that is, as a key, after
// low and before high; the first is greater when there is none.
func bounds(low, high string, n int) (first, last *big.Int) {
	first, last = number(low, n), number(high, n)
	if low == "" || len(low) >= n {
		first.Add(first, one) // its own beginning is not after it
	}
	switch {
	case high == "":
		last.Exp(ten, big.NewInt(int64(n)), nil)
		last.Sub(last, one)
	case len(high) <= n:
		last.Sub(last, one) // but the beginning of a longer one is before that
	}
	return first, last
}

// number reads the first n digits of a key, with zeros where it is shorter.
func number(key string, n int) *big.Int {
	if len(key) < n {
		key += strings.Repeat("0", n-len(key))
	}
	v, _ := new(big.Int).SetString(key[:n], 10) // keys are digits
	return v
}

// digits writes a number as a key of n digits.
func digits(v *big.Int, n int) string {
	s := v.String()
	return strings.Repeat("0", n-len(s)) + s
}
