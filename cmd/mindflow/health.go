package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"mindflow/internal/config"
)

type healthCommand struct {
	URL  string `arg:"" optional:"" help:"The server's address; else http:// and what LISTEN_ADDR says."`
	JSON bool   `name:"json" help:"Print the answer as JSON."`
}

// healthTime is how long a server may take to say how it is; it promises a second.
const healthTime = 3 * time.Second

// readiness is how a server is, as scripts read it.
type readiness struct {
	URL    string `json:"url"`
	Ready  bool   `json:"ready"`
	Status string `json:"status"`        // as the server says, or unreachable
	Why    string `json:"why,omitempty"` // it is not ready
}

// Run asks whether the server is ready. It needs nothing but the settings: no
// shell, no other program, and for plain http no file.
func (cmd healthCommand) Run(c *console) error {
	at, err := cmd.address(c)
	if err != nil {
		return err
	}
	r := askReady(c.ctx, at)
	if cmd.JSON {
		err = writeJSON(c.out, r)
	} else if r.Ready {
		_, err = fmt.Fprintln(c.out, r.Status)
	}
	if err == nil && !r.Ready {
		err = fmt.Errorf("the server at %s is not ready: %s", r.URL, r.Why)
	}
	return err
}

// address is where the server is asked.
func (cmd healthCommand) address(c *console) (string, error) {
	if cmd.URL != "" {
		u, err := url.Parse(cmd.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
			return "", fmt.Errorf("%w: the server's address is one such as http://127.0.0.1:8000", errUsage)
		}
		return strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/"), nil
	}
	settings, err := config.Load(c.env)
	if err != nil {
		return "", err
	}
	return "http://" + reachable(settings.ListenAddr), nil
}

// reachable is where a server that listens at an address is reached from its own
// machine: who listens everywhere is reached nowhere by that name.
func reachable(listens string) string {
	host, port, err := net.SplitHostPort(listens)
	if err != nil {
		return listens // the settings were checked
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if address, err := netip.ParseAddr(host); err == nil && address.IsUnspecified() {
		host = "127.0.0.1"
		if address.Is6() {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port)
}

// askReady asks one server, once.
func askReady(ctx context.Context, at string) readiness {
	r := readiness{URL: at, Status: "unreachable"}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/health/ready", nil)
	if err != nil {
		r.Why = err.Error()
		return r
	}
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy
	response, err := transport.RoundTrip(request)
	if err != nil {
		r.Why = unreached(err)
		return r
	}
	defer response.Body.Close()
	var said struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks"`
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if json.Unmarshal(body, &said) != nil || said.Status == "" {
		r.Status, r.Why = "unknown", fmt.Sprintf("something else answers there, with %d", response.StatusCode)
		return r
	}
	r.Status, r.Ready = said.Status, response.StatusCode == http.StatusOK && said.Status == "ready"
	if !r.Ready {
		r.Why = map[string]string{
			"draining": "it is about to stop",
			"unready":  "its database does not answer, or the schema is behind",
		}[said.Status]
		r.Why = cmp.Or(r.Why, fmt.Sprintf("it answers %d", response.StatusCode))
	}
	return r
}

// unreached says why nobody answered.
func unreached(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("it did not answer within %s", healthTime)
	}
	return err.Error()
}
