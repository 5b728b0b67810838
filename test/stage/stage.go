// Package stage holds what tests of several rooms stand on: a clock that is moved
// by hand, a log that can be read, and the programs that are run from outside.
package stage

import (
	"bytes"
	"strings"
	"sync"
	"time"
)

// Clock is moved by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At is a clock that stands at a moment.
func At(now time.Time) *Clock { return &Clock{now: now} }

// Now is where it stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves it to a moment.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Move moves it on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Logbook is a log that tests can read while it is written.
type Logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write takes what is logged.
func (l *Logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// String is everything logged so far.
func (l *Logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Count is how often it says something.
func (l *Logbook) Count(what string) int { return strings.Count(l.String(), what) }
