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
	floor string // a route of the floor's process instead

	answered func(int, []byte) // as a load's
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
var routes = []string{"create", "quick", "patch", "read", "list50", "best", "ranked", "repeat"}

// rows of the table, in its order. Later rows (other sizes, other workspaces) are lines here and people to send them.
func (b *bench) rows() []row {
	page, best := always(get("/api/tasks?limit=50")), always(get("/api/tasks/best"))
	var all []row
	if b.o.database != "" {
		all = append(all,
			row{name: "floor with a SELECT", floor: selectFloor},
			row{name: "floor with a commit", floor: commitFloor})
	}
	if b.o.size {
		return append(all,
			row{name: listRow(b.o.big), route: "list50", who: b.big, next: page},
			row{name: listRow(b.o.huge), route: "list50", who: b.huge, next: page},
			row{name: bestRow(b.o.huge), route: "best", who: b.huge, next: best})
	}
	all = append(all,
		row{name: "create", route: "create", who: b.creator, next: createCall},
		row{name: "quick add", route: "quick", who: b.creator, next: quickCall},
		row{name: "patch", route: "patch", who: b.big, next: patchCall(b.big.ids)},
		row{name: "read", route: "read", who: b.big, next: readCall(b.big.ids)},
		row{name: listRow(b.o.small), route: "list50", who: b.small, next: page},
		row{name: listRow(b.o.big), route: "list50", who: b.big, next: page},
		row{name: "best", route: "best", who: b.big, next: best},
		row{name: linkedRow(b.o.big), route: "best", who: b.linked, next: best},
		row{name: "ranked, first page", route: "ranked", who: b.big, next: always(get("/api/tasks/ranked"))},
		row{name: "complete a repeating task", route: "repeat", who: b.repeater, next: b.again.next, answered: b.again.answered})
	if len(b.o.only) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(r row) bool { return !slices.Contains(b.o.only, r.route) })
}

func listRow(tasks int) string { return "list of 50 at " + thousands(tasks) }

func linkedRow(tasks int) string {
	return "best, " + thousands(tasks/linkedShare) + " of " + thousands(tasks) + " linked"
}

func bestRow(tasks int) string { return "best at " + thousands(tasks) }

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
				b.sliceOfFloor(ctx, "/", byKey[key(floorRow, conns)], slice/2)
				if r.floor != "" {
					b.sliceOfFloor(ctx, r.floor, byKey[key(r.name, conns)], slice)
				} else {
					b.sliceOfRow(ctx, s, r, byKey[key(r.name, conns)], slice)
				}
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

func (b *bench) sliceOfFloor(ctx context.Context, path string, f *figures, slice time.Duration) {
	c := newClient(b.floor.base, "", f.Conns)
	defer c.close()
	b.slice(ctx, c, b.floor.cmd.Process.Pid, row{next: always(get(path))}, f, slice)
}

func (b *bench) sliceOfRow(ctx context.Context, s *server, r row, f *figures, slice time.Duration) {
	c, err := r.who.client(ctx, s.base, f.Conns)
	if err != nil {
		b.check(r.name, err)
		return
	}
	defer c.close()
	b.slice(ctx, c, s.pid, r, f, slice)
}

// slice loads a process for a while and adds what it did to a row's figures.
func (b *bench) slice(ctx context.Context, c *client, pid int, r row, f *figures, slice time.Duration) {
	before, err := cpuTime(pid)
	b.check(f.Row, err)
	done := c.run(ctx, load{conns: f.Conns, warm: b.o.warm, measure: slice, next: r.next, answered: r.answered})
	after, err := cpuTime(pid)
	b.check(f.Row, err)
	f.cpu += after - before
	b.keep(f, done)
	f.Memory, err = memoryOf(pid)
	b.check(f.Row, err)
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
