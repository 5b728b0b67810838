package rest

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress is who sent a request: the peer of the connection or, where
// that is a trusted proxy, whom the proxies say they had it from. Each proxy
// adds its peer at the right of X-Forwarded-For, so the first one from there
// that is not trusted is the client; what stands further left anybody can
// have written. Where a proxy has written something else than an address, the
// peer counts. The zero address is that of a peer without one.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, _ := parseAddress(r.RemoteAddr)
	if len(trusted) == 0 || !isTrusted(peer, trusted) {
		return peer
	}
	client := peer
	for _, line := range slices.Backward(r.Header["X-Forwarded-For"]) {
		for more := true; more; {
			var hop string
			if i := strings.LastIndexByte(line, ','); i >= 0 {
				line, hop = line[:i], line[i+1:]
			} else {
				hop, more = line, false
			}
			address, ok := parseAddress(strings.Trim(hop, " \t"))
			if !ok {
				return peer
			}
			client = address
			if !isTrusted(client, trusted) {
				return client
			}
		}
	}
	return client
}

// parseAddress reads an address, with or without a port, as plain as it gets.
func parseAddress(s string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(s)
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}
