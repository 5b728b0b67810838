package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// report is everything a run found; it is printed as Markdown and saved as JSON. Nil parts were not measured.
type report struct {
	Began             time.Time         `json:"began"`
	Database          string            `json:"database"`
	Settings          *databaseSettings `json:"database_settings"`
	Machine           machine           `json:"machine"`
	Rows              []figures         `json:"rows"`
	AfterWrite        *afterWrite       `json:"best_after_write"`
	AfterWriteUnpaced *afterWrite       `json:"best_after_write_unpaced"`
	AfterWriteLinked  *afterWrite       `json:"best_after_write_linked"`
	Bulk              *bulk             `json:"bulk"`
	Import            *besideImport     `json:"import_beside_writers"`
	ImportPaced       *besideImport     `json:"import_beside_paced_writers"`
	Cold              *cold             `json:"best_cold"`
	Starts            *starts           `json:"starts"`
	Many              *many             `json:"many_workspaces"`
	AfterLoad         memory            `json:"memory_after_load"`
	BinaryMB          float64           `json:"binary_mb"`
	Syncs             []syncCount       `json:"syncs"`
	Ranking           ranking           `json:"ranking"`
	Bounds            []bound           `json:"bounds"`
	Notes             []string          `json:"notes"`
	Failures          []string          `json:"failures"`

	options options
}

// save writes the raw numbers.
func (r *report) save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the raw numbers: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the raw numbers: %w", err)
	}
	return nil
}

// find returns a row's figures, nil when it was not measured.
func (r *report) find(name string, conns int) *figures {
	for i := range r.Rows {
		if r.Rows[i].Row == name && r.Rows[i].Conns == conns {
			return &r.Rows[i]
		}
	}
	return nil
}

// placeSyncs puts the syncs per write, counted in a pass of their own, beside the rows they belong to.
func (r *report) placeSyncs() {
	for _, count := range r.Syncs {
		if f := r.find(count.Row, syncConns); f != nil {
			f.Syncs = new(count.PerWrite)
		}
	}
}

// doubtCold compares the cold figure with the first best after a start, which certainly loaded everything: a cold one far
// below it means that an expired snapshot was refreshed rather than loaded anew, and that the bound is met by mistake.
func (r *report) doubtCold() {
	if r.Cold == nil || r.Starts == nil {
		return
	}
	if started := median(r.Starts.FirstBest); r.Cold.P50 < started/3 {
		r.Notes = append(r.Notes, fmt.Sprintf("best, cold (p50 %.1f ms) is far below the first best after a start (median %.1f ms): "+
			"make sure that SCORE_CACHE_TTL=1ms loads all tasks anew.", r.Cold.P50, started))
	}
}

// print writes the report as Markdown.
func (r *report) print(out io.Writer) {
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	m := r.Machine
	p("Measured %s on %s at %d cores (%s), Linux %s, %s; a 4 KiB write and sync takes %.0f µs; load %.1f before.",
		r.Database, r.Began.Format(time.DateOnly), m.Cores, m.CPU, m.Kernel, m.Go, m.SyncMedian, m.Load)
	p("Server, floor and load generator share these cores. MB are 1,000,000 bytes.")
	if r.Settings != nil {
		p("%s: its processes share the cores too, and their CPU and memory are in no column.", r.Settings)
	}
	if r.Many != nil {
		p("%s workspaces of %s tasks were filled in %.0f s by imports, with descriptions of some 500 characters.",
			thousands(r.Many.Workspaces), thousands(r.Many.Each), r.Many.FillSeconds)
	}
	p("")
	if len(r.Rows) > 0 {
		writeTable(out, []string{
			"row", "connections", "req/s", "of the floor", "p50 ms", "p95 ms", "p99 ms", "errors",
			"CPU µs/req", "syncs/write", "allocs/req", "RSS MB", "peak MB",
		}, r.rowLines())
		p("")
	}
	if lines := r.specialLines(); len(lines) > 0 {
		writeTable(out, []string{"situation", "samples", "p50 ms", "p95 ms", "p99 ms", "max ms", "beside"}, lines)
		p("")
	}
	if lines := r.rankingLines(); len(lines) > 0 {
		writeTable(out, []string{"ranking", "ns/task", "allocs"}, lines)
		p("")
	}
	if len(r.Bounds) > 0 {
		lines := make([][]string, 0, len(r.Bounds))
		for _, b := range r.Bounds {
			lines = append(lines, []string{b.What + " " + b.limit(), b.measured(), b.verdict()})
		}
		writeTable(out, []string{"bound", "measured", "verdict"}, lines)
	}
	for _, note := range r.Notes {
		p("\nNote: %s", note)
	}
	if len(r.Failures) > 0 {
		p("\nFAILED:")
		for _, failure := range r.Failures {
			p("- %s", failure)
		}
	}
}

func (r *report) rowLines() [][]string {
	var lines [][]string
	for _, f := range r.Rows {
		lines = append(lines, []string{
			f.Row, strconv.Itoa(f.Conns), thousands(int(f.PerSecond + 0.5)), decimals(f.Share, 2),
			decimals(&f.Latency.P50, 2), decimals(&f.Latency.P95, 2), decimals(&f.Latency.P99, 2), strconv.Itoa(f.Errors),
			decimals(f.CPU, 0), decimals(f.Syncs, 3), decimals(f.Allocs, 0), decimals(&f.Memory.RSS, 0), decimals(&f.Memory.Peak, 0),
		})
	}
	return lines
}

func (r *report) specialLines() [][]string {
	var lines [][]string
	add := func(name string, s spread, beside string) {
		lines = append(lines, []string{
			name, thousands(s.Samples), decimals(&s.P50, 2), decimals(&s.P95, 2), decimals(&s.P99, 2), decimals(&s.Max, 2), beside,
		})
	}
	if r.Many != nil {
		for _, t := range []struct {
			name string
			turns
		}{{"first round", r.Many.First}, {"later rounds", r.Many.Later}} {
			beside := fmt.Sprintf("%.1f rounds, %s req/s, RSS %.0f MB, peak %.0f MB",
				t.Rounds, thousands(int(t.PerSecond)), t.Memory.RSS, t.Memory.Peak)
			add(fmt.Sprintf("best of %s workspaces, %s", thousands(r.Many.Workspaces), t.name), t.Best, beside)
			add("... a page of their lists", t.List, "")
		}
	}
	if r.Cold != nil {
		add("best, cold", r.Cold.spread, fmt.Sprintf("each request loads all tasks, peak RSS %.0f MB", r.Cold.Memory.Peak))
	}
	if r.Starts != nil {
		add("start to first answer", spreadOf(durations(r.Starts.FirstAnswer)), "existing data")
		add("first best after a start", spreadOf(durations(r.Starts.FirstBest)), "nothing cached")
	}
	for _, a := range []struct {
		name string
		*afterWrite
	}{{"best right after a write", r.AfterWrite}, {"the same, unpaced readers", r.AfterWriteUnpaced}, {"the same, a fifth of the tasks linked", r.AfterWriteLinked}} {
		if a.afterWrite != nil {
			add(a.name, a.Best, fmt.Sprintf("%.0f writes/s, %s reads/s", a.Writes, thousands(int(a.Reads))))
		}
	}
	if r.Bulk != nil {
		add("bulk change of "+thousands(r.Bulk.Tasks), r.Bulk.Change, "one request, one transaction")
		add("... its undo", r.Bulk.Undo, "")
	}
	for _, i := range []struct {
		name string
		*besideImport
	}{{"writers beside an import", r.Import}, {"the same, paced writers", r.ImportPaced}} {
		if i.besideImport != nil {
			add(i.name, i.Beside, fmt.Sprintf("%s rows in %.1f s, %s writes/s", thousands(i.Rows), i.Seconds, thousands(int(i.Writes))))
			add("... before it", i.Alone, "")
		}
	}
	for _, s := range r.Syncs {
		beside := fmt.Sprintf("%s writes, %s syncs, %s req/s under strace", thousands(s.Writes), thousands(s.Syncs), thousands(int(s.PerSecond)))
		if f := r.find(s.Row, syncConns); f != nil && f.PerSecond > 0 {
			beside += fmt.Sprintf(" (%.0f %% of the row's)", 100*s.PerSecond/f.PerSecond)
		}
		lines = append(lines, []string{"syncs of " + s.Row, thousands(s.Writes), "-", "-", "-", "-", beside})
	}
	return lines
}

// rankingLines are all benchmarks of ranking by name: the bounds judge the worst, whose data may be unkind on purpose.
func (r *report) rankingLines() [][]string {
	var lines [][]string
	for _, name := range slices.Sorted(maps.Keys(r.Ranking.All)) {
		m := r.Ranking.All[name]
		if cost, has := m["ns/task"]; has {
			lines = append(lines, []string{name, decimals(&cost, 1), decimals(new(m["allocs/op"]), 0)})
		}
	}
	return lines
}

// writeTable writes a Markdown table whose columns line up in a plain file too: the first to the left, the rest to the
// right.
func writeTable(out io.Writer, header []string, lines [][]string) {
	widths := make([]int, len(header))
	for _, line := range append([][]string{header}, lines...) {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	write := func(line []string) {
		for i, cell := range line {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				fmt.Fprintf(out, "| %s%s |", cell, padding)
			} else {
				fmt.Fprintf(out, " %s%s |", padding, cell)
			}
		}
		fmt.Fprintln(out)
	}
	write(header)
	rule := make([]string, len(header))
	for i, width := range widths {
		if rule[i] = strings.Repeat("-", width); i > 0 {
			rule[i] = rule[i][:width-1] + ":"
		}
	}
	write(rule)
	for _, line := range lines {
		write(line)
	}
}

// decimals shows a figure, or "-" when it was not measured.
func decimals(figure *float64, digits int) string {
	if figure == nil {
		return "-"
	}
	return strconv.FormatFloat(*figure, 'f', digits, 64)
}

// thousands shows a count as 12,345.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func durations(ms []float64) []time.Duration {
	var all []time.Duration
	for _, one := range ms {
		all = append(all, time.Duration(one*float64(time.Millisecond)))
	}
	return all
}
