package main

import (
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// deafen has the system drop every first packet of a connection. Those whose
// handshake is under way still come in.
func deafen(raw syscall.RawConn) error {
	const (
		flags = 13 // where TCP's header has them
		syn   = 2
	)
	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: flags, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: syn, SkipFalse: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: 1 << 16}, // as a whole
	})
	if err != nil {
		return err
	}
	filter := make([]unix.SockFilter, len(program))
	for i, step := range program {
		filter[i] = unix.SockFilter{Code: step.Op, Jt: step.Jt, Jf: step.Jf, K: step.K}
	}
	return inSocket(raw, func(fd int) error {
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}) //nolint:gosec // four steps
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
