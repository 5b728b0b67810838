package order

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestAKeyBetweenTwoIsAShortestOne(t *testing.T) {
	for _, c := range []struct{ says, low, high, want string }{
		{"nothing there", "", "", "5"},
		{"before a moment of creation", "", "11795746000000000", "1"},
		{"before the shortest", "", "1", "05"},
		{"after a moment of creation", "11795746000000000", "", "6"},
		{"after the greatest digit", "9", "", "95"},
		{"between neighbours", "1", "2", "15"},
		{"between a key and a longer one", "1", "15", "12"},
		{"between a key and one barely longer", "1", "11", "105"},
		{"between moments of creation", "11795746000000000", "11795746000000003", "11795746000000002"},
		{"between two that follow each other", "11795746000000000", "11795746000000001", "117957460000000005"},
		{"a zero at the end is never made", "19", "21", "2"},
		{"nor in the middle of more", "09", "11", "1"},
		{"the same twice", "15", "15", ""},
		{"the wrong way round", "2", "1", ""},
		{"a key and that with a zero behind it", "1", "10", ""},
		{"as many zeros as there may be", "1", "1" + strings.Repeat("0", 61), ""},
		{"more digits than there may be", strings.Repeat("9", Longest), "", ""},
	} {
		got, ok := Between(c.low, c.high)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: between %q and %q comes %q, %v; want %q", c.says, c.low, c.high, got, ok, c.want)
		}
	}
}

// A key is between its neighbours, ends in no zero, and no shorter one would do.
func TestAnyTwoKeysHaveOneBetweenThem(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	key := func() string {
		n := 1 + r.IntN(6)
		return fmt.Sprintf("%0*d", n, r.IntN(1_000_000))[:n-1] + strconv.Itoa(1+r.IntN(9))
	}
	for range 20_000 {
		low, high := key(), key()
		if low >= high {
			continue
		}
		got, ok := Between(low, high)
		if !ok || got <= low || got >= high || strings.HasSuffix(got, "0") {
			t.Fatalf("between %q and %q: %q, %v", low, high, got, ok)
		}
		for n := 1; n < len(got) && n < 4; n++ {
			for v := range pow(n) {
				if s := fmt.Sprintf("%0*d", n, v); low < s && s < high && !strings.HasSuffix(s, "0") {
					t.Fatalf("between %q and %q comes %q, and %q is shorter", low, high, got, s)
				}
			}
		}
	}
}

func pow(n int) int {
	v := 1
	for range n {
		v *= 10
	}
	return v
}

// shelf is an order as the store keeps it: each thing with a key, sorted by that
// and then by its name. want is the same as a plain list.
type shelf struct {
	t         *testing.T
	keys      map[int]string
	want      []int
	respreads int
}

func newShelf(t *testing.T, key func(i int) string, n int) *shelf {
	t.Helper()
	s := &shelf{t: t, keys: map[int]string{}}
	for i := range n {
		s.keys[i] = key(i)
		s.want = append(s.want, i)
	}
	return s
}

// sorted is what the keys say.
func (s *shelf) sorted() []int {
	list := slices.Clone(s.want)
	slices.SortFunc(list, func(a, b int) int { return compare(s.keys[a], a, s.keys[b], b) })
	return list
}

func compare(x string, a int, y string, b int) int {
	if c := strings.Compare(x, y); c != 0 {
		return c
	}
	return a - b
}

// move puts a thing behind so many others, as the use case does.
func (s *shelf) move(who, at int) {
	s.want = slices.DeleteFunc(s.want, func(i int) bool { return i == who })
	low, high := "", ""
	if at > 0 {
		low = s.keys[s.want[at-1]]
	}
	if at < len(s.want) {
		high = s.keys[s.want[at]]
	}
	if key, ok := Between(low, high); ok {
		s.keys[who] = key
	} else {
		s.respreads++
		keys := make([]string, len(s.want))
		for i, other := range s.want {
			keys[i] = s.keys[other]
		}
		from, made := Respread(keys, at)
		for i, key := range made {
			switch place := from + i; {
			case place < at:
				s.keys[s.want[place]] = key
			case place == at:
				s.keys[who] = key
			default:
				s.keys[s.want[place-1]] = key
			}
		}
	}
	s.want = slices.Insert(s.want, at, who)
}

func (s *shelf) check() {
	s.t.Helper()
	if got := s.sorted(); !slices.Equal(got, s.want) {
		s.t.Fatalf("the order is %v, want %v", got, s.want)
	}
	for who, key := range s.keys {
		if len(key) > Longest || strings.Trim(key, "0123456789") != "" {
			s.t.Fatalf("%d has the key %q", who, key)
		}
	}
}

func created(i int) string { return strconv.Itoa(11_795_746_000_000_000 + i) }

// Whatever moves where, the keys say what a plain list says.
func TestTenThousandMovesKeepTheOrderOfAList(t *testing.T) {
	for says, where := range map[string]func(r *rand.Rand, n, i int) (who, at int){
		"anywhere":                      func(r *rand.Rand, n, _ int) (int, int) { return r.IntN(n), r.IntN(n) },
		"always to the first place":     func(r *rand.Rand, n, _ int) (int, int) { return r.IntN(n), 0 },
		"always to the last place":      func(r *rand.Rand, n, _ int) (int, int) { return r.IntN(n), n - 1 },
		"always to the same spot":       func(r *rand.Rand, n, _ int) (int, int) { return r.IntN(n), n / 2 },
		"in turn to both sides of one":  func(r *rand.Rand, n, i int) (int, int) { return r.IntN(n), n/2 + i%2 },
		"two that change places always": func(_ *rand.Rand, n, i int) (int, int) { return i % 2, n / 2 },
	} {
		for kind, key := range map[string]func(i int) string{
			"one after the other": created, "all at the same moment": func(int) string { return created(0) }, "by the hour": func(i int) string { return created(i / 24) },
		} {
			t.Run(says+", "+kind, func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, 4))
				const n = 60
				s := newShelf(t, key, n)
				for i := range 10_000 {
					s.move(where(r, n, i))
					if i%50 == 0 || i < 300 {
						s.check()
					}
				}
				s.check()
				if s.respreads > 400 {
					t.Errorf("respread %d times", s.respreads)
				}
			})
		}
	}
}

// Room is made where it is short of it, and nowhere else.
func TestARespreadTouchesAShortStretch(t *testing.T) {
	s := newShelf(t, created, 1000)
	for i := range 200 {
		s.move(i, 500)
	}
	was := map[int]string{}
	keys := make([]string, len(s.want))
	for i, who := range s.want {
		was[who], keys[i] = s.keys[who], s.keys[who]
	}
	_, made := Respread(keys, 500)
	if len(made) > 300 {
		t.Errorf("%d of %d keys are new", len(made), len(keys))
	}
	for _, key := range made {
		if len(key) > short {
			t.Errorf("a new key has %d digits", len(key))
		}
	}
}
