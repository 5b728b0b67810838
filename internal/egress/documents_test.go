package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

// published is a program's document: what a program says, with its id in the
// place of $ID.
const published = `{"client_id": "$ID", "client_name": "Notes", "redirect_uris": ["https://example.com/done", "http://127.0.0.1/done"],
	"token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "logo_uri": "http://10.0.0.1/"}`

// library answers documents, and counts how often.
type library struct {
	*site
	*Documents
	asked  atomic.Int32
	answer func(http.ResponseWriter, *http.Request)
}

func newLibrary(t *testing.T, clock func() time.Time) *library {
	t.Helper()
	l := &library{}
	l.site = newSite(t, func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		l.answer(w, r)
	})
	l.answer = func(w http.ResponseWriter, r *http.Request) { l.say(w, r, published) }
	l.Documents = NewDocuments(l.site.client, clock, slog.New(slog.DiscardHandler))
	return l
}

// say writes a document about who is asked for.
func (l *library) say(w io.Writer, r *http.Request, document string) {
	_, _ = io.WriteString(w, strings.ReplaceAll(document, "$ID", l.at(r.URL.String())))
}

func still() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

func TestADocumentDescribesAClient(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, still)
	none := func(more string) string {
		return strings.Replace(published, `"client_name"`, more+`, "client_name"`, 1)
	}
	method := func(s string) string { return strings.Replace(published, `"none"`, s, 1) }
	for _, c := range []struct {
		name, document string
		serve          func(http.Header) int
		wrong          string // after "names a document"; empty where a client is described
	}{
		{name: "as most are", document: published},
		{name: "of another kind that is JSON", document: published, serve: func(h http.Header) int {
			h.Set("Content-Type", "application/oauth-client+json; charset=utf-8")
			return 200
		}},
		{name: "without a method", document: strings.Replace(published, `"token_endpoint_auth_method": "none",`, "", 1)},
		{name: "that prefers keys and can do without", document: method(`"private_key_jwt", "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"], "jwks_uri": "https://10.0.0.1/"`)},
		{name: "with public keys", document: none(`"jwks": {"keys": [{"kty": "EC", "x": "a", "y": "b"}]}`)},
		{name: "that says more than is read", document: none(`"contacts": ["a"], "client_uri": "javascript:alert(1)", "software_statement": {"a": [1]}`)},

		{name: "that needs keys", document: method(`"private_key_jwt"`), wrong: "that asks to prove itself at the token endpoint by another token_endpoint_auth_method than none, and names none nowhere"},
		{name: "with a shared secret", document: method(`"client_secret_basic"`), wrong: "that holds a secret, which everybody can read"},
		{name: "with a shared secret although it could do without", document: method(`"client_secret_jwt", "token_endpoint_auth_methods_supported": ["none"]`), wrong: "that holds a secret, which everybody can read"},
		{name: "that tells its secret", document: none(`"client_secret": "hunter2"`), wrong: "that holds a secret, which everybody can read"},
		{name: "that tells when its secret ends", document: none(`"client_secret_expires_at": 0`), wrong: "that holds a secret, which everybody can read"},
		{name: "with the secret half of a key", document: none(`"jwks": {"keys": [{"kty": "EC", "d": "a"}]}`), wrong: "that holds a secret, which everybody can read"},
		{name: "with a symmetric key", document: none(`"jwks": {"keys": [{"kty": "oct", "k": "a"}]}`), wrong: "that holds a secret, which everybody can read"},

		{name: "about somebody else", document: strings.Replace(published, "$ID", "https://claude.ai/client.json", 1), wrong: "that has another client_id than its address, to the letter"},
		{name: "about the same in another form", document: strings.Replace(published, "$ID", "$ID?", 1), wrong: "that has another client_id than its address, to the letter"},
		{name: "about nobody", document: `{"redirect_uris": ["https://example.com/done"]}`, wrong: "that has another client_id than its address, to the letter"},
		{name: "twice", document: none(`"client_id": "$ID"`), wrong: "that is not the JSON it should be"},
		{name: "a list", document: `[]`, wrong: "that is not the JSON it should be"},
		{name: "with one address instead of a list", document: strings.Replace(published, `["https://example.com/done", "http://127.0.0.1/done"]`, `"https://example.com/done"`, 1), wrong: "that is not the JSON it should be"},
		{name: "nothing", document: ``, wrong: "that is not the JSON it should be"},
		{name: "more than one", document: published + published, wrong: "that is not the JSON it should be"},
		{name: "a page", document: `<html>`, serve: func(h http.Header) int { h.Set("Content-Type", "text/html"); return 200 }, wrong: "that is not application/json"},
		{name: "of no kind", document: published, serve: func(h http.Header) int { h["Content-Type"] = nil; return 200 }, wrong: "that is not application/json"},
		{name: "of a kind that begins alike", document: published, serve: func(h http.Header) int { h.Set("Content-Type", "application/jsonp"); return 200 }, wrong: "that is not application/json"},
		{name: "that is gone", document: published, serve: func(http.Header) int { return 410 }, wrong: "that is answered with the status 410 instead of 200"},
		{name: "that was made", document: published, serve: func(http.Header) int { return 201 }, wrong: "that is answered with the status 201 instead of 200"},
		{name: "elsewhere", document: published, serve: func(h http.Header) int { h.Set("Location", "/other"); return 302 }, wrong: "that is answered with the status 302 instead of 200"},
		{name: "too long", document: published + strings.Repeat(" ", maxDocument), wrong: "that is longer than 5 KB"},
		{name: "packed", document: published, serve: func(h http.Header) int { h.Set("Content-Encoding", "gzip"); return 200 }, wrong: "that is answered compressed, which was not asked for"},

		{name: "without addresses", document: strings.Replace(published, `"https://example.com/done", "http://127.0.0.1/done"`, "", 1), wrong: "whose redirect_uris must hold at least one"},
		{name: "with a script for an address", document: strings.Replace(published, "https://example.com/done", "javascript:alert(1)", 1), wrong: "whose redirect_uris must be https:// addresses, http:// ones of the person's own machine, or a scheme of the program's own such as com.example.app:/done"},
		{name: "for another flow", document: strings.Replace(published, `"authorization_code", `, "", 1), wrong: "whose grant_types must hold authorization_code"},
	} {
		l.answer = func(w http.ResponseWriter, r *http.Request) {
			if c.serve != nil {
				w.WriteHeader(c.serve(w.Header()))
			}
			l.say(w, r, c.document)
		}
		id := l.at("/" + strings.ReplaceAll(c.name, " ", "-") + ".json")
		got, err := l.ClientDocument(t.Context(), id)
		want := mindflow.Client{ID: id, Kind: mindflow.DocumentClient, Name: "Notes", RedirectURIs: []string{"https://example.com/done", "http://127.0.0.1/done"}}
		if c.wrong != "" {
			want = mindflow.Client{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		said := ""
		if fields := mindflow.FieldsOf(err); len(fields) == 1 && fields[0].Field == "client_id" {
			said = fields[0].Message
		}
		if c.wrong == "" && err != nil || c.wrong != "" && said != "names a document "+c.wrong {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWhatIsNoAddressOfADocumentIsNotAsked(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, still)
	for _, id := range []string{
		"", "0192f1c2-0000-7000-8000-000000000000", "http://example.com/client.json", "https://example.com", "https://example.com?x=/", "https:///client.json", "https:/example.com/c",
		"https://ada@example.com/c", "https://ada:secret@example.com/c", "https://@example.com/c", "https://example.com/c#", "https://example.com/c#x",
		"https://example.com/./c", "https://example.com/a/../c", "https://example.com/a/%2e%2E/c", "https://example.com/..", `https://example.com/a\c`, `https://example.com\@10.0.0.1/c`,
		"https://EXAMPLE.com/c", "HTTPS://example.com/c", "https://example.com:/c", "https://example.com:0/c", "https://example.com:0443/c", "https://example.com:65536/c",
		"https://example.com/ c", " https://example.com/c", "https://example.com/c\n", "https://exämple.com/c", "https://2130706433/c", "https://0x7f.1/c", "https://127.1/c", "https://0177.0.0.1/c",
		"https://[::ffff:10.0.0.1/c", "https://[fe80::1%25eth0]/c", "https://example.com./c", "javascript:alert(1)", "https://example.com/" + strings.Repeat("c", 2000),
	} {
		_, err := l.ClientDocument(t.Context(), id)
		if fields := mindflow.FieldsOf(err); len(fields) != 1 || !strings.HasPrefix(fields[0].Message, "must be a plain https:// address") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if n := l.connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

// Whoever asks learns nothing about the networks around the server: names that are
// not there, that are private, and that nobody answers at are told apart by nothing.
func TestWhatIsNotReachedIsToldInOneWay(t *testing.T) {
	t.Parallel()
	var told strings.Builder
	c := New(Settings{Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		switch host {
		case "private.example":
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		case "empty.example":
			return nil, nil
		}
		return nil, errors.New("no such host")
	}})
	d := NewDocuments(c, still, slog.New(slog.NewTextHandler(&told, nil)))
	for _, id := range []string{
		"https://private.example/c", "https://empty.example/c", "https://nobody.example/c", "https://10.0.0.1/c", "https://169.254.169.254/latest/meta-data/", "https://[::1]/c",
		"https://[64:ff9b::a00:1]/c", "https://127.0.0.1:8000/c", "https://example.com:22/c",
	} {
		_, err := d.ClientDocument(t.Context(), id)
		if fields := mindflow.FieldsOf(err); len(fields) != 1 || fields[0].Message != "names a document that could not be reached on the internet, at port 443 and within ten seconds" {
			t.Errorf("%s: %v", id, err)
		}
	}
	// Who runs the server is told more.
	if log := told.String(); !strings.Contains(log, "host=private.example") || !strings.Contains(log, "10.0.0.1 is not a permitted destination") {
		t.Error(log)
	}
}

func TestADocumentIsKeptAsLongAsItSays(t *testing.T) {
	t.Parallel()
	now := still()
	l := newLibrary(t, func() time.Time { return now })
	for i, c := range []struct {
		header map[string]string
		kept   time.Duration
	}{
		{nil, usuallyKept},
		{map[string]string{"Cache-Control": "max-age=7200"}, 2 * time.Hour},
		{map[string]string{"Cache-Control": "public, Max-Age=7200, immutable", "Age": "3600"}, time.Hour},
		{map[string]string{"Cache-Control": `max-age="7200", s-maxage=3600`}, time.Hour},
		{map[string]string{"Cache-Control": "max-age=0"}, leastKept},
		{map[string]string{"Cache-Control": "max-age=x"}, leastKept},
		{map[string]string{"Cache-Control": "max-age=-1"}, leastKept},
		{map[string]string{"Cache-Control": "max-age=99999999999999999999"}, longestKept},
		{map[string]string{"Cache-Control": "max-age=604800"}, longestKept},
		{map[string]string{"Cache-Control": "no-store, max-age=7200"}, leastKept},
		{map[string]string{"Cache-Control": "no-cache"}, leastKept},
		{map[string]string{"Cache-Control": "private, max-age=7200"}, leastKept},
		{map[string]string{"Cache-Control": "public"}, usuallyKept},
		{map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "Expires": "Thu, 26 Nov 2026 13:00:00 GMT"}, 3 * time.Hour},
		{map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "Expires": "0"}, leastKept},
	} {
		l.answer = func(w http.ResponseWriter, r *http.Request) {
			for name, value := range c.header {
				w.Header().Set(name, value)
			}
			l.say(w, r, published)
		}
		id, before := l.at(fmt.Sprintf("/%d", i)), l.asked.Load()
		asks := func(want int32) {
			t.Helper()
			got, err := l.ClientDocument(t.Context(), id)
			if err != nil || got.Name != "Notes" || l.asked.Load()-before != want {
				t.Errorf("%v: %+v, %v, after %d questions instead of %d", c.header, got, err, l.asked.Load()-before, want)
			}
			got.RedirectURIs[0] = "https://attacker.example/" // of one who asked, not of all
		}
		asks(1)
		now = now.Add(c.kept - time.Millisecond)
		asks(1)
		now = now.Add(time.Millisecond)
		asks(2)
	}
}

// The draft says so: a program's maker who mends a document is not to wait.
func TestWhatWentWrongIsNotKept(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, still)
	for _, answer := range []func(w http.ResponseWriter, r *http.Request){
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(w http.ResponseWriter, r *http.Request) { l.say(w, r, "{}") },
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		l.answer = answer
		if _, err := l.ClientDocument(t.Context(), l.at("/c")); err == nil {
			t.Error("a client")
		}
	}
	l.answer = func(w http.ResponseWriter, r *http.Request) { l.say(w, r, published) }
	if _, err := l.ClientDocument(t.Context(), l.at("/c")); err != nil {
		t.Error(err)
	}
}

func TestADocumentIsAskedForOnceAtATime(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, still)
	release := make(chan struct{})
	l.answer = func(w http.ResponseWriter, r *http.Request) {
		<-release
		l.say(w, r, published)
	}
	id := l.at("/c")
	leaving, leave := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := l.ClientDocument(leaving, id); !errors.Is(err, gone) {
			t.Errorf("who left: %v", err)
		}
	})
	for l.asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		all.Go(func() {
			if got, err := l.ClientDocument(t.Context(), id); err != nil || got.ID != id {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	leave(gone) // who asked first: what the others wait for goes on
	time.Sleep(50 * time.Millisecond)
	close(release)
	all.Wait()
	if n := l.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestOnlySoManyDocumentsAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waiting := func(ctx context.Context, _ string) ([]netip.Addr, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		d := NewDocuments(New(Settings{Lookup: waiting}), time.Now, slog.New(slog.DiscardHandler))
		var all sync.WaitGroup
		for n := range maxQuestions {
			all.Go(func() {
				if _, err := d.ClientDocument(t.Context(), fmt.Sprintf("https://example.com/%d", n)); mindflow.KindOf(err) != mindflow.KindInvalid {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if _, err := d.ClientDocument(t.Context(), "https://example.com/one-more"); mindflow.KindOf(err) != mindflow.KindUnavailable {
			t.Error(err)
		}
		all.Wait()
		if _, err := d.ClientDocument(t.Context(), "https://example.com/one-more"); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Error(err)
		}
		time.Sleep(2 * askTime) // lookups under way
	})
}

func TestOnlySoManyDocumentsAreKept(t *testing.T) {
	t.Parallel()
	now := still()
	d := NewDocuments(nil, func() time.Time { return now }, nil)
	id := func(n int) string { return fmt.Sprintf("https://example.com/%d", n) }
	for n := range maxKept {
		d.keep(mindflow.Client{ID: id(n)}, time.Hour+time.Duration(n)*time.Second)
	}
	d.keep(mindflow.Client{ID: id(5)}, 2*time.Hour) // known: nobody has to go
	d.keep(mindflow.Client{ID: id(maxKept)}, 24*time.Hour)
	for n, kept := range map[int]bool{0: false, 1: true, 5: true, maxKept: true} {
		if _, ok := d.keptOne(id(n)); ok != kept || len(d.kept) != maxKept {
			t.Errorf("%d is kept: %v, of %d", n, ok, len(d.kept))
		}
	}
	now = now.Add(90 * time.Minute)
	d.keep(mindflow.Client{ID: "https://example.com/new"}, time.Hour)
	if len(d.kept) != 3 {
		t.Errorf("%d are kept of what has ended", len(d.kept)-3)
	}
}
