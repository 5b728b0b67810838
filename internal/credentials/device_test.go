package credentials

import (
	"strings"
	"testing"
	"time"
)

func TestAMarkIsOfOneDeviceAndOneAccount(t *testing.T) {
	now := time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	const first, second = "the first key of the tests, long enough", "the second key of the tests, long enough"
	signer := func(keys ...string) *Signer {
		s, err := NewSigner(keys, clock)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s, d := signer(first), NewDevice()
	mark := s.MarkDevice("ada@example.com", d)
	if got, ok := s.DeviceOf(mark, "ada@example.com"); !ok || got != d || !s.Marked(mark) {
		t.Errorf("%v, %v", got, ok)
	}
	if _, ok := signer(second, first).DeviceOf(mark, "ada@example.com"); !ok {
		t.Error("it does not outlive a new first key")
	}
	if _, ok := signer(second).DeviceOf(mark, "ada@example.com"); ok {
		t.Error("another key's counts")
	}
	for _, account := range []string{"eve@example.com", "ada@example.co", "ada@example.com ", ""} {
		if _, ok := s.DeviceOf(mark, account); ok {
			t.Errorf("it counts for %q", account)
		}
	}
	for i := range mark {
		other := byte('A')
		if mark[i] == other {
			other = 'B'
		}
		if _, ok := s.DeviceOf(mark[:i]+string(other)+mark[i+1:], "ada@example.com"); ok {
			t.Errorf("changed at %d it counts", i)
		}
	}
	token, err := s.Sign(Claims{UserID: "u", SessionID: "s", ExpiresAt: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"", "x", mark + "A", mark[1:], token, strings.Repeat("A", len(mark)), strings.Repeat("é", len(mark)/2)} {
		if _, ok := s.DeviceOf(no, "ada@example.com"); ok {
			t.Errorf("%q counts", no)
		}
	}
	if _, err := s.Check(mark); err == nil {
		t.Error("a mark admits")
	}
	now = now.Add(DeviceMarkTTL)
	if _, ok := s.DeviceOf(mark, "ada@example.com"); ok {
		t.Error("it never expires")
	}
}
