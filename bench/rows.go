package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// row is one line of the table: one kind of request, sent by one person.
type row struct {
	name string
	// route is the product's own benchmark whose allocations stand in this row.
	route string
	who   *person
	next  func(*rand.Rand, int) call
}

// figures are what a row measured at one number of connections. A nil figure was not measured.
type figures struct {
	Row       string    `json:"row"`
	Conns     int       `json:"connections"`
	PerSecond float64   `json:"requests_per_second"`
	Share     *float64  `json:"share_of_floor"`
	Latency   spread    `json:"latency"`
	Requests  int       `json:"requests"`
	Errors    int       `json:"errors"`
	CPU       *float64  `json:"server_cpu_us_per_request"`
	Allocs    *float64  `json:"allocations_per_request"`
	Syncs     *float64  `json:"syncs_per_write"`
	Memory    memory    `json:"memory"`
	Slices    []float64 `json:"requests_per_second_by_round"`

	latencies []time.Duration
	cpu       time.Duration
	route     string
}

const floorRow = "floor"

// routes -only may name.
var routes = []string{"create", "patch", "read", "list50", "best", "ranked"}

// rows of the table, in its order. Later rows (other sizes, other workspaces) are lines here and people to send them.
func (b *bench) rows() []row {
	all := []row{
		{"create", "create", b.creator, createCall},
		{"patch", "patch", b.big, patchCall(b.big.ids)},
		{"read", "read", b.big, readCall(b.big.ids)},
		{b.listRow(b.o.small), "list50", b.small, always(get("/api/tasks?limit=50"))},
		{b.listRow(b.o.big), "list50", b.big, always(get("/api/tasks?limit=50"))},
		{"best", "best", b.big, always(get("/api/tasks/best"))},
		{"ranked, first page", "ranked", b.big, always(get("/api/tasks/ranked"))},
	}
	if len(b.o.only) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(r row) bool { return !slices.Contains(b.o.only, r.route) })
}

func (b *bench) listRow(tasks int) string { return fmt.Sprintf("list of 50 at %s", thousands(tasks)) }

// measureRows goes through all rows at all numbers of connections, round after round, the floor beside each: a machine
// that is slow for a minute slows all of them, and the medians forget it.
func (b *bench) measureRows(ctx context.Context, s *server) {
	slice := b.o.duration / time.Duration(b.o.rounds)
	byKey := map[string]*figures{}
	for _, conns := range b.o.conns {
		f := &figures{Row: floorRow, Conns: conns}
		byKey[key(floorRow, conns)] = f
	}
	rows := b.rows()
	for _, r := range rows {
		for _, conns := range b.o.conns {
			byKey[key(r.name, conns)] = &figures{Row: r.name, Conns: conns, route: r.route}
		}
	}
	for round := range b.o.rounds {
		for _, conns := range b.o.conns {
			b.say("round %d of %d, %d connections", round+1, b.o.rounds, conns)
			for _, r := range rows {
				if ctx.Err() != nil {
					return
				}
				b.sliceOfFloor(ctx, byKey[key(floorRow, conns)], slice/2)
				b.sliceOfRow(ctx, s, r, byKey[key(r.name, conns)], slice)
			}
		}
	}

	for _, name := range append([]string{floorRow}, names(rows)...) {
		for _, conns := range b.o.conns {
			f := byKey[key(name, conns)]
			f.PerSecond = median(f.Slices)
			f.Latency = spreadOf(f.latencies)
			if f.cpu > 0 && f.Requests > 0 {
				f.CPU = new(float64(f.cpu.Microseconds()) / float64(f.Requests))
			}
			if floor := byKey[key(floorRow, conns)].PerSecond; name != floorRow && floor > 0 {
				f.Share = new(f.PerSecond / floor)
			}
			b.report.Rows = append(b.report.Rows, *f)
		}
	}
}

func (b *bench) sliceOfFloor(ctx context.Context, f *figures, slice time.Duration) {
	c := newClient(b.floor.base, "", f.Conns)
	defer c.close()
	before, err := cpuTime(b.floor.cmd.Process.Pid)
	b.check("floor", err)
	done := c.run(ctx, load{conns: f.Conns, warm: b.o.warm, measure: slice, next: always(get("/"))})
	after, err := cpuTime(b.floor.cmd.Process.Pid)
	b.check("floor", err)
	f.cpu += after - before
	b.keep(f, done)
	f.Memory, err = memoryOf(b.floor.cmd.Process.Pid)
	b.check("floor", err)
}

func (b *bench) sliceOfRow(ctx context.Context, s *server, r row, f *figures, slice time.Duration) {
	c, err := r.who.client(ctx, s.base, f.Conns)
	if err != nil {
		b.check(r.name, err)
		return
	}
	defer c.close()
	before, err := cpuTime(s.pid)
	b.check(r.name, err)
	done := c.run(ctx, load{conns: f.Conns, warm: b.o.warm, measure: slice, next: r.next})
	after, err := cpuTime(s.pid)
	b.check(r.name, err)
	f.cpu += after - before
	b.keep(f, done)
	f.Memory, err = memoryOf(s.pid)
	b.check(r.name, err)
}

// keep adds a slice to a row's figures.
func (b *bench) keep(f *figures, done pass) {
	f.Slices = append(f.Slices, done.perSecond())
	f.latencies = append(f.latencies, done.all()...)
	f.Requests += done.sent
	f.Errors += done.failed
	b.checkPass(fmt.Sprintf("%s at %d connections", f.Row, f.Conns), done)
}

func key(row string, conns int) string { return fmt.Sprint(row, " at ", conns) }

func names(rows []row) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r.name)
	}
	return all
}
