// Package egress asks addresses that people named: on the internet, never in a
// network of ours.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Settings are what may be reached, and how it is found.
type Settings struct {
	// Networks may be reached although they are no part of the internet, on any port.
	Networks []netip.Prefix
	// Roots are the authorities whose certificates count; nil: the machine's.
	Roots *x509.CertPool
	// Lookup finds the addresses of a name; nil: the machine's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Client asks addresses on the internet: by https alone, without cookies, proxies
// or anything else that says who asks, and never longer than askTime. What is
// checked is the very address it connects to, so that it does not matter what a
// name means a moment later.
type Client struct {
	transport *http.Transport
	networks  []netip.Prefix
	internet  *ssrf.Guardian
	patience  time.Duration
	lookup    func(context.Context, string) ([]netip.Addr, error)
}

// Bounds of one question, from the name to the last byte.
const (
	askTime      = 10 * time.Second
	dialTime     = 3 * time.Second
	maxHeaders   = 32 << 10
	maxAddresses = 4 // of a name that are tried
)

// What is wrong with an answer, or why there is none.
var (
	ErrAddress     = errors.New("no https address that may be asked")
	ErrUnreached   = errors.New("not reached")
	ErrCertificate = errors.New("no valid certificate")
	ErrTooLarge    = errors.New("more than is read")
	ErrPacked      = errors.New("packed, though that was not asked for")
)

// New is a client.
func New(s Settings) *Client {
	c := &Client{networks: s.Networks, lookup: s.Lookup, internet: ssrf.New(ssrf.WithPorts(443)), patience: askTime}
	if c.lookup == nil {
		c.lookup = lookup
	}
	var one http.Protocols
	one.SetHTTP1(true)
	c.transport = &http.Transport{
		DialContext:            c.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.Roots},
		Protocols:              &one,
		MaxResponseHeaderBytes: maxHeaders,
		DisableKeepAlives:      true, // strangers keep nothing open here
		DisableCompression:     true, // nothing is unpacked, so that nothing can burst
	}
	return c
}

// Want is what of an answer is welcome.
type Want struct {
	Accept   string // the kinds of documents
	MaxBytes int
	// Redirects is how many are followed, each to an address as good as the first.
	// Beyond them the redirect is the answer.
	Redirects int
}

// Answer is what an address said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get asks an address. Its errors are of the kinds above; what they wrap is for
// whoever runs this server, since it may tell about networks of ours.
func (c *Client) Get(ctx context.Context, address string, want Want) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if err := askable(r.URL); err != nil {
		return Answer{}, err
	}
	r.Header = http.Header{"User-Agent": {"MindFlow"}, "Accept": {want.Accept}, "Accept-Encoding": {"identity"}}
	follow := http.Client{Transport: c.transport, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if len(before) > want.Redirects {
			return http.ErrUseLastResponse
		}
		next.Header.Del("Referer")
		return askable(next.URL)
	}}
	got, err := follow.Do(r)
	if err != nil {
		return Answer{}, failure(err)
	}
	defer got.Body.Close()
	body, err := read(got, want.MaxBytes)
	if err != nil {
		return Answer{}, err
	}
	// Who ends an answer because we have gone seems to have said all of it.
	if err := ctx.Err(); err != nil {
		return Answer{}, failure(err)
	}
	return Answer{Status: got.StatusCode, Header: got.Header, Body: body}, nil
}

// askable refuses other schemes, and whoever would sign in.
func askable(u *url.URL) error {
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ErrAddress
	}
	return nil
}

func failure(err error) error {
	if errors.Is(err, ErrAddress) {
		return err
	}
	if _, bad := errors.AsType[*tls.CertificateVerificationError](err); bad {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreached, err)
}

func read(got *http.Response, most int) ([]byte, error) {
	if how := got.Header.Get("Content-Encoding"); how != "" && !strings.EqualFold(how, "identity") {
		return nil, ErrPacked
	}
	if got.ContentLength > int64(most) {
		return nil, ErrTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, int64(most)+1))
	if err != nil {
		return nil, failure(err)
	}
	if len(body) > most {
		return nil, ErrTooLarge
	}
	return body, nil
}

// lookup asks the machine's resolver for a name as it is, not for one of that
// beginning below a domain of ours.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if strings.Contains(host, ".") && !strings.HasSuffix(host, ".") {
		host += "."
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// dial connects to one of the addresses of a name. If one of them may not be
// reached none is tried: no honest name has addresses here and there.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience) // a transport dials on when who asked is gone
	defer cancel()
	addresses, err := c.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		if err := c.check(netip.AddrPortFrom(a, uint16(port))); err != nil {
			return nil, err
		}
	}
	d := net.Dialer{Timeout: dialTime, ControlContext: c.control}
	err = errors.New("the name has no address")
	for _, a := range addresses[:min(len(addresses), maxAddresses)] {
		var conn net.Conn
		if conn, err = d.DialContext(ctx, network, netip.AddrPortFrom(a, uint16(port)).String()); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func (c *Client) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if literal, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{literal}, nil
	}
	found, err := c.lookup(ctx, host)
	addresses := make([]netip.Addr, len(found))
	for i, a := range found {
		addresses[i] = a.Unmap() // a resolver writes those of four bytes in either form
	}
	return addresses, err
}

// control is the last word, said of the address that is connected to.
func (c *Client) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return c.check(to)
}

// check refuses what is not on the internet, and ports other than that of https.
func (c *Client) check(to netip.AddrPort) error {
	if slices.ContainsFunc(c.networks, func(n netip.Prefix) bool { return n.Contains(to.Addr()) }) {
		return nil
	}
	return c.internet.SafeAddrPort(to)
}
