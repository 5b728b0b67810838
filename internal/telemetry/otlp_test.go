package telemetry

import (
	"compress/gzip"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	export "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

var oneSpan = []*spans.ResourceSpans{{ScopeSpans: []*spans.ScopeSpans{{Spans: []*spans.Span{{Name: "write"}}}}}}

func TestSettingsSayHowSpansAreSent(t *testing.T) {
	const here, everything, traces = "http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_"
	none := filepath.Join(t.TempDir(), "none.pem")
	for _, c := range []struct {
		name     string
		env      map[string]string
		url, err string
		headers  map[string]string
		zips     bool
		took     time.Duration
	}{
		{name: "an address for everything", env: map[string]string{otelEndpoint: here}, url: here + "/v1/traces"},
		{name: "one with a path", env: map[string]string{otelEndpoint: here + "/otel/"}, url: here + "/otel/v1/traces"},
		{name: "one with a query", env: map[string]string{otelEndpoint: here + "/?key=1"}, url: here + "/v1/traces?key=1"},
		{name: "one for traces, as it is", env: map[string]string{otelEndpoint: "http://127.0.0.1:1", otelTracesEndpoint: here + "/mine"}, url: here + "/mine"},
		{name: "one for traces without a path", env: map[string]string{otelTracesEndpoint: here}, url: here + "/"},
		{
			name: "all that can be said", url: here + "/v1/traces", zips: true, took: 1500 * time.Millisecond,
			env:     map[string]string{otelEndpoint: here, everything + "HEADERS": "Authorization=Basic%20abc, x-team = a=b ", everything + "COMPRESSION": "gzip", everything + "TIMEOUT": "1500"},
			headers: map[string]string{"Authorization": "Basic abc", "X-Team": "a=b"},
		},
		{
			name: "what is said of traces counts", url: here + "/v1/traces", took: time.Second,
			env: map[string]string{
				otelEndpoint: here, everything + "HEADERS": "a=1", traces + "HEADERS": "b=2", everything + "COMPRESSION": "gzip", traces + "COMPRESSION": "none",
				everything + "TIMEOUT": "x", traces + "TIMEOUT": "1000",
			},
			headers: map[string]string{"B": "2", "A": ""},
		},
		{name: "no name", env: map[string]string{otelEndpoint: here, everything + "HEADERS": "=secret"}, err: "OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs with commas between"},
		{name: "a line break", env: map[string]string{otelEndpoint: here, traces + "HEADERS": "a=1%0ab"}, err: "OTEL_EXPORTER_OTLP_TRACES_HEADERS must be name=value pairs with commas between"},
		{name: "no percent", env: map[string]string{otelEndpoint: here, everything + "HEADERS": "a=%zz"}, err: "OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs with commas between"},
		{name: "a duration", env: map[string]string{otelEndpoint: here, everything + "TIMEOUT": "10s"}, err: "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds"},
		{name: "no time", env: map[string]string{otelEndpoint: here, everything + "TIMEOUT": "0"}, err: "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds"},
		{name: "another compression", env: map[string]string{otelEndpoint: here, everything + "COMPRESSION": "zstd"}, err: "OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none"},
		{name: "no file", env: map[string]string{otelEndpoint: here, everything + "CERTIFICATE": none}, err: "OTEL_EXPORTER_OTLP_CERTIFICATE must name a file of certificates in PEM form"},
		{
			name: "no key", env: map[string]string{otelEndpoint: here, everything + "CLIENT_CERTIFICATE": none},
			err: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and the CLIENT_KEY beside it must name a certificate and its key in PEM form",
		},
	} {
		got, err := newCollector(c.env)
		if err != nil || c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if got.url != c.url || got.zips != c.zips || c.took != 0 && got.client.Timeout != c.took || c.took == 0 && got.client.Timeout != tryTime {
			t.Errorf("%s: %+v", c.name, got)
		}
		for name, want := range c.headers {
			if got.headers.Get(name) != want {
				t.Errorf("%s: %s: %q", c.name, name, got.headers.Get(name))
			}
		}
	}
}

// Over TLS by the collector's own authority, and as its own service would read it.
func TestSpansArePostedAsACollectorReadsThem(t *testing.T) {
	var got export.ExportTraceServiceRequest
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		raw, err := io.ReadAll(body)
		if err != nil || proto.Unmarshal(raw, &got) != nil {
			t.Error(err)
		}
		if h := r.Header; r.URL.Path != "/v1/traces" || h.Get("Content-Type") != "application/x-protobuf" || h.Get("Content-Encoding") != "gzip" || h.Get("X-Team") != "a" {
			t.Errorf("%s %v", r.URL, h)
		}
		w.WriteHeader(http.StatusOK)
	}))
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := newCollector(map[string]string{
		otelEndpoint: server.URL, "OTEL_EXPORTER_OTLP_CERTIFICATE": authority, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_HEADERS": "x-team=a",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UploadTraces(t.Context(), oneSpan); err != nil {
		t.Error(err)
	}
	if want := (&export.ExportTraceServiceRequest{ResourceSpans: oneSpan}); !proto.Equal(want, &got) {
		t.Errorf("%v", &got)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

type answers func() (*http.Response, error)

func (f answers) RoundTrip(*http.Request) (*http.Response, error) { return f() }

// Fails where Retry-After is not looked at, and where a refusal is sent again.
func TestABusyCollectorIsAskedAgain(t *testing.T) {
	partly, err := proto.Marshal(&export.ExportTraceServiceResponse{PartialSuccess: &export.ExportTracePartialSuccess{RejectedSpans: 3, ErrorMessage: "too old"}})
	if err != nil {
		t.Fatal(err)
	}
	fine := http.Header{}
	soon := http.Header{"Date": {"Thu, 26 Nov 2026 10:00:00 GMT"}, "Retry-After": {"Thu, 26 Nov 2026 10:00:20 GMT"}}
	type said struct {
		status int // 0: no connection
		header http.Header
		body   string
	}
	for _, c := range []struct {
		name        string
		said        []said // the last one again and again
		tries       int    // -1: several
		least, most time.Duration
		err         string
	}{
		{"taken", []said{{200, fine, ""}}, 1, 0, 0, ""},
		{"taken later", []said{{503, fine, ""}, {0, nil, ""}, {200, fine, ""}}, 3, 10 * time.Second, 20 * time.Second, ""},
		{"when it says", []said{{429, http.Header{"Retry-After": {"30"}}, ""}, {200, fine, ""}}, 2, 30 * time.Second, 30 * time.Second, ""},
		{"at the instant it says", []said{{504, soon, ""}, {202, fine, ""}}, 2, 20 * time.Second, 20 * time.Second, ""},
		{"much too late", []said{{429, http.Header{"Retry-After": {"3600"}}, ""}}, 1, 0, 0, "429"},
		{"never", []said{{502, fine, ""}}, -1, 30 * time.Second, triesTime + mostWait, "the collector answered 502 Bad Gateway"},
		{"refused", []said{{400, fine, "no such tenant\n"}}, 1, 0, 0, `the collector answered 400 Bad Request: "no such tenant"`},
		{"partly refused", []said{{200, fine, string(partly)}}, 1, 0, 0, `the collector refused 3: "too old"`},
		{"answered with something else", []said{{200, fine, "{}"}}, 1, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to, err := newCollector(map[string]string{otelEndpoint: "http://127.0.0.1:4318"})
				if err != nil {
					t.Fatal(err)
				}
				tries := 0
				to.client.Transport = answers(func() (*http.Response, error) {
					now := c.said[min(tries, len(c.said)-1)]
					tries++
					if now.status == 0 {
						return nil, io.ErrUnexpectedEOF
					}
					return &http.Response{
						StatusCode: now.status, Status: strconv.Itoa(now.status) + " " + http.StatusText(now.status), Header: now.header,
						Body: io.NopCloser(strings.NewReader(now.body)),
					}, nil
				})
				began := time.Now()
				err = to.UploadTraces(t.Context(), oneSpan)
				if took := time.Since(began); took < c.least || took > c.most {
					t.Errorf("it took %s", took)
				}
				if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
					t.Errorf("%v", err)
				}
				if c.tries >= 0 && tries != c.tries || c.tries < 0 && (tries < 3 || tries > 6) {
					t.Errorf("%d tries", tries)
				}
			})
		})
	}
}
