package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The product's own benchmarks take some seconds each. One that hangs ends itself first and says where it hung; the
// later limit is for a compilation that does.
const (
	goTestEndsItself = "3m"
	goTestWithin     = 5 * time.Minute
)

// metrics of one Go benchmark by unit: "ns/op", "allocs/op", "ns/task".
type metrics map[string]float64

// goBenchmarks runs benchmarks of one of the product's packages and returns them by name, without "Benchmark" and the
// number of cores. None at all is an error.
func (b *bench) goBenchmarks(ctx context.Context, pattern, pkg string) (map[string]metrics, error) {
	ctx, cancel := context.WithTimeout(ctx, goTestWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchmem", "-benchtime", b.o.benchtime,
		"-timeout", goTestEndsItself, pkg)
	cmd.Dir = b.o.product
	// The go command starts the compiler and the test as processes of their own, which would outlive it: all are ended
	// together, as one group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -bench %s %s: %w: %.500s", pattern, pkg, err, strings.TrimSpace(string(text)))
	}
	found, err := parseBenchmarks(strings.NewReader(string(text)))
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("go test -bench %s %s: no such benchmark", pattern, pkg)
	}
	return found, err
}

var cores = regexp.MustCompile(`-\d+$`)

func parseBenchmarks(output io.Reader) (map[string]metrics, error) {
	found := map[string]metrics{}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		m := metrics{}
		for i := 2; i+1 < len(fields); i += 2 { // name, iterations, then pairs of value and unit
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("benchmark %s: %w", fields[0], err)
			}
			m[fields[i+1]] = value
		}
		found[cores.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")] = m
	}
	return found, lines.Err()
}

// ranking is the cost of ranking in nanoseconds a task, each the worst of its benchmarks. Nil was not measured.
type ranking struct {
	Best *float64           `json:"best_ns_per_task"`
	Full *float64           `json:"full_order_ns_per_task"`
	All  map[string]metrics `json:"benchmarks"`
}

func (b *bench) measureRanking(ctx context.Context) (ranking, error) {
	b.say("ranking, the product's own benchmarks")
	found, err := b.goBenchmarks(ctx, "FindBest|Rank", "./internal/rules/score")
	if err != nil {
		return ranking{}, err
	}
	r := rankingOf(found)
	if r.Best == nil || r.Full == nil {
		return r, errors.New("no ns/task from both FindBest and Rank in ./internal/rules/score")
	}
	return r, nil
}

func rankingOf(found map[string]metrics) ranking {
	r := ranking{All: found}
	for name, m := range found {
		cost, has := m["ns/task"]
		if !has {
			continue
		}
		place := &r.Full
		if strings.HasPrefix(name, "FindBest") {
			place = &r.Best
		}
		if *place == nil || cost > **place {
			*place = new(cost)
		}
	}
	return r
}

// measureAllocs puts the allocations of the product's route benchmarks beside the rows they belong to.
func (b *bench) measureAllocs(ctx context.Context) error {
	b.say("allocations, the product's own benchmarks")
	found, err := b.goBenchmarks(ctx, "^BenchmarkRoute", "./internal/transport/rest")
	if err != nil {
		return err
	}
	for i := range b.report.Rows {
		f := &b.report.Rows[i]
		if allocs, has := found["Route/"+f.route]["allocs/op"]; has {
			f.Allocs = new(allocs)
		}
	}
	return nil
}
