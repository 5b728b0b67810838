package telemetry

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sethvargo/go-retry"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"golang.org/x/net/http/httpguts"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// collector is where spans are posted, as OpenTelemetry's protocol over HTTP has
// it. OpenTelemetry's own client would link gRPC, which it never speaks.
type collector struct {
	client  *http.Client
	url     string
	headers http.Header
	zips    bool
	wait    time.Duration // before the second try; later ones wait longer
}

// How long a try may take, all tries of a batch, and the wait between two: the
// values of OpenTelemetry's own client.
const (
	tryTime   = 10 * time.Second
	triesTime = time.Minute
	firstWait = 5 * time.Second
	mostWait  = 30 * time.Second
)

// maxAnswer is how much of a collector's answer is read.
const maxAnswer = 64 << 10

// newCollector is the collector the environment names. Its error is one sentence.
func newCollector(env map[string]string) (*collector, error) {
	address, err := collectorURL(env)
	if err != nil {
		return nil, err
	}
	headers, err := collectorHeaders(env)
	if err != nil {
		return nil, err
	}
	took := tryTime
	if name, value := otlpSetting(env, "TIMEOUT"); value != "" {
		n, err := strconv.Atoi(value)
		if err != nil || n <= 0 {
			return nil, errors.New(name + " must be a number of milliseconds")
		}
		took = time.Duration(n) * time.Millisecond
	}
	name, compression := otlpSetting(env, "COMPRESSION")
	if compression != "" && compression != "gzip" && compression != "none" {
		return nil, errors.New(name + " must be gzip or none")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // nobody replaces it
	if transport.TLSClientConfig, err = collectorTLS(env); err != nil {
		return nil, err
	}
	return &collector{
		client: &http.Client{Transport: transport, Timeout: took},
		url:    address, headers: headers, zips: compression == "gzip", wait: firstWait,
	}, nil
}

// otlpSetting is what is said for traces, or else for everything that is sent,
// and the name of the setting that says it.
func otlpSetting(env map[string]string, what string) (name, value string) {
	for _, name = range []string{"OTEL_EXPORTER_OTLP_TRACES_" + what, "OTEL_EXPORTER_OTLP_" + what} {
		if value = strings.TrimSpace(env[name]); value != "" {
			return name, value
		}
	}
	return name, ""
}

// collectorURL is the address for traces as it is, or else a path below the
// address for everything.
func collectorURL(env map[string]string) (string, error) {
	name, value := otlpSetting(env, "ENDPOINT")
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New(name + " must be a URL such as http://127.0.0.1:4318")
	}
	if name == otelEndpoint {
		u = u.JoinPath("v1/traces")
	}
	u.Path = cmp.Or(u.Path, "/")
	return u.String(), nil
}

// collectorHeaders are written name=value, with commas between and values as in
// a URL.
func collectorHeaders(env map[string]string) (http.Header, error) {
	headers := http.Header{"User-Agent": {"MindFlow"}}
	setting, pairs := otlpSetting(env, "HEADERS")
	for pair := range strings.SplitSeq(pairs, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if err != nil || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return nil, errors.New(setting + " must be name=value pairs with commas between") // a value may be a secret
		}
		headers.Set(name, value)
	}
	headers.Set("Content-Type", "application/x-protobuf")
	return headers, nil
}

// collectorTLS has the authority and the certificate the environment names files
// of; nil if it names none.
func collectorTLS(env map[string]string) (*tls.Config, error) {
	var c tls.Config
	if name, file := otlpSetting(env, "CERTIFICATE"); file != "" {
		raw, err := os.ReadFile(file)
		c.RootCAs = x509.NewCertPool()
		if err != nil || !c.RootCAs.AppendCertsFromPEM(raw) {
			return nil, errors.New(name + " must name a file of certificates in PEM form")
		}
	}
	name, certificate := otlpSetting(env, "CLIENT_CERTIFICATE")
	if _, key := otlpSetting(env, "CLIENT_KEY"); certificate+key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, errors.New(name + " and the CLIENT_KEY beside it must name a certificate and its key in PEM form")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if c.RootCAs == nil && c.Certificates == nil {
		return nil, nil //nolint:nilnil // as a transport takes it
	}
	c.MinVersion = tls.VersionTLS12
	return &c, nil
}

// Start does nothing: a connection is made when there is something to send.
func (*collector) Start(context.Context) error { return nil }

// Stop lets go of the connections.
func (c *collector) Stop(context.Context) error {
	c.client.CloseIdleConnections()
	return nil
}

// UploadTraces posts a batch of spans, again while the collector has no time for
// it.
func (c *collector) UploadTraces(ctx context.Context, batch []*spans.ResourceSpans) error {
	// A request to export traces is these on the wire.
	body, err := proto.Marshal(&spans.TracesData{ResourceSpans: batch})
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	if c.zips {
		if body, err = zipped(body); err != nil {
			return fmt.Errorf("compress spans: %w", err)
		}
	}
	var asked time.Duration // to wait, by the last answer
	wait := retry.WithMaxDuration(triesTime, retry.WithCappedDuration(mostWait, retry.WithJitterPercent(20, retry.NewExponential(c.wait))))
	tries := retry.BackoffFunc(func() (time.Duration, bool) {
		next, stop := wait.Next()
		return max(next, asked), stop || asked > triesTime
	})
	return retry.Do(ctx, tries, func(ctx context.Context) (err error) {
		asked, err = c.post(ctx, body)
		return err
	})
}

// post is one try. When it may be tried again, its error says so; the duration
// is how long the collector wants to be left alone.
func (c *collector) post(ctx context.Context, body []byte) (time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("send spans: %w", err)
	}
	r.Header = c.headers.Clone()
	if c.zips {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return 0, retry.RetryableError(fmt.Errorf("send spans: %w", err))
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return retryAfter(answer.Header), retry.RetryableError(fmt.Errorf("send spans: the collector answered %s", answer.Status))
	}
	if answer.StatusCode/100 != 2 {
		return 0, fmt.Errorf("send spans: the collector answered %s: %.200q", answer.Status, bytes.TrimSpace(said))
	}
	if refused, why := partlyRefused(said); err == nil && (refused != 0 || why != "") {
		return 0, fmt.Errorf("send spans: the collector refused %d: %.200q", refused, why)
	}
	return 0, nil
}

// retryAfter is how long an answer says to wait: in seconds, or until an instant
// by the collector's own clock.
func retryAfter(h http.Header) time.Duration {
	after := h.Get("Retry-After")
	if n, err := strconv.ParseInt(after, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	until, err := http.ParseTime(after)
	now, unknown := http.ParseTime(h.Get("Date"))
	if err != nil || unknown != nil {
		return 0
	}
	return max(until.Sub(now), 0)
}

// partlyRefused reads how many spans a collector did not take, and why, from its
// answer to an export (field 1, and of that the fields 1 and 2).
func partlyRefused(answer []byte) (spans int64, why string) {
	fields(answer, func(n protowire.Number, _ uint64, partial []byte) {
		if n != 1 {
			return
		}
		fields(partial, func(n protowire.Number, number uint64, text []byte) {
			switch n {
			case 1:
				spans = int64(number) //nolint:gosec // as the wire has it
			case 2:
				why = string(text)
			default:
			}
		})
	})
	return spans, why
}

// fields gives each field of a message that is a number or has bytes; the rest,
// and what comes after something unreadable, it leaves out.
func fields(message []byte, each func(protowire.Number, uint64, []byte)) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return
		}
		message = message[n:]
		switch kind {
		case protowire.VarintType:
			var v uint64
			if v, n = protowire.ConsumeVarint(message); n >= 0 {
				each(number, v, nil)
			}
		case protowire.BytesType:
			var v []byte
			if v, n = protowire.ConsumeBytes(message); n >= 0 {
				each(number, 0, v)
			}
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return
		}
		message = message[n:]
	}
}

func zipped(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
