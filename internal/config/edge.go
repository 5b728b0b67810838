package config

import (
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"
)

const (
	// requestsPerCore is how many requests are worked on at once: enough for
	// writes to be committed together, few enough for each to be quick.
	requestsPerCore = 64
	minInFlight     = 4
	// noticeTime is what a balancer that looks every second or two needs to
	// see that a server is about to stop.
	noticeTime = 5 * time.Second
)

// edge fills in what the server's edge is not told, and cleans up what it is.
func (c *Config) edge(environment map[string]string) {
	c.PublicURL = asBrowsersDo(strings.TrimSuffix(c.PublicURL, "/"))
	c.AssetsURL = asBrowsersDo(strings.TrimSuffix(c.AssetsURL, "/"))
	for i, origin := range c.AllowedOrigins {
		c.AllowedOrigins[i] = asBrowsersDo(strings.TrimSpace(origin))
	}
	if environment["MAX_IN_FLIGHT"] == "" {
		c.MaxInFlight = requestsPerCore * runtime.GOMAXPROCS(0)
	}
	if environment["SHUTDOWN_DELAY"] == "" && c.Production() {
		c.ShutdownDelay = noticeTime
	}
}

// PlainCookies reports whether cookies may come without https: where somebody
// develops, and has not said that people come by https.
func (c Config) PlainCookies() bool {
	return c.Environment == Development && !strings.HasPrefix(c.PublicURL, "https:")
}

func (c *Config) wrongAtTheEdge() (all sentences) {
	all.add(c.PublicURL != "" && !isOrigin(c.PublicURL), "PUBLIC_URL must be the address people reach the server at, such as https://mind.example.org")
	all.add(c.AssetsURL != "" && !isOrigin(c.AssetsURL), "ASSETS_URL must be the origin of a content delivery network, such as https://cdn.example.org")
	all.add(c.MaxConnections < 1, "MAX_CONNECTIONS must be at least 1")
	all.add(c.MaxInFlight < minInFlight, fmt.Sprintf("MAX_IN_FLIGHT must be at least %d", minInFlight))
	all.add(c.ShutdownDelay < 0, "SHUTDOWN_DELAY must not be negative")
	all.add(c.ShutdownTimeout <= 0, "SHUTDOWN_TIMEOUT must be a positive duration, such as 20s")
	for _, origin := range c.AllowedOrigins {
		all.add(!isOrigin(origin), "CORS_ALLOWED_ORIGINS must be origins such as https://app.example.org, separated by commas; * is not one")
	}
	return all
}

// asBrowsersDo writes an origin in small letters and without the port that its
// scheme means anyway: in no other form a browser names it.
func asBrowsersDo(origin string) string {
	origin = strings.ToLower(origin)
	for scheme, port := range map[string]string{"https://": ":443", "http://": ":80"} {
		if strings.HasPrefix(origin, scheme) {
			return strings.TrimSuffix(origin, port)
		}
	}
	return origin
}

// isOrigin reports whether a text is scheme, host and perhaps port, as browsers
// write origins.
func isOrigin(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && !strings.ContainsAny(u.Host, "*, ") &&
		raw == u.Scheme+"://"+u.Host
}
