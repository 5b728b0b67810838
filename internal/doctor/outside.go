package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Outside is the installation as people reach it.
type Outside struct {
	PublicURL string // an origin
	// Plain is where plain http is asked; empty: port 80 of the public address.
	Plain string
	// Roots are the authorities whose certificates count; nil: the machine's.
	Roots *x509.CertPool
	Clock func() time.Time
	// Prove makes the proof by which the server tells what it sees; nil where there is no key.
	Prove func() string
	// ProofHeader and SeenPath are where it is asked.
	ProofHeader, SeenPath string
	// LargestImport is how many bytes a file to import may have.
	LargestImport int64
}

// TLS looks at the certificate at the public address, and where plain http leads.
func (o Outside) TLS(ctx context.Context) []Finding {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Scheme != "https" {
		return []Finding{warning("Put a proxy that brings https in front, and name its address in PUBLIC_URL.", "%s is not reached by https", o.PublicURL)}
	}
	findings := []Finding{o.certificate(ctx, u)}
	if o.Plain != "" || u.Port() == "" {
		findings = append(findings, o.redirect(ctx, u))
	}
	return findings
}

// How many days a certificate must hold. Those of Let's Encrypt are renewed with
// thirty left.
const (
	fewDays    = 21
	tooFewDays = 7
)

const day = 24 * time.Hour

func (o Outside) certificate(ctx context.Context, u *url.URL) Finding {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	// What does not hold is to be told apart, so it is looked at afterwards. Nothing is sent over this connection.
	dialer := tls.Dialer{Config: &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}} //nolint:gosec // verified below
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return wrong("See that the name leads to this server, that its port 443 is open, and that the proxy runs.", "no TLS at %s: %v", u.Host, err)
	}
	defer conn.Close()
	chain := conn.(*tls.Conn).ConnectionState().PeerCertificates //nolint:forcetypeassert // a tls.Dialer's
	between := x509.NewCertPool()
	for _, above := range chain[1:] {
		between.AddCert(above)
	}
	leaf, now := chain[0], o.Clock()
	left := int(leaf.NotAfter.Sub(now) / day)
	_, err = leaf.Verify(x509.VerifyOptions{DNSName: u.Hostname(), Roots: o.Roots, Intermediates: between, CurrentTime: now})
	found := judge(u.Hostname(), leaf, left, now, err)
	found.DaysLeft = &left
	return found
}

func judge(host string, leaf *x509.Certificate, left int, now time.Time, err error) Finding {
	const renew = "Renew it (certbot renew), and see why that was not done by itself (systemctl list-timers)."
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case now.After(leaf.NotAfter):
		return wrong(renew, "the certificate of %s ended on %s", host, leaf.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(err, &name):
		return wrong("Get one for the name in PUBLIC_URL (certbot), or set PUBLIC_URL to the name it is for.", "the certificate is not for %s but for %s", host, strings.Join(leaf.DNSNames, ", "))
	case errors.As(err, &unknown):
		return wrong("Have the proxy send the whole chain (fullchain.pem), of an authority that browsers know.", "the certificate of %s is of nobody who is known here", host)
	case err != nil:
		return wrong(renew, "the certificate of %s does not hold: %v", host, err)
	case left < tooFewDays:
		return wrong(renew, "the certificate of %s holds for %d days", host, left)
	case left < fewDays:
		return warning(renew, "the certificate of %s holds for %d days", host, left)
	}
	return ok("the certificate of %s holds for %d days", host, left)
}

// redirect asks plain http where it leads.
func (o Outside) redirect(ctx context.Context, u *url.URL) Finding {
	const do = "Have the proxy answer port 80 with a redirect (301) to https."
	from := o.Plain
	if from == "" {
		from = "http://" + u.Host
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from+"/", nil)
	if err != nil {
		return wrong(do, "%s is no address", from)
	}
	request.Host = u.Host
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return warning(do, "plain http is not answered: %v", err)
	}
	defer response.Body.Close()
	to := response.Header.Get("Location")
	if leads := response.StatusCode >= 300 && response.StatusCode < 400 && strings.HasPrefix(strings.ToLower(to)+"/", o.PublicURL+"/"); !leads {
		return wrong(do, "plain http is answered %d and does not lead to %s", response.StatusCode, o.PublicURL)
	}
	return ok("plain http leads to https (%d)", response.StatusCode)
}

// client asks the public address, on connections of its own, and follows no redirect.
func (o Outside) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Public asks the public address how the server is and which one it is, and, in
// passing, what time it is.
func (o Outside) Public(ctx context.Context, version string) []Finding {
	var said struct{ Status, Version string }
	before := o.Clock()
	response, err := o.ask(ctx, "/health", nil)
	if err != nil {
		return []Finding{wrong("See that the name leads to this server and that the proxy runs.", "%s is not reached: %v", o.PublicURL, unwrapped(err))}
	}
	defer response.Body.Close()
	after := o.Clock()
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&said); err != nil || said.Status == "" {
		if isAway(response.StatusCode) {
			return []Finding{wrong(startServer, "%s/health is answered %d by the proxy alone", o.PublicURL, response.StatusCode)}
		}
		return []Finding{wrong("See that the proxy passes requests on to the server, /health among them.", "%s/health is answered %d by something else than the server", o.PublicURL, response.StatusCode)}
	}
	var findings []Finding
	switch {
	case response.StatusCode != http.StatusOK:
		findings = append(findings, wrong("See what the other checks say of the database.", "%s says that it is %s", o.PublicURL, said.Status))
	case said.Version != version:
		findings = append(findings, warning("Restart the servers if they are still of the version before, or run the doctor of theirs.", "%s is version %s, and this program %s", o.PublicURL, said.Version, version))
	default:
		findings = append(findings, ok("%s is %s", o.PublicURL, said.Status))
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		if clock := Clock(o.PublicURL, date, before, after, time.Second); clock.State != OK {
			findings = append(findings, clock)
		}
	}
	return findings
}

const maxAnswer = 64 << 10

const startServer = "Start the server, and see that the proxy passes requests on to where it listens."

// isAway reports whether a proxy says by a status that it does not reach the server.
func isAway(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusGatewayTimeout
}

// ask reads a path, with headers if there are any.
func (o Outside) ask(ctx context.Context, path string, headers map[string]string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.PublicURL+path, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	return o.client().Do(request)
}

// unwrapped is an error without the address that was asked, which is told beside it.
func unwrapped(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Seen is what the server sees of one who asks it.
type Seen struct {
	Address   string   `json:"address"`   // whom it takes the request to come from
	Peer      string   `json:"peer"`      // who is connected to it
	Trusted   bool     `json:"trusted"`   // whether the peer is one of TRUSTED_PROXIES
	Forwarded []string `json:"forwarded"` // what X-Forwarded-For says
	Host      string   `json:"host"`
	Proto     string   `json:"proto"` // what X-Forwarded-Proto says
}

// spoofed is an address of no machine: of a block for documents.
const spoofed = "192.0.2.77"

// Proxy asks the server through its public address what it sees of us, and pretends
// to be passing on the request of somebody else: that must not be believed.
func (o Outside) Proxy(ctx context.Context) []Finding {
	if o.Prove == nil {
		return []Finding{warning("Run this with the server's settings, SECRET_KEY among them.", "the server cannot be asked what it sees: there is no SECRET_KEY here")}
	}
	var own atomic.Pointer[netip.AddrPort]
	response, err := o.ask(withOwnAddress(ctx, &own), o.SeenPath, map[string]string{o.ProofHeader: o.Prove(), "X-Forwarded-For": spoofed, "X-Real-IP": spoofed})
	if err != nil {
		return []Finding{wrong("See that the name leads to this server and that the proxy runs.", "%s is not reached: %v", o.PublicURL, unwrapped(err))}
	}
	defer response.Body.Close()
	if isAway(response.StatusCode) {
		return []Finding{wrong(startServer, "the proxy does not reach the server (%d)", response.StatusCode)}
	}
	var seen Seen
	if response.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&seen) != nil || seen.Peer == "" {
		return []Finding{wrong("Run this with the settings of the server that PUBLIC_URL leads to: the same SECRET_KEY, the clocks together.", "the server does not tell what it sees (%d)", response.StatusCode)}
	}
	u, _ := url.Parse(o.PublicURL) // it was just asked
	here := ""
	if at := own.Load(); at != nil {
		here = at.Addr().Unmap().String()
	}
	return slices.Concat([]Finding{judgeAddress(seen, here, u.Scheme == "http")}, judgeHost(seen, u))
}

// withOwnAddress remembers from where a request is sent.
func withOwnAddress(ctx context.Context, own *atomic.Pointer[netip.AddrPort]) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if at, err := netip.ParseAddrPort(got.Conn.LocalAddr().String()); err == nil {
			own.Store(&at)
		}
	}})
}

// judgeAddress holds whom the server takes us for against who we are.
func judgeAddress(seen Seen, here string, plain bool) Finding {
	const add = "Have the proxy add whom it has a request from to X-Forwarded-For, or set that alone (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for)."
	added := slices.DeleteFunc(slices.Clone(seen.Forwarded), func(address string) bool { return address == spoofed })
	direct := plain && len(added) == 0 && seen.Peer == here // what we sent arrives as it was: there is no proxy
	switch {
	case seen.Address == spoofed && len(added) == 0:
		return wrong(add, "whoever asks can claim to be anybody: a made-up address was believed")
	case seen.Address == spoofed:
		return warning("Run this from a machine outside, whose address is not one of TRUSTED_PROXIES.",
			"cannot be told from here: the doctor comes from %s, whom the server trusts to speak for others", strings.Join(added, ", "))
	case direct:
		return ok("people reach the server itself, and it takes us for %s", seen.Address)
	case !seen.Trusted && len(added) > 0:
		return wrong("Name "+seen.Peer+" in TRUSTED_PROXIES and restart the server.", "everybody has the proxy's address: %s is not trusted to say whom a request is from", seen.Peer)
	case len(added) == 0:
		return wrong(add, "everybody has the proxy's address, %s: it does not say whom a request is from", seen.Peer)
	case here != "" && seen.Address != here && isPublic(here):
		return warning("If nothing translates addresses between here and the proxy, see that it adds its own peer to X-Forwarded-For.", "the server takes us for %s, and we are %s", seen.Address, here)
	}
	return ok("the server takes us for %s, and does not believe a made-up address", seen.Address)
}

func isPublic(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

func judgeHost(seen Seen, u *url.URL) (findings []Finding) {
	name := seen.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	if !strings.EqualFold(strings.Trim(name, "[]"), u.Hostname()) { // the port may be left out
		findings = append(findings, warning("Have the proxy pass the name on (nginx: proxy_set_header Host $host).", "the server is asked for %s, and people for %s", seen.Host, u.Host))
	}
	if seen.Proto != "" && !strings.EqualFold(seen.Proto, u.Scheme) {
		findings = append(findings, warning("Have the proxy set X-Forwarded-Proto to how it was reached (nginx: $scheme).", "the server is told that people come by %s, and PUBLIC_URL says %s", seen.Proto, u.Scheme))
	}
	return findings
}

// Bodies asks whether the proxy would let a large import through. None is sent: the
// proxy answers its length alone, or asks for it to come.
func (o Outside) Bodies(ctx context.Context) []Finding {
	body, mb := &unsent{}, o.LargestImport>>20
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.PublicURL+"/api/import/todotxt", body)
	if err != nil {
		return nil
	}
	request.ContentLength = o.LargestImport
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Expect", "100-continue")
	response, err := o.client().Do(request)
	if err != nil && !body.wanted.Load() {
		return []Finding{warning("See what the other checks say of the public address.", "an import could not be tried: %v", unwrapped(err))}
	}
	if err == nil {
		defer response.Body.Close()
	}
	if err == nil && response.StatusCode == http.StatusRequestEntityTooLarge {
		return []Finding{wrong(fmt.Sprintf("Let the proxy take bodies of %d MB (nginx: client_max_body_size %dm).", mb, mb), "the proxy refuses a file of %d MB, which can be imported", mb)}
	}
	return []Finding{ok("the proxy takes a file of %d MB", mb)}
}

// unsent is a body that is never sent: once it is wanted, the request has been let
// through, and is broken off.
type unsent struct{ wanted atomic.Bool }

var errUnsent = errors.New("it was not meant to be sent")

func (u *unsent) Read([]byte) (int, error) {
	u.wanted.Store(true)
	return 0, errUnsent
}
