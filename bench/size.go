package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// People filled at the same time: two hash passwords while two import.
	fillers = 4
	// A cold best at the large size takes long, and is no promise: a few show what it is.
	coldsAtSize = 20
)

// sizes measures what the table's sizes leave out: many workspaces at once, and one that is large.
func (b *bench) sizes(ctx context.Context) (err error) {
	if err := b.startFloor(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.floor.stop()) }()

	var people []*person
	m := &many{Workspaces: b.o.workspaces, Each: b.o.each}
	err = b.onServer(ctx, func(s *server) (err error) {
		began := time.Now()
		people, err = b.fillMany(ctx, s)
		m.FillSeconds = time.Since(began).Seconds()
		return err
	})
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	// A server of their own: what the fill and its password hashes took is not what reading takes.
	if err := b.onServer(ctx, func(s *server) error { return b.measureMany(ctx, s, people, m) }); err != nil {
		return err
	}
	b.report.Many = m
	if err := b.onServer(ctx, func(s *server) error { return b.measureHuge(ctx, s) }); err != nil {
		return err
	}
	b.report.Cold = b.measureCold(ctx, b.huge, "best, cold, at "+thousands(b.o.huge), min(coldsAtSize, b.o.colds))
	return nil
}

// onServer runs a part on a server started for it.
func (b *bench) onServer(ctx context.Context, part func(*server) error) (err error) {
	s, err := startServer(ctx, b.spec())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return part(s)
}

// fillMany registers the people of the many workspaces and imports each one's tasks. Imports write several tasks in a
// transaction, so half a million take a minute.
func (b *bench) fillMany(ctx context.Context, s *server) ([]*person, error) {
	b.say("fill: %s workspaces of %s tasks", thousands(b.o.workspaces), thousands(b.o.each))
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	people := make([]*person, b.o.workspaces)
	var begun atomic.Int64
	var workers sync.WaitGroup
	for range fillers {
		workers.Go(func() {
			for ctx.Err() == nil {
				n := int(begun.Add(1)) - 1
				if n >= len(people) {
					return
				}
				var err error
				if people[n], err = registerFilled(ctx, s.base, b.o.each); err != nil {
					fail(err)
				}
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	for _, p := range people { // only where the fill was slow
		if err := p.refresh(ctx, s.base); err != nil {
			return nil, err
		}
	}
	return people, nil
}

func registerFilled(ctx context.Context, base string, tasks int) (*person, error) {
	p, err := register(ctx, base, "many")
	if err != nil {
		return nil, err
	}
	c := newClient(base, p.token, 1)
	defer c.close()
	c.http.Timeout = importWithin
	if _, err := c.do(ctx, importCall(taskwarriorExport(tasks, time.Now(), true)), &bytes.Buffer{}); err != nil {
		return nil, err
	}
	return p, p.expectRanked(ctx, c, tasks)
}

// many is a server whose workspaces are asked in turn, so that none is asked again before all others were.
type many struct {
	Workspaces  int     `json:"workspaces"`
	Each        int     `json:"tasks_each"`
	FillSeconds float64 `json:"fill_seconds"`
	First       turns   `json:"first_round"`
	Later       turns   `json:"later_rounds"`
}

// turns ask each workspace for its best task and for a page of its list. Memory is read after the last.
type turns struct {
	Best      spread  `json:"best"`
	List      spread  `json:"list"`
	Rounds    float64 `json:"rounds"`
	PerSecond float64 `json:"requests_per_second"`
	Memory    memory  `json:"memory"`
}

func (b *bench) measureMany(ctx context.Context, s *server, people []*person, m *many) (err error) {
	what := fmt.Sprintf("%s workspaces in turn", thousands(len(people)))
	b.say("%s", what)
	if m.First, err = b.turn(ctx, s, people, what+", first round", load{count: 2 * len(people)}); err != nil {
		return err
	}
	m.Later, err = b.turn(ctx, s, people, what, load{measure: b.o.special})
	return err
}

func (b *bench) turn(ctx context.Context, s *server, people []*person, what string, l load) (turns, error) {
	c := newClient(s.base, "", contractConns)
	defer c.close()
	l.conns = contractConns
	l.next = func(_ *rand.Rand, n int) call {
		next := get("/api/tasks/best")
		if n%2 == 1 {
			next = get("/api/tasks?limit=50")
		}
		next.token = people[n/2%len(people)].token
		return next
	}
	done := c.run(ctx, l)
	b.checkPass(what, done)
	m, err := memoryOf(s.pid)
	return turns{
		Best: spreadOf(done.each(2, 0)), List: spreadOf(done.each(2, 1)),
		Rounds: float64(done.sent) / float64(2*len(people)), PerSecond: done.perSecond(), Memory: m,
	}, err
}

// measureHuge loads one large workspace, beside one of the size the whole table has.
func (b *bench) measureHuge(ctx context.Context, s *server) error {
	b.say("fill: %s and %s tasks", thousands(b.o.huge), thousands(b.o.big))
	if err := b.fillPeople(ctx, s, []newcomer{{&b.huge, "huge", b.o.huge}, {&b.big, "big", b.o.big}}); err != nil {
		return err
	}
	b.measureRows(ctx, s)
	b.report.AfterWrite = b.measureAfterWrite(ctx, s, b.huge, "best after a write at "+thousands(b.o.huge)+", paced readers", readersEvery)
	var err error
	b.report.AfterLoad, err = memoryOf(s.pid)
	return err
}
