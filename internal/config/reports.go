package config

import (
	"net/url"
	"path"
	"strings"
)

// ReportsTo is where reports of errors go, empty where none are sent. Tests
// send none, whatever else is set.
func (c Config) ReportsTo() string {
	if c.Environment == Testing {
		return ""
	}
	return c.SentryDSN
}

// isDSN reports whether an address has what Sentry's have: a key, a host, and a
// project's number at the end.
func isDSN(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User.Username() == "" {
		return false
	}
	project := path.Base(u.Path)
	return u.RawQuery == "" && project != "" && strings.Trim(project, "0123456789") == ""
}
