package depend

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type links map[int][]int

func (l links) of(n int) []int { return l[n] }

// circular reports by brute force whether something waits for itself.
func circular(l links, n int) bool {
	for start := range n {
		seen := map[int]bool{}
		next := slices.Clone(l[start])
		for len(next) > 0 {
			at := next[0]
			next = next[1:]
			if at == start {
				return true
			}
			if !seen[at] {
				seen[at] = true
				next = append(next, l[at]...)
			}
		}
	}
	return false
}

// without are the links but for some.
func (l links) without(out []Link[int]) links {
	left := links{}
	for from, all := range l {
		for _, to := range all {
			if !slices.Contains(out, Link[int]{from, to}) {
				left[from] = append(left[from], to)
			}
		}
	}
	return left
}

func (l links) with(more links) links {
	both := l.without(nil)
	for from, all := range more {
		both[from] = append(both[from], all...)
	}
	return both
}

// Fails when a place that was turned back from counts as seen, and when links that
// close no circle are left out.
func TestWithoutTheClosingLinksNothingWaitsForItself(t *testing.T) {
	const n = 7
	rapid.Check(t, func(t *rapid.T) {
		old, fresh := links{}, links{}
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6}).Draw(t, "order")
		for from := range n {
			for _, to := range rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 3, rapid.ID[int]).Draw(t, "others") {
				switch earlier := slices.Index(order, from) < slices.Index(order, to); {
				case earlier && rapid.Bool().Draw(t, "old"): // without circles
					old[from] = append(old[from], to)
				default:
					fresh[from] = append(fresh[from], to)
				}
			}
		}
		places := []int{0, 1, 2, 3, 4, 5, 6}
		out := Closing(places, old.of, fresh.of)
		if left := old.with(fresh.without(out)); circular(left, n) {
			t.Fatalf("old %v, new %v, without %v", old, fresh, out)
		}
		if len(out) > 0 && !circular(old.with(fresh), n) {
			t.Fatalf("old %v, new %v have no circle, and lose %v", old, fresh, out)
		}
		if len(old) > 0 {
			return
		}
		for _, link := range out { // each would close one
			if one := fresh.without(out).with(links{link.From: {link.To}}); !circular(one, n) {
				t.Fatalf("new %v lose %v", fresh, link)
			}
		}
	})
}

// Fails when each link is looked at from each place.
func TestALongCircleLosesOneLinkAtOnce(t *testing.T) {
	const n = 100_000
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	began := time.Now()
	for _, direction := range []int{1, n - 1} {
		out := Closing(places, links{}.of, func(i int) []int { return []int{(i + direction) % n, (i + 2*direction) % n} })
		if len(out) == 0 || len(out) > 3 {
			t.Errorf("it loses %d", len(out))
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
