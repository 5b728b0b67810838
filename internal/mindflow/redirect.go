package mindflow

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Redirect is an address that answers are sent to.
type Redirect struct {
	Origin string // scheme, host and port, or a program's own scheme
	Host   string // or that scheme
	// OnThisComputer says that a program on the person's own machine takes it.
	OnThisComputer bool

	loopback bool
	rest     string // of the address, behind the port
}

var (
	errRedirect  = errors.New("must be https:// addresses, http:// ones of the person's own machine, or a scheme of the program's own such as com.example.app:/done")
	errPlainForm = errors.New("must be plain addresses: without user, fragment, backslash, blank or dot segments, in small letters up to the path")
)

// maxRedirect bounds an address, in bytes.
const maxRedirect = 2000

// ownSchemes are schemes of programs that are known to use them. Others have to
// be the reverse of a domain of their maker's (RFC 8252, 7.1). Of a program that
// registers several addresses, one that is refused refuses them all.
var ownSchemes = []string{"cursor", "vscode", "vscode-insiders", "warp", "windsurf"}

// CheckRedirect says what is wrong with an address that answers are to be sent to.
// It must mean the same to whoever reads it, a browser above all.
func CheckRedirect(uri string) error {
	_, err := readRedirect(uri)
	return err
}

// RedirectOf reads an address that CheckRedirect lets pass; of any other
// it is the zero Redirect.
func RedirectOf(uri string) Redirect {
	p, _ := readRedirect(uri)
	return p
}

func readRedirect(uri string) (Redirect, error) {
	if uri == "" || len(uri) > maxRedirect || strings.ContainsAny(uri, "\\#\"<>^`{|}") ||
		strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return Redirect{}, errPlainForm
	}
	scheme, rest, ok := strings.Cut(uri, ":")
	u, err := url.Parse(uri)
	if !ok || err != nil || u.User != nil || u.Scheme != scheme || scheme == "" {
		return Redirect{}, errPlainForm
	}
	if scheme != "https" && scheme != "http" {
		return ownRedirect(scheme, rest)
	}
	authority, path, found := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	if !strings.HasPrefix(rest, "//") {
		return Redirect{}, errPlainForm
	}
	if !found {
		authority, _, _ = strings.Cut(authority, "?")
	} else {
		path, _, _ = strings.Cut(path, "?")
	}
	switch {
	case !plainAuthority(authority, u), dotted(path):
		return Redirect{}, errPlainForm
	case scheme == "http" && !isLoopback(u.Hostname()):
		return Redirect{}, errRedirect
	}
	loopback := scheme == "http"
	return Redirect{
		Origin: scheme + "://" + authority, Host: u.Hostname(), OnThisComputer: loopback,
		loopback: loopback, rest: strings.TrimPrefix(rest, "//"+authority),
	}, nil
}

// ownRedirect is that of a program which takes its answers by a scheme.
func ownRedirect(scheme, rest string) (Redirect, error) {
	if !slices.Contains(ownSchemes, scheme) && !isReverseDomain(scheme) {
		return Redirect{}, errRedirect
	}
	authority, path, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	if !strings.HasPrefix(rest, "/") || strings.Contains(authority, "@") || dotted(path) {
		return Redirect{}, errPlainForm
	}
	return Redirect{Origin: scheme + ":", Host: scheme + ":", OnThisComputer: true}, nil
}

// isReverseDomain reports whether a scheme is the reverse of a domain, such as
// com.example.app: nobody but the domain's owner should use it.
func isReverseDomain(scheme string) bool {
	labels := strings.Split(scheme, ".")
	return len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool {
		return strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || l == "" || l[0] == '-' || l[len(l)-1] == '-'
	})
}

// plainAuthority reports whether a host and port are written as they are: the
// same to every reader.
func plainAuthority(authority string, u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	written := host
	if strings.Contains(host, ":") {
		written = "[" + host + "]"
	}
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
			return false
		}
		written += ":" + port
	}
	return authority == written && plainHost(host)
}

// plainHost reports whether a host is a name in small letters, or an address in
// its one usual form. What merely looks like an address, such as 0x7f.1, is
// neither: browsers take it for one.
func plainHost(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.String() == host && address.Zone() == ""
	}
	if host == "" || strings.HasSuffix(host, ".") || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || strings.Contains(host, "..") {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.ContainsAny(last[:1], "abcdefghijklmnopqrstuvwxyz")
}

// isLoopback reports whether a host is the person's own machine, as programs
// there write it.
func isLoopback(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

// dotted reports whether a path has segments that browsers take out.
func dotted(path string) bool {
	for segment := range strings.SplitSeq(strings.ReplaceAll(strings.ToLower(path), "%2e", "."), "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// makers are the addresses to which well-known programs have answers sent, as
// their documentation says. One that ends in a slash has one segment more.
var makers = []struct{ address, name string }{
	{"https://claude.ai/api/mcp/auth_callback", "Claude"},
	{"https://claude.com/api/mcp/auth_callback", "Claude"},
	{"https://chatgpt.com/connector_platform_oauth_redirect", "ChatGPT"},
	{"https://chatgpt.com/connector/oauth/", "ChatGPT"},
}

// knownMaker names the program whose address it is; empty for any other.
func knownMaker(redirect string) string {
	for _, m := range makers {
		segment, under := strings.CutPrefix(redirect, m.address)
		exact := under && segment == ""
		if strings.HasSuffix(m.address, "/") {
			exact = under && segment != "" && !strings.ContainsAny(segment, "/?")
		}
		if exact {
			return m.name
		}
	}
	return ""
}
