// Package client speaks to a MindFlow server through its REST API: it signs
// in, keeps the tokens, and turns answers and errors into Go.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Client speaks to one server. It may be used by several goroutines at once.
type Client struct {
	server *url.URL
	http   *http.Client
	kept   *CredentialsFile // nil: nobody is signed in
	token  string           // a personal access token, instead
	device string           // what an earlier sign-in from here was answered
}

const (
	// callTime bounds a call; fileTime one that sends or gets a file.
	callTime = 30 * time.Second
	fileTime = 15 * time.Minute
	// maxAnswer bounds what is read of an answer: a page of 200 tasks, each of
	// them as long as a task may be, is a quarter of it.
	maxAnswer = 16 << 20
)

// New makes a client of the server at an address such as
// http://127.0.0.1:8000, for what needs nobody to be signed in. The HTTP client
// may be nil. Redirects are not followed: they would carry tokens elsewhere.
func New(server string, httpClient *http.Client) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(server, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not the address of a server, such as http://127.0.0.1:8000", server)
	}
	u.Host = strings.ToLower(u.Host)
	own := http.Client{}
	if httpClient != nil {
		own = *httpClient
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{server: u, http: &own}, nil
}

// Server is the server's address, without a slash at its end.
func (c *Client) Server() string { return c.server.String() }

// As is the same client, speaking for the person whose tokens a file keeps. It
// renews them there when they expire.
func (c *Client) As(kept *CredentialsFile) *Client {
	as := *c
	as.kept = kept
	return &as
}

// By is the same client, speaking for the person who made a personal access
// token, as far as its scopes go.
func (c *Client) By(token string) *Client {
	by := *c
	by.token = token
	return &by
}

// From is the same client, showing the server at its sign-in what an earlier one
// to the account was answered: from a device it knows, others' wrong passwords
// keep nobody out.
func (c *Client) From(device string) *Client {
	from := *c
	from.device = device
	return &from
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	body         any       // sent as JSON, unless nil
	file         io.Reader // sent as it is, unless nil
	to           io.Writer // takes the answer as it is, unless nil
	ifMatch      string
	key          string // the same for every try: the server does it once
	once         bool   // is not sent again: only the first answer would be kept
	open         bool   // needs nobody to be signed in
	time         time.Duration
	device       string
}

// do sends a call and reads the answer's body into out, unless that is nil. An
// access token that is refused is renewed, and the call sent again, once. So is
// a change whose answer got lost.
func (c *Client) do(ctx context.Context, call call, out any) (http.Header, error) {
	if call.open {
		return c.send(ctx, call, "", out)
	}
	if call.method == http.MethodPost && call.file == nil && !call.once {
		call.key = rand.Text()
	}
	if c.token != "" {
		return c.again(ctx, call, c.token, out)
	}
	if c.kept == nil {
		return nil, ErrSignedOut
	}
	kept, err := c.kept.Read()
	if err != nil {
		return nil, err
	}
	if kept.Server != c.Server() {
		return nil, fmt.Errorf("%w at %s, but at %s", ErrSignedOut, c.Server(), kept.Server)
	}
	header, err := c.again(ctx, call, kept.AccessToken, out)
	if !unauthenticated(err) || call.file != nil { // a file can be sent only once
		return header, err
	}
	access, err := c.kept.renew(ctx, kept, c.Refresh)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, call, access, out)
}

// again sends a call, and once more when it is a change whose answer got lost.
func (c *Client) again(ctx context.Context, call call, access string, out any) (http.Header, error) {
	header, err := c.send(ctx, call, access, out)
	if call.key != "" && lost(err) && ctx.Err() == nil {
		header, err = c.send(ctx, call, access, out)
	}
	return header, err
}

func (c *Client) send(ctx context.Context, call call, access string, out any) (http.Header, error) {
	limit := call.time
	if limit == 0 {
		limit = callTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := c.request(ctx, call, access)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unanswered(ctx, err)
	}
	defer response.Body.Close()
	if call.to != nil && response.StatusCode == http.StatusOK {
		return response.Header, c.copyTo(call.to, response.Body)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, &brokenOffError{c.Server(), err}
	case len(raw) > maxAnswer:
		return nil, fmt.Errorf("the answer of %s is longer than %d MiB", c.Server(), maxAnswer>>20)
	case response.StatusCode < 200 || response.StatusCode > 299:
		return nil, problem(response, raw)
	case out == nil:
		return response.Header, nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		if kind := response.Header.Get("Content-Type"); !strings.Contains(kind, "json") {
			err = fmt.Errorf("it sent %q where JSON should be", kind)
		}
		return nil, fmt.Errorf("%s %w: %w", c.Server(), ErrNotMindFlow, err)
	}
	return response.Header, nil
}

// copyTo hands on an answer, and tells what broke it off from what would not
// take it.
func (c *Client) copyTo(to io.Writer, answer io.Reader) error {
	read := &reading{from: answer}
	_, err := io.Copy(to, read)
	if read.err != nil {
		return &brokenOffError{c.Server(), read.err}
	}
	return err
}

// reading remembers why no more came.
type reading struct {
	from io.Reader
	err  error
}

func (r *reading) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (c *Client) request(ctx context.Context, call call, access string) (*http.Request, error) {
	u := c.server.JoinPath(call.path)
	u.RawQuery = call.query.Encode()
	body, contentType := call.file, "application/octet-stream"
	if call.body != nil {
		encoded, err := json.Marshal(call.body)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body, contentType = bytes.NewReader(encoded), "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, call.method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("X-Client", "cli")
	request.Header.Set("User-Agent", "mindflow")
	request.Header.Set("Accept", "application/json, application/problem+json")
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	if access != "" {
		request.Header.Set("Authorization", "Bearer "+access)
	}
	if call.key != "" {
		request.Header.Set("Idempotency-Key", call.key)
	}
	if call.device != "" {
		request.AddCookie(&http.Cookie{Name: deviceCookie, Value: call.device}) //nolint:gosec // sent, not set: it has no attributes
	}
	if call.ifMatch != "" {
		request.Header.Set("If-Match", call.ifMatch)
	}
	return request, nil
}

// unanswered says why there is no answer: the caller gave up, or no server is
// there.
func (c *Client) unanswered(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("call %s: %w", c.Server(), ctx.Err())
	}
	if inner, ok := errors.AsType[*url.Error](err); ok { // its text repeats the address
		err = inner.Err
	}
	kind := ErrUnreachable
	if untrusted(err) {
		kind = ErrUntrusted
	}
	return &UnansweredError{Server: c.Server(), Kind: kind, Cause: err}
}

// untrusted reports whether a connection failed at its encryption.
func untrusted(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}
