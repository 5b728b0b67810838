package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// syncConns is the number of connections the contract counts syncs at.
const syncConns = 16

// syncCount is how many writes shared one sync to the disk, counted from outside the server.
type syncCount struct {
	Row       string  `json:"row"`
	Writes    int     `json:"writes"`
	Syncs     int     `json:"syncs"`
	PerWrite  float64 `json:"syncs_per_write"`
	PerSecond float64 `json:"requests_per_second"`
}

// measureSyncs counts the sync calls of a server of its own, on fresh data, under strace. With --seccomp-bpf only those
// calls stop in the tracer, so the rest runs at full speed: the report shows the rate reached beside the row's.
func (b *bench) measureSyncs(ctx context.Context) []syncCount {
	const what = "syncs per write"
	if b.o.database != "" {
		b.report.Notes = append(b.report.Notes, "Syncs per write: not measured: PostgreSQL syncs in its own process.")
		return nil
	}
	b.say("%s, under strace", what)
	strace, err := exec.LookPath("strace")
	if err != nil {
		b.check(what, errors.New("not measured: strace is not installed"))
		return nil
	}
	folder := filepath.Join(b.dir, "syncs")
	data := filepath.Join(folder, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		b.check(what, err)
		return nil
	}
	trace := filepath.Join(folder, "trace")
	spec := b.spec()
	spec.dataDir = data
	spec.under = []string{strace, "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", trace}
	s, err := startServer(ctx, spec)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer func() { b.check(what, s.stop()) }()

	who, err := register(ctx, s.base, "syncs")
	if err == nil {
		err = who.fill(ctx, s.base, b.o.small)
	}
	if err != nil {
		b.check(what, err)
		return nil
	}
	var counts []syncCount
	for _, row := range []struct {
		name string
		next func(*rand.Rand, int) call
	}{{"create", createCall}, {"patch", patchCall(who.ids)}} {
		count, err := b.countSyncs(ctx, s, who, trace, row.next)
		if err != nil {
			b.check(what, err)
			return nil
		}
		count.Row = row.name
		counts = append(counts, count)
	}
	return counts
}

func (b *bench) countSyncs(ctx context.Context, s *server, who *person, trace string, next func(*rand.Rand, int) call) (syncCount, error) {
	c, err := who.client(ctx, s.base, syncConns)
	if err != nil {
		return syncCount{}, err
	}
	defer c.close()
	before, err := tracedSyncs(trace)
	if err != nil {
		return syncCount{}, err
	}
	done := c.run(ctx, load{conns: syncConns, warm: b.o.warm, measure: b.o.special / 2, next: next})
	// The sync precedes the answer, so all of them have happened; strace may still be writing the last ones down.
	time.Sleep(100 * time.Millisecond)
	after, err := tracedSyncs(trace)
	if err != nil {
		return syncCount{}, err
	}
	if done.failed > 0 || done.sent == 0 {
		return syncCount{}, fmt.Errorf("%d of %d writes failed: %v", done.failed, done.sent, first(done.failures))
	}
	return syncCount{
		Writes: done.sent, Syncs: after - before, PerWrite: float64(after-before) / float64(done.sent), PerSecond: done.perSecond(),
	}, nil
}

func tracedSyncs(trace string) (int, error) {
	text, err := os.ReadFile(trace)
	if err != nil {
		return 0, err
	}
	return syncsIn(text), nil
}

// syncsIn counts the calls in strace's output. A call that another thread's line interrupts has two lines, of which the
// second, "<... fsync resumed>", has no bracket after the name.
func syncsIn(trace []byte) int {
	return bytes.Count(trace, []byte("sync(")) + bytes.Count(trace, []byte("sync_file_range("))
}
