package egress

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/test/network"
)

// Two addresses of the internet, and others, each with somebody who would answer.
var (
	public  = []string{"1.2.3.4", "2a00:1450::1"}
	private = []string{
		"10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "127.0.0.1", "127.8.8.8",
		"::1", "fd00::1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1",
	}
)

// Fails when addresses are not checked at all, when only those of the name are and
// not those of redirects, and when a name is looked up anew to connect to it.
func TestInANetworkWithAnInternetOnlyThatIsReached(t *testing.T) {
	own := network.Alone(t, "notes.example", "rebinding.example")
	if own == nil {
		return
	}
	var asked atomic.Int32
	for _, address := range public {
		own.Serve(t, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if to, ok := strings.CutPrefix(r.URL.Path, "/to/"); ok {
				w.Header().Set("Location", "https://"+to+"/")
				w.WriteHeader(http.StatusFound)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, strings.ReplaceAll(published, "$ID", "https://"+r.Host+r.URL.String()))
		}))
	}
	trapped := own.Trap(t, private...)

	meanings := map[string][][]string{ // what a name means, in turn
		"notes.example":     {public},
		"rebinding.example": {public[:1], private[:1], private},
		"mixed.example":     {{public[0], private[0]}},
	}
	for i, address := range private {
		meanings[fmt.Sprintf("private%d.example", i)] = [][]string{{address}}
	}
	lookedUp := map[string]int{}
	c := New(Settings{Roots: own.Roots, Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		in, turn := meanings[host], lookedUp[host]
		lookedUp[host]++
		if len(in) == 0 {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		var found []netip.Addr
		for _, address := range in[min(turn, len(in)-1)] {
			found = append(found, netip.MustParseAddr(address))
		}
		return found, nil
	}})
	d := NewDocuments(c, time.Now, slog.New(slog.DiscardHandler))
	document := func(id string) error {
		t.Helper()
		got, err := d.ClientDocument(t.Context(), id)
		if (err == nil) != (got.Name == "Notes") {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
		return err
	}
	if err := document("https://notes.example/client.json"); err != nil || asked.Load() != 1 {
		t.Errorf("the internet: %v, asked %d times", err, asked.Load())
	}
	if err := document("https://rebinding.example/first"); err != nil || asked.Load() != 2 {
		t.Errorf("at first the internet: %v, asked %d times", err, asked.Load())
	}
	refused := []string{"https://rebinding.example/second", "https://rebinding.example/third", "https://mixed.example/c"}
	for i, address := range private {
		refused = append(refused, fmt.Sprintf("https://private%d.example/c", i))
		if netip.MustParseAddr(address).Is6() {
			refused = append(refused, "https://["+address+"]/c")
		} else {
			refused = append(refused, "https://"+address+"/c", "https://[::ffff:"+address+"]/c")
		}
	}
	for _, id := range refused {
		if err := document(id); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Errorf("%s: %v", id, err)
		}
	}
	for i := range private {
		to := fmt.Sprintf("private%d.example", i)
		if got, err := c.Get(t.Context(), "https://notes.example/to/"+to, Want{Redirects: 3}); err == nil {
			t.Errorf("redirected to %s: %+v", to, got)
		}
	}
	if n := asked.Load(); int(n) != 2+len(private) {
		t.Errorf("the internet was asked %d times", n)
	}
	if n := trapped.Load(); n != 0 {
		t.Errorf("%d connections to where none may be", n)
	}
}
