package main

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// doors is the listener of a server that lets nobody in any more a moment before
// it closes. net/http would else drop without an answer whoever came in last: what
// waits in the system's queue, and what is read once it shuts down. A proxy cannot
// send a change that was dropped to another server, since it may have been done.
type doors struct {
	net.Listener

	shared bool // it stays open for the next server, so its queue is nobody's loss
	closed chan struct{}
	once   sync.Once
}

func newDoors(listener net.Listener, shared bool) *doors {
	return &doors{Listener: listener, shared: shared, closed: make(chan struct{})}
}

// settleTime is what those who came in last have to say what they want.
const settleTime = 100 * time.Millisecond

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
	return deafen(raw)
}

// Accept lets somebody in. Once the doors are shut it waits until they are closed.
func (d *doors) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		<-d.closed
		return nil, net.ErrClosed
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
