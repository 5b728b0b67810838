package main

import "fmt"

// Conns the contract's shares of the floor hold at.
const contractConns = 16

// bound is one promise of the contract and what was measured of it. The limits are the contract's and are not options:
// a run reports, it never loosens.
type bound struct {
	What     string   `json:"what"`
	AtLeast  bool     `json:"at_least"` // else at most
	Limit    float64  `json:"limit"`
	Measured *float64 `json:"measured"` // nil: not measured
	Unit     string   `json:"unit"`
}

func (b bound) met() bool {
	if b.Measured == nil {
		return false
	}
	if b.AtLeast {
		return *b.Measured >= b.Limit
	}
	return *b.Measured <= b.Limit
}

func (b bound) verdict() string {
	switch {
	case b.Measured == nil:
		return "NOT MEASURED"
	case b.met():
		return "met"
	default:
		return "MISSED"
	}
}

func (b bound) limit() string {
	sign := "≤"
	if b.AtLeast {
		sign = "≥"
	}
	return fmt.Sprintf("%s %.4g%s", sign, b.Limit, b.Unit)
}

// measured has a digit more than the limit, so that a narrow miss does not read as the limit itself.
func (b bound) measured() string {
	if b.Measured == nil {
		return "-"
	}
	digits := 1
	if b.Limit < 1 {
		digits = 3
	} else if b.Limit < 10 {
		digits = 2
	}
	return decimals(b.Measured, digits) + b.Unit
}

func (r *report) allMet() bool {
	for _, b := range r.Bounds {
		if !b.met() {
			return false
		}
	}
	return len(r.Bounds) > 0
}

// sizesAlike is how near a list's rates at two sizes must be to count as the same: nearer, this kind of machine cannot
// tell them apart.
const sizesAlike = 0.9

// judge holds the figures against the contract.
func (r *report) judge() {
	if r.options.size {
		r.judgeSize()
	} else {
		r.judgeTable()
	}
}

func (r *report) judgeSize() {
	o := r.options
	var peak, best *float64
	if r.Many != nil {
		peak = &r.Many.Later.Memory.Peak
	}
	if f := r.find(bestRow(o.huge), 1); f != nil && f.Latency.Samples > 0 {
		best = &f.Latency.P99
	}
	r.atMost(fmt.Sprintf("%s workspaces of %s tasks in turn, peak RSS", thousands(o.workspaces), thousands(o.each)), peak, 200, " MB")
	r.atMost(bestRow(o.huge)+" tasks, p99 at one connection", best, 3, " ms")
	r.atLeast(fmt.Sprintf("list of 50, rate at %s tasks ÷ at %s", thousands(o.huge), thousands(o.big)),
		r.ratio(listRow(o.huge), listRow(o.big)), sizesAlike, "")
}

func (r *report) judgeTable() {
	small, big := listRow(r.options.small), listRow(r.options.big)
	for _, share := range []struct {
		row   string
		least float64
	}{{"create", 0.15}, {"patch", 0.12}, {"read", 0.30}, {small, 0.10}, {big, 0.10}, {"best", 0.30}} {
		var measured *float64
		if f := r.find(share.row, contractConns); f != nil {
			measured = f.Share
		}
		r.atLeast(share.row+", share of the floor at 16 connections", measured, share.least, "")
	}
	r.atLeast("list of 50, rate at "+thousands(r.options.big)+" tasks ÷ at "+thousands(r.options.small), r.ratio(big, small), sizesAlike, "")

	var alone, syncs *float64
	if f := r.find("best", 1); f != nil && f.Latency.Samples > 0 {
		alone = &f.Latency.P99
	}
	if f := r.find("create", contractConns); f != nil {
		syncs = f.Syncs
	}
	r.atMost("best, p99 at one connection", alone, 3, " ms")
	if r.Database == "SQLite" {
		r.atMost("create, syncs per write at 16 connections", syncs, 0.15, "")
	}

	var cold, after, beside, start, idle, loaded, size *float64
	if r.Cold != nil {
		cold = &r.Cold.P99
	}
	if r.AfterWrite != nil && r.AfterWrite.Best.Samples > 0 {
		after = &r.AfterWrite.Best.P99
	}
	if r.Import != nil && r.Import.Beside.Samples > 0 {
		beside = &r.Import.Beside.P99
	}
	if r.Starts != nil {
		start, idle = new(median(r.Starts.FirstAnswer)), &r.Starts.Memory.RSS
	}
	if r.AfterLoad.RSS > 0 {
		loaded = &r.AfterLoad.RSS
	}
	if r.BinaryMB > 0 {
		size = &r.BinaryMB
	}
	r.atMost("best, cold, p99", cold, 60, " ms")
	r.atMost("best right after a write, p99", after, 3, " ms")
	r.atMost("16 writers beside an import of "+thousands(r.options.imported)+", p99", beside, 10, " ms")
	r.atMost("ranking, the best, a task, on the worst data", r.Ranking.Best, 50, " ns")
	r.atMost("ranking, the full order, a task, on the worst data", r.Ranking.Full, 200, " ns")
	r.atMost("start to first answer, median", start, 100, " ms")
	r.atMost("RSS after the first answers", idle, 80, " MB")
	r.atMost("RSS after the whole load", loaded, 80, " MB")
	r.atMost("binary", size, 40, " MB")
}

func (r *report) ratio(of, to string) *float64 {
	a, b := r.find(of, contractConns), r.find(to, contractConns)
	if a == nil || b == nil || b.PerSecond == 0 {
		return nil
	}
	return new(a.PerSecond / b.PerSecond)
}

func (r *report) atLeast(what string, measured *float64, limit float64, unit string) {
	r.Bounds = append(r.Bounds, bound{What: what, AtLeast: true, Limit: limit, Measured: measured, Unit: unit})
}

func (r *report) atMost(what string, measured *float64, limit float64, unit string) {
	r.Bounds = append(r.Bounds, bound{What: what, Limit: limit, Measured: measured, Unit: unit})
}
