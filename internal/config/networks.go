package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// Networks are addresses that belong together.
type Networks []netip.Prefix

// UnmarshalText reads addresses and networks, comma-separated.
func (n *Networks) UnmarshalText(b []byte) error {
	*n = nil
	for part := range strings.SplitSeq(string(b), ",") {
		part = strings.TrimSpace(part)
		network, err := netip.ParsePrefix(part)
		if err != nil {
			address, err := netip.ParseAddr(part)
			if err != nil || address.Zone() != "" {
				return fmt.Errorf("no address: %w", err)
			}
			address = address.Unmap()
			network = netip.PrefixFrom(address, address.BitLen())
		}
		*n = append(*n, network.Masked())
	}
	return nil
}
