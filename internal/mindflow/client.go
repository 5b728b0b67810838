package mindflow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Client is a program that asks people for grants.
type Client struct {
	ID           string // how it names itself to this server
	Kind         ClientKind
	Name         string // what it calls itself, in one short line
	RedirectURIs []string
	CreatedAt    time.Time // of a registered one
}

// ClientID names a registered client.
type ClientID = ID[Client]

// ClientKind says how this server knows a client.
type ClientKind string

// The kinds of clients.
const (
	RegisteredClient ClientKind = "registered" // it introduced itself; nobody vouches for its name
	DocumentClient   ClientKind = "document"   // its id is the address of a document of its own
	KnownClient      ClientKind = "known"      // answers go to an address that is known to be its maker's
)

// Limits of what a client says about itself.
const (
	MaxClientName   = 60
	MaxRedirectURIs = 20
	maxRedirects    = 4000 // bytes of them all: anybody may have them kept
)

// ClientDraft is what a program says about itself, as RFC 7591 names it: when it
// registers, or in a document of its own.
type ClientDraft struct {
	Name          string   // client_name
	RedirectURIs  []string // redirect_uris
	GrantTypes    []string // grant_types; absent means the code alone
	ResponseTypes []string // response_types; absent means the code
}

// Validate answers the client that a draft describes, without id, kind and moment,
// or names every bad field.
func (d ClientDraft) Validate() (Client, error) {
	var bad fieldErrors
	c := Client{Name: plainName(d.Name), RedirectURIs: slices.Clone(d.RedirectURIs)}
	switch n := len(d.RedirectURIs); {
	case n == 0:
		bad.add("redirect_uris", "must hold at least one")
	case n > MaxRedirectURIs:
		bad.add("redirect_uris", fmt.Sprintf("must hold at most %d", MaxRedirectURIs))
	case len(strings.Join(d.RedirectURIs, "")) > maxRedirects:
		bad.add("redirect_uris", fmt.Sprintf("must have at most %d characters together", maxRedirects))
	default:
		for _, uri := range d.RedirectURIs {
			if err := CheckRedirect(uri); err != nil {
				bad.add("redirect_uris", err.Error())
				break
			}
		}
	}
	if len(d.GrantTypes) > 0 && !slices.Contains(d.GrantTypes, "authorization_code") {
		bad.add("grant_types", "must hold authorization_code")
	}
	if len(d.ResponseTypes) > 0 && !slices.Contains(d.ResponseTypes, "code") {
		bad.add("response_types", "must hold code")
	}
	if len(bad) > 0 {
		return Client{}, Invalid(bad...)
	}
	if c.Name == "" {
		c.Name = RedirectOf(c.RedirectURIs[0]).Host
	}
	return c, nil
}

// plainName is a name in one short line, without what is not seen or turns the
// direction of writing.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	runes := []rune(Tidy(strings.Join(strings.Fields(name), " ")))
	return strings.TrimSpace(string(runes[:min(len(runes), MaxClientName)]))
}

// Redirects reports whether answers for a client may be sent to an address: one
// that it named, to the letter. Of those on the person's own machine the port may
// differ (RFC 8252, 7.3): programs there take one that is free.
func (c Client) Redirects(uri string) bool {
	if slices.Contains(c.RedirectURIs, uri) {
		return CheckRedirect(uri) == nil
	}
	to := RedirectOf(uri)
	return to.loopback && slices.ContainsFunc(c.RedirectURIs, func(named string) bool {
		other := RedirectOf(named)
		return other.loopback && other.Host == to.Host && other.rest == to.rest
	})
}

// At is a client as people are to see it whose answers go to an address: where
// that is known to be a maker's, it is that maker's program, whatever it says.
func (c Client) At(redirect string) Client {
	if name := knownMaker(redirect); name != "" && c.Kind == RegisteredClient {
		c.Kind, c.Name = KnownClient, name
	}
	return c
}

// Address is where a client is at home, as far as that is proven: the document
// that describes it, else where its answers go.
func (c Client) Address(redirect string) string {
	if c.Kind == DocumentClient {
		return c.ID
	}
	return RedirectOf(redirect).Origin
}
