package egress

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/singleflight"

	"mindflow/internal/mindflow"
)

// Documents reads what programs publish about themselves, by the draft "OAuth
// Client ID Metadata Document": the id of such a program is the https address of
// a small JSON document. A document is kept for a while; what went wrong is not.
type Documents struct {
	client *Client
	clock  func() time.Time
	log    *slog.Logger
	under  singleflight.Group // one question at a time for each address
	places chan struct{}

	mu   sync.Mutex
	kept map[string]keptClient
}

type keptClient struct {
	mindflow.Client
	until time.Time
}

// Bounds of documents: how large one may be, as the draft recommends, how many are
// kept and for how long, whatever their servers say, and how many are asked for at
// once.
const (
	maxDocument  = 5 << 10
	maxKept      = 1000
	leastKept    = 5 * time.Minute // a consent and what follows it see the same
	usuallyKept  = time.Hour
	longestKept  = 24 * time.Hour
	maxQuestions = 32
)

// NewDocuments reads documents through a client. What goes wrong is told in the
// log, with more than people are told.
func NewDocuments(c *Client, clock func() time.Time, log *slog.Logger) *Documents {
	return &Documents{client: c, clock: clock, log: log, places: make(chan struct{}, maxQuestions), kept: map[string]keptClient{}}
}

// ClientDocument answers the client whose id is the address of a document that
// describes it. An error of the field "client_id" says why there is none.
func (d *Documents) ClientDocument(ctx context.Context, id string) (mindflow.Client, error) {
	if !isDocument(id) {
		return mindflow.Client{}, mindflow.InvalidField("client_id",
			"must be a plain https:// address with a path: without user, fragment, backslash, blank or dot segments, in small letters up to the path")
	}
	if c, ok := d.keptOne(id); ok {
		return c, nil
	}
	// Who asks first may go; others may wait for the same.
	lasting := context.WithoutCancel(ctx)
	asked := d.under.DoChan(id, func() (any, error) { return d.fetch(lasting, id) })
	select {
	case <-ctx.Done():
		return mindflow.Client{}, context.Cause(ctx)
	case got := <-asked:
		c, _ := got.Val.(mindflow.Client) // the zero Client beside an error
		c.RedirectURIs = slices.Clone(c.RedirectURIs)
		return c, got.Err
	}
}

// isDocument reports whether an id is the address of a document: one that means
// the same to whoever reads it, and has a path.
func isDocument(id string) bool {
	behind := strings.TrimPrefix(id, mindflow.RedirectOf(id).Origin)
	return strings.HasPrefix(id, "https://") && strings.HasPrefix(behind, "/")
}

func (d *Documents) keptOne(id string) (mindflow.Client, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, ok := d.kept[id]
	if !ok || !d.clock().Before(k.until) {
		return mindflow.Client{}, false
	}
	k.RedirectURIs = slices.Clone(k.RedirectURIs)
	return k.Client, true
}

// fetch asks for a document, and keeps what it says.
func (d *Documents) fetch(ctx context.Context, id string) (mindflow.Client, error) {
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
	default:
		return mindflow.Client{}, mindflow.Unavailable("Many programs are being looked up just now; try again in a moment")
	}
	got, err := d.client.Get(ctx, id, Want{Accept: "application/json", MaxBytes: maxDocument})
	if err != nil {
		d.log.InfoContext(ctx, "a client's document was not read", "host", mindflow.RedirectOf(id).Host, "error", err)
		return mindflow.Client{}, mindflow.InvalidField("client_id", "names a document that "+unread(err))
	}
	c, wrong := readDocument(id, got)
	if wrong != "" {
		return mindflow.Client{}, mindflow.InvalidField("client_id", "names a document "+wrong)
	}
	d.keep(c, lifetime(got.Header))
	return c, nil
}

// unread says what became of a question, in words that tell nothing about networks
// of ours: a name without an address, one with a private one and one behind which
// nobody answers are the same.
func unread(err error) string {
	switch {
	case errors.Is(err, ErrCertificate):
		return "has no valid certificate"
	case errors.Is(err, ErrTooLarge):
		return "is longer than 5 KB"
	case errors.Is(err, ErrPacked):
		return "is answered compressed, which was not asked for"
	default:
		return "could not be reached on the internet, at port 443 and within ten seconds"
	}
}

// document is what is read of one.
type document struct {
	ID            string           `json:"client_id"`
	Name          string           `json:"client_name"`
	RedirectURIs  []string         `json:"redirect_uris"`
	GrantTypes    []string         `json:"grant_types"`
	ResponseTypes []string         `json:"response_types"`
	Method        string           `json:"token_endpoint_auth_method"`
	Methods       []string         `json:"token_endpoint_auth_methods_supported"`
	Secret        jsontext.Value   `json:"client_secret"`
	SecretExpires jsontext.Value   `json:"client_secret_expires_at"`
	Keys          publishedKeyring `json:"jwks"`
}

type publishedKeyring struct {
	Keys []map[string]jsontext.Value `json:"keys"`
}

// readDocument is the client an answer describes, or what is wrong with it.
func readDocument(id string, got Answer) (mindflow.Client, string) {
	kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	var doc document
	switch {
	case got.Status != http.StatusOK:
		return mindflow.Client{}, "that is answered with the status " + strconv.Itoa(got.Status) + " instead of 200"
	case kind != "application/json" && !(strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")):
		return mindflow.Client{}, "that is not application/json"
	case json.Unmarshal(got.Body, &doc) != nil:
		return mindflow.Client{}, "that is not the JSON it should be"
	case doc.ID != id:
		return mindflow.Client{}, "that has another client_id than its address, to the letter"
	case doc.tellsSecrets():
		return mindflow.Client{}, "that holds a secret, which everybody can read"
	case !doc.public():
		return mindflow.Client{}, "that asks to prove itself at the token endpoint by another token_endpoint_auth_method than none, and names none nowhere"
	}
	c, err := mindflow.ClientDraft{Name: doc.Name, RedirectURIs: doc.RedirectURIs, GrantTypes: doc.GrantTypes, ResponseTypes: doc.ResponseTypes}.Validate()
	if err != nil {
		wrong := mindflow.FieldsOf(err) // one at least
		return mindflow.Client{}, "whose " + wrong[0].Field + " " + wrong[0].Message
	}
	c.ID, c.Kind = id, mindflow.DocumentClient
	return c, ""
}

// tellsSecrets reports whether a document has what must not be published: a shared
// secret, a way to prove oneself that needs one, or the secret half of a key.
func (d document) tellsSecrets() bool {
	return d.Secret != nil || d.SecretExpires != nil ||
		strings.HasPrefix(d.Method, "client_secret_") ||
		slices.ContainsFunc(d.Keys.Keys, func(key map[string]jsontext.Value) bool { return key["d"] != nil || key["k"] != nil })
}

// public reports whether a client can do without proof of itself. One document is
// for all servers: it may prefer another way that is not ours.
func (d document) public() bool {
	return d.Method == "" || d.Method == "none" || slices.Contains(d.Methods, "none")
}

// keep keeps a client, in the place of what has ended, or else of what ends next.
func (d *Documents) keep(c mindflow.Client, lifetime time.Duration) {
	now := d.clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.kept[c.ID]; !known && len(d.kept) >= maxKept {
		next := ""
		for id, k := range d.kept {
			if !now.Before(k.until) {
				delete(d.kept, id)
			} else if next == "" || k.until.Before(d.kept[next].until) {
				next = id
			}
		}
		if len(d.kept) >= maxKept {
			delete(d.kept, next)
		}
	}
	d.kept[c.ID] = keptClient{Client: c, until: now.Add(lifetime)}
}

// lifetime is how long an answer may be kept, by what it says of itself (RFC 9111)
// and within our bounds.
func lifetime(h http.Header) time.Duration {
	said := map[string]string{}
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		said[name] = strings.Trim(value, `"`)
	}
	for _, not := range []string{"no-store", "no-cache", "private"} {
		if _, ok := said[not]; ok {
			return leastKept
		}
	}
	for _, age := range []string{"s-maxage", "max-age"} {
		if value, ok := said[age]; ok {
			return bounded(seconds(value) - seconds(h.Get("Age")))
		}
	}
	if h.Get("Expires") == "" {
		return usuallyKept
	}
	ends, err := http.ParseTime(h.Get("Expires"))
	begins, unknown := http.ParseTime(h.Get("Date"))
	if err != nil || unknown != nil {
		return leastKept
	}
	return bounded(ends.Sub(begins))
}

func bounded(d time.Duration) time.Duration { return min(max(d, leastKept), longestKept) }

// seconds reads a number of seconds; what is none is no time at all.
func seconds(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(n) * time.Second
}
