package rest

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a connection that brings so many bytes every so often, until its deadline.
type wire struct {
	every    time.Duration
	bytes    int
	deadline time.Time
}

func (w *wire) until(t time.Time) error {
	w.deadline = t
	return nil
}

func (w *wire) Read(p []byte) (int, error) {
	if left := time.Until(w.deadline); left < w.every {
		time.Sleep(max(left, 0))
		return 0, os.ErrDeadlineExceeded
	}
	time.Sleep(w.every)
	return min(len(p), w.bytes), nil
}

// Seen red with one deadline for the whole file.
func TestAFileMayTakeItsTimeButNotTrickle(t *testing.T) {
	for says, c := range map[string]struct {
		every, work time.Duration // between pieces, and what we do with each
		bytes       int
		least, most time.Duration // of waiting
	}{
		"a byte a second is given up soon":           {every: time.Second, bytes: 1, most: 11 * time.Second},
		"a connection that is silent, too":           {every: time.Hour, bytes: 1, most: 11 * time.Second},
		"a slow connection that keeps on is awaited": {every: 2 * time.Second, bytes: 16 << 10, least: time.Minute, most: 10 * time.Minute},
		"our own time does not count":                {every: time.Second, work: 20 * time.Second, bytes: 8 << 10, least: 9 * time.Minute, most: 11 * time.Minute},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &wire{every: c.every, bytes: c.bytes}
				began := time.Now()
				s := &steady{Reader: w, until: w.until, last: began.Add(importTime)}
				var err error
				for err == nil {
					_, err = s.Read(make([]byte, 32<<10))
					time.Sleep(c.work)
				}
				took := time.Since(began) - c.work
				if !errors.Is(err, os.ErrDeadlineExceeded) || took < c.least || took > c.most {
					t.Errorf("%v after %s", err, took)
				}
			})
		})
	}
}
