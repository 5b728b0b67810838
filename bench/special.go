package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	// The contract's rates for best right after a write.
	writesEvery  = 10 * time.Millisecond // 100 a second
	otherReaders = 16
	readersEvery = 10 * time.Millisecond // 100 a second each, 1,600 in all

	importWriters = 16
	importWithin  = 10 * time.Minute
)

// afterWrite is best right after a write: one client patches 100 times a second and asks for the best task as soon as
// each patch is answered, which only then is timed, while 16 others read best.
type afterWrite struct {
	Best    spread  `json:"best_after_write"`
	Write   spread  `json:"write"`
	Readers spread  `json:"other_readers"`
	Writes  float64 `json:"writes_per_second"`
	Reads   float64 `json:"reads_per_second"`
}

// measureAfterWrite paces the readers, or with every zero lets each ask again as soon as it is answered: then 17
// clients, the generator and the server fight for the cores, and the figure holds the queue for them as well.
func (b *bench) measureAfterWrite(ctx context.Context, s *server, who *person, what string, every time.Duration) *afterWrite {
	b.say("%s", what)
	readers, err := who.client(ctx, s.base, otherReaders)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer readers.close()
	writer := newClient(s.base, who.token, 1)
	defer writer.close()

	var over atomic.Bool
	read := make(chan pass, 1)
	go func() {
		read <- readers.run(ctx, load{conns: otherReaders, warm: b.o.warm, every: every, until: over.Load, next: always(get("/api/tasks/best"))})
	}()

	var (
		answer bytes.Buffer
		wrote  pass
		best   pass
		next   = patchCall(who.ids)
		r      = rand.New(rand.NewPCG(5, 6))
		began  = time.Now()
		finish = b.o.warm + b.o.special
	)
	for beat := newPace(began, writesEvery); beat.wait(ctx) && best.failed+wrote.failed < failuresEach; {
		if time.Since(began) >= finish && len(best.samples) > 0 {
			break
		}
		at := time.Since(began)
		took, err := writer.do(ctx, next(r, wrote.sent), &answer)
		wrote.note(sample{at: at, took: took}, b.o.warm, err)
		if err != nil {
			continue
		}
		at = time.Since(began)
		took, err = writer.do(ctx, get("/api/tasks/best"), &answer)
		best.note(sample{at: at, took: took}, b.o.warm, err)
	}
	elapsed := time.Since(began) - b.o.warm
	over.Store(true)
	others := <-read
	b.checkPass(what, wrote)
	b.checkPass(what, best)
	b.checkPass(what, others)
	return &afterWrite{
		Best: spreadOf(best.all()), Write: spreadOf(wrote.all()), Readers: spreadOf(others.all()),
		Writes: float64(len(wrote.samples)) / elapsed.Seconds(), Reads: others.perSecond(),
	}
}

// note counts one call of a loop that is not a load.
func (p *pass) note(s sample, warm time.Duration, err error) {
	p.sent++
	if err != nil {
		p.failed++
		p.failures = append(p.failures, err.Error())
		return
	}
	if s.at >= warm {
		p.samples = append(p.samples, s)
	}
}

// besideImport is what an import of many rows does to writers of another workspace.
type besideImport struct {
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
	Alone   spread  `json:"writers_before"`
	Beside  spread  `json:"writers_beside"`
	Writes  float64 `json:"writes_per_second_beside"`
}

// measureImport runs 16 creating writers, a while alone and then beside the import; with every set each is paced.
func (b *bench) measureImport(ctx context.Context, s *server, what string, every time.Duration) *besideImport {
	b.say("%s", what)
	importer, err := register(ctx, s.base, "importer")
	if err != nil {
		b.check(what, err)
		return nil
	}
	file := taskwarriorExport(b.o.imported, time.Now(), false)
	writers, err := b.creator.client(ctx, s.base, importWriters)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer writers.close()

	var over atomic.Bool
	wrote := make(chan pass, 1)
	began := time.Now()
	go func() {
		wrote <- writers.run(ctx, load{conns: importWriters, warm: b.o.warm, every: every, until: over.Load, next: createCall})
	}()
	c := newClient(s.base, importer.token, 1)
	defer c.close()
	c.http.Timeout = importWithin
	select {
	case <-time.After(b.o.warm + b.o.special/4):
	case <-ctx.Done():
	}
	var answer bytes.Buffer
	from := time.Since(began)
	took, err := c.do(ctx, importCall(file), &answer)
	to := time.Since(began)
	over.Store(true)
	done := <-wrote
	b.checkPass(what, done)
	if err != nil {
		b.check(what, err)
		return nil
	}
	b.check(what, importer.expectRanked(ctx, c, b.o.imported))
	beside := done.latencies(from, to)
	return &besideImport{
		Rows: b.o.imported, Seconds: took.Seconds(),
		Alone: spreadOf(done.latencies(0, from)), Beside: spreadOf(beside), Writes: float64(len(beside)) / took.Seconds(),
	}
}

// starts are repeated starts of the server on the data the whole load left behind.
type starts struct {
	// Milliseconds from exec to the first 200 of /health, and of the first best after it, which finds nothing cached.
	FirstAnswer []float64 `json:"first_answer_ms"`
	FirstBest   []float64 `json:"first_best_ms"`
	// Memory after the first answers of /health, best and a list.
	Memory memory `json:"memory"`
}

func (b *bench) measureStarts(ctx context.Context) *starts {
	b.say("%d starts on the existing data", b.o.starts)
	var all starts
	for range b.o.starts {
		if err := b.oneStart(ctx, &all); err != nil {
			b.check("start", err)
			return nil
		}
	}
	return &all
}

func (b *bench) oneStart(ctx context.Context, all *starts) (err error) {
	s, err := startServer(ctx, b.spec())
	if err != nil {
		return err
	}
	defer func() {
		if stopping := s.stop(); err == nil {
			err = stopping
		}
	}()
	c, err := b.big.client(ctx, s.base, 1)
	if err != nil {
		return err
	}
	defer c.close()
	var answer bytes.Buffer
	took, err := c.do(ctx, get("/api/tasks/best"), &answer)
	if err != nil {
		return err
	}
	if _, err := c.do(ctx, get("/api/tasks?limit=50"), &answer); err != nil {
		return err
	}
	all.FirstAnswer = append(all.FirstAnswer, milliseconds(s.started))
	all.FirstBest = append(all.FirstBest, milliseconds(took))
	m, err := memoryOf(s.pid)
	all.Memory.RSS, all.Memory.Peak = max(all.Memory.RSS, m.RSS), max(all.Memory.Peak, m.Peak)
	return err
}

// cold is best when nothing in memory may be used, and the memory that takes.
type cold struct {
	spread

	Memory memory `json:"memory"`
}

// measureCold asks for the best task when the snapshot is too old to be used: a server whose snapshots live a
// millisecond loads all tasks anew for each request. The pause lets the snapshot expire.
func (b *bench) measureCold(ctx context.Context, who *person, what string, times int) *cold {
	const pause = 5 * time.Millisecond
	b.say("%s", what)
	spec := b.spec()
	spec.settings = append([]string{"SCORE_CACHE_TTL=1ms"}, spec.settings...)
	s, err := startServer(ctx, spec)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer func() { b.check(what, s.stop()) }()
	c, err := who.client(ctx, s.base, 1)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer c.close()
	var (
		answer bytes.Buffer
		took   []time.Duration
	)
	for range times {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		one, err := c.do(ctx, get("/api/tasks/best"), &answer)
		if err == nil && !json.Valid(answer.Bytes()) {
			err = fmt.Errorf("best is not JSON: %.100s", answer.Bytes())
		}
		if err != nil {
			b.check(what, err)
			return nil
		}
		took = append(took, one)
	}
	m, err := memoryOf(s.pid)
	b.check(what, err)
	return &cold{spreadOf(took), m}
}
