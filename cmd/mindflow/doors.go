package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// doors is the listener of a server that lets nobody in any more a moment before
// it closes, and hears whoever is in by then. net/http would else drop without an answer who
// came in last: what waits in the system's queue, and what is read once it shuts down. A proxy cannot
// send a change that was dropped to another server, since it may have been done.
type doors struct {
	net.Listener

	shared bool // it stays open for the next server, so its queue is nobody's loss
	closed chan struct{}
	once   sync.Once
	deaf   atomic.Bool // before the listener is

	silent sync.Map     // connections that were let in and have not said yet what they want
	count  atomic.Int64 // of them
}

func newDoors(listener net.Listener, shared bool) *doors {
	return &doors{Listener: listener, shared: shared, closed: make(chan struct{})}
}

const (
	// settleTime is what a handshake that is under way may take to its end.
	settleTime = 100 * time.Millisecond
	// hearTime is what those who came in last have to say what they want. A machine
	// that is loaded needs more of it than one that is idle, and uses no more than it needs.
	hearTime = time.Second
	// hearPause is between two looks whether all have said it.
	hearPause = 10 * time.Millisecond
)

// follow is told by the server what becomes of each connection.
func (d *doors) follow(conn net.Conn, state http.ConnState) {
	if state == http.StateNew {
		d.silent.Store(conn, nil)
		d.count.Add(1)
	} else if _, was := d.silent.LoadAndDelete(conn); was {
		d.count.Add(-1)
	}
}

// hearAll waits until everybody who came in has said what they want, at the longest
// for hearTime: a browser may open a connection and never use it. The server drops
// what it reads once it shuts down, so this comes before.
func (d *doors) hearAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, hearTime)
	defer cancel()
	// Twice, since the server goes on for an instant after it has told what it read.
	for calm := 0; calm < 2; {
		if calm++; d.count.Load() > 0 || d.waiting() > 0 {
			calm = 0
		}
		select {
		case <-time.After(hearPause):
		case <-ctx.Done():
			return
		}
	}
}

// waiting is how many connections the system holds for this server to accept.
func (d *doors) waiting() int {
	listener, ok := d.Listener.(*net.TCPListener)
	if !ok || d.shared {
		return 0
	}
	raw, err := listener.SyscallConn()
	if err != nil {
		return 0
	}
	return queued(raw)
}

// shut lets nobody in any more. Whoever knocks is not refused yet, but hears
// nothing, and is refused when the system knocks again, a second later.
func (d *doors) shut() error {
	listener, ok := d.Listener.(*net.TCPListener)
	if !ok {
		return nil
	}
	if d.shared {
		return listener.SetDeadline(time.Unix(1, 0)) // who waits there waits for the next server
	}
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	d.deaf.Store(true)
	return deafen(raw)
}

// Accept lets somebody in. Once the doors are shut it waits until they are closed.
func (d *doors) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		<-d.closed
		return nil, net.ErrClosed
	}
	if err == nil && d.deaf.Load() {
		_ = listenTo(conn) // it may be as deaf as the listener; if this fails it is gone
	}
	return conn, err
}

// Close closes the listener.
func (d *doors) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Listener.Close()
}

// inSocket does something to a socket.
func inSocket(raw syscall.RawConn, do func(fd int) error) error {
	var done error
	err := raw.Control(func(fd uintptr) { done = do(int(fd)) })
	return errors.Join(err, done)
}
