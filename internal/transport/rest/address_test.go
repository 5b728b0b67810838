package rest

import (
	"net/http"
	"net/netip"
	"testing"
)

// Whatever a client writes into headers, it is counted where it comes from.
// Seen red with the leftmost entry, as many do it.
func TestTheClientIsTheFirstHopFromTheRightThatIsNotTrusted(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tt := range map[string]struct {
		peer      string
		trusted   []netip.Prefix
		forwarded []string
		want      string
	}{
		"no proxy":                            {"192.0.2.1:5", trusted, nil, "192.0.2.1"},
		"a client that says it is another":    {"192.0.2.1:5", trusted, []string{"198.51.100.1"}, "192.0.2.1"},
		"nobody is trusted":                   {"10.0.0.1:5", nil, []string{"198.51.100.1"}, "10.0.0.1"},
		"a proxy":                             {"10.0.0.1:5", trusted, []string{"198.51.100.1"}, "198.51.100.1"},
		"a proxy that says nothing":           {"10.0.0.1:5", trusted, nil, "10.0.0.1"},
		"a client that wrote before":          {"10.0.0.1:5", trusted, []string{"203.0.113.7, 198.51.100.1"}, "198.51.100.1"},
		"a client that wrote a line":          {"10.0.0.1:5", trusted, []string{"203.0.113.7", "198.51.100.1"}, "198.51.100.1"},
		"a client that says it is a proxy":    {"10.0.0.1:5", trusted, []string{"203.0.113.7, 10.0.0.9, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":                         {"10.0.0.1:5", trusted, []string{"203.0.113.7,198.51.100.1,10.0.0.2"}, "198.51.100.1"},
		"two proxies in two lines":            {"10.0.0.1:5", trusted, []string{"198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
		"all of them trusted":                 {"10.0.0.1:5", trusted, []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"no address":                          {"10.0.0.1:5", trusted, []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"nonsense before the client":          {"10.0.0.1:5", trusted, []string{"<script>, 198.51.100.1"}, "198.51.100.1"},
		"an empty entry":                      {"10.0.0.1:5", trusted, []string{"198.51.100.1,"}, "10.0.0.1"},
		"an empty header":                     {"10.0.0.1:5", trusted, []string{""}, "10.0.0.1"},
		"a port":                              {"10.0.0.1:5", trusted, []string{"198.51.100.1:443"}, "198.51.100.1"},
		"IPv6 with a port":                    {"[fd00::1]:5", trusted, []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		"IPv6":                                {"[fd00::1]:5", trusted, []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv4 written as IPv6":                {"[::ffff:10.0.0.1]:5", trusted, []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"a zone":                              {"[fe80::1%eth0]:5", trusted, nil, "fe80::1"},
		"a peer without address":              {"@", trusted, []string{"198.51.100.1"}, "invalid IP"},
		"many hops, as somebody wrote before": {"10.0.0.1:5", trusted, []string{"1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,198.51.100.1"}, "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		if got := clientAddress(r, tt.trusted); got.String() != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func FuzzClientAddress(f *testing.F) {
	f.Add("10.0.0.1:5", "203.0.113.7, 198.51.100.1")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, before string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {before + ",198.51.100.1"}}}
		got := clientAddress(r, trusted)
		if address, _ := parseAddress(peer); isTrusted(address, trusted) && got.String() != "198.51.100.1" ||
			!isTrusted(address, trusted) && got != address {
			t.Errorf("%q, %q: %s", peer, before, got)
		}
	})
}
