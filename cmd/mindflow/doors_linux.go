package main

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// neighbour is how many hops a packet has left that has not been forwarded and began with
// as many as there can be. Systems begin with 64 or 128.
const neighbour = 255

// deafen has the system drop every first packet of a connection: they would all have to
// begin with the most hops there can be. Those whose handshake is under way still come in.
// A socket filter would say the same in plainer words, but newer kernels want CAP_NET_ADMIN for it.
func deafen(raw syscall.RawConn) error { return requireHops(raw, neighbour) }

// listenTo undoes deafen for a connection that has taken it over from its listener.
func listenTo(conn net.Conn) error {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return err
	}
	return requireHops(raw, 0)
}

// requireHops has a socket take no packet that has fewer hops left.
func requireHops(raw syscall.RawConn, hops int) error {
	return inSocket(raw, func(fd int) error {
		err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MINHOPCOUNT, hops)
		if errors.Is(err, unix.ENOPROTOOPT) { // IPv4 alone
			err = nil
		}
		return errors.Join(err, unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MINTTL, hops)) // of IPv4 in an IPv6 socket, too
	})
}

// queued is how long the queue of a socket that listens is.
func queued(raw syscall.RawConn) int {
	var n int
	err := inSocket(raw, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			n = int(info.Unacked) // which means this where a socket listens
		}
		return err
	})
	if err != nil {
		return 0
	}
	return n
}
