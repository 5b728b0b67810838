package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

func TestPercentilesAreNearestRanks(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		name   string
		sorted []time.Duration
		share  float64
		want   time.Duration
	}{
		{"nothing measured is zero", nil, 0.99, 0},
		{"one sample is every percentile", []time.Duration{7}, 0.5, 7},
		{"the 99th of a hundred leaves one above", hundred, 0.99, 99},
		{"the 95th of a hundred leaves five above", hundred, 0.95, 95},
		{"the median of a hundred is the 50th", hundred, 0.5, 50},
		{"the 99th of fifty is the worst", hundred[:50], 0.99, 50},
		{"the whole is the worst", hundred, 1, 100},
		{"none of it is the best", hundred, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := percentile(c.sorted, c.share); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSpreadSortsWhatItIsGiven(t *testing.T) {
	got := spreadOf([]time.Duration{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond})
	if want := (spread{Samples: 3, P50: 2, P95: 3, P99: 3, Max: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{4}, 4}, {[]float64{9, 1, 5}, 5}, {[]float64{1, 9, 5, 3}, 4}} {
		given := slices.Clone(c.values)
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
		}
		if !slices.Equal(given, c.values) {
			t.Errorf("median sorted the caller's values")
		}
	}
}

func TestTablesLineUp(t *testing.T) {
	var out strings.Builder
	writeTable(&out, []string{"row", "CPU µs/req", "share"}, [][]string{{"create", "12", "-"}, {"ranked", "1,234", "0.31"}})
	want := "" +
		"| row    | CPU µs/req | share |\n" +
		"| ------ | ---------: | ----: |\n" +
		"| create |         12 |     - |\n" +
		"| ranked |      1,234 |  0.31 |\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10_007: "10,007", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestBoundsAreJudgedBothWays(t *testing.T) {
	for _, c := range []struct {
		name              string
		b                 bound
		measured, verdict string
	}{
		{"a share at its limit is met", bound{AtLeast: true, Limit: 0.15, Measured: new(0.15)}, "0.150", "met"},
		{"a share just below does not read as the limit", bound{AtLeast: true, Limit: 0.15, Measured: new(0.149)}, "0.149", "MISSED"},
		{"a time below its limit is met", bound{Limit: 3, Measured: new(2.994), Unit: " ms"}, "2.99 ms", "met"},
		{"a time above is missed", bound{Limit: 100, Measured: new(100.1), Unit: " ms"}, "100.1 ms", "MISSED"},
		{"nothing measured is never met", bound{Limit: 100}, "-", "NOT MEASURED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.b.measured(); got != c.measured {
				t.Errorf("measured: got %s, want %s", got, c.measured)
			}
			if got := c.b.verdict(); got != c.verdict {
				t.Errorf("verdict: got %s, want %s", got, c.verdict)
			}
		})
	}
}

func TestAnEmptyReportMeetsNothing(t *testing.T) {
	r := &report{Database: "SQLite", options: defaults()}
	r.judge()
	if r.allMet() {
		t.Error("bounds are met although nothing was measured")
	}
	for _, b := range r.Bounds {
		if b.verdict() != "NOT MEASURED" {
			t.Errorf("%s: %s", b.What, b.verdict())
		}
	}
}

func TestAColdFigureThatIsTooGoodIsDoubted(t *testing.T) {
	for p50, doubts := range map[float64]int{25: 0, 8: 1} {
		r := &report{Cold: &cold{spread: spread{P50: p50}}, Starts: &starts{FirstBest: []float64{30, 29, 33}}}
		if r.doubtCold(); len(r.Notes) != doubts {
			t.Errorf("cold %v ms beside 30 ms after a start: notes %q", p50, r.Notes)
		}
	}
}

func TestGoBenchmarksAreParsed(t *testing.T) {
	const output = `goos: linux
pkg: mindflow/internal/rules/score
BenchmarkFindBest/10000-2   	    5000	    234567 ns/op	        23.46 ns/task	       0 B/op	       0 allocs/op
BenchmarkFindBest/1000-2    	   50000	     31000 ns/op	        31.00 ns/task	       0 B/op	       0 allocs/op
BenchmarkRank/10000-2       	    1000	   1500000 ns/op	       150.0 ns/task	  160000 B/op	       2 allocs/op
BenchmarkRoute/list50       	    1000	   1500000 ns/op	  160000 B/op	      61 allocs/op
PASS
ok  	mindflow/internal/rules/score	4.2s
`
	found, err := parseBenchmarks(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	if got := found["Route/list50"]["allocs/op"]; got != 61 {
		t.Errorf("allocations of Route/list50: %v in %v", got, found)
	}
	r := rankingOf(found)
	if r.Best == nil || *r.Best != 31 || r.Full == nil || *r.Full != 150 {
		t.Errorf("ranking: want the worst of each, 31 and 150, got %v %v", r.Best, r.Full)
	}
}

func TestSyncsAreCountedOnceEach(t *testing.T) {
	const trace = `101 fdatasync(7)                      = 0
102 fsync(9 <unfinished ...>
101 fdatasync(7 <unfinished ...>
102 <... fsync resumed>)                   = 0
101 <... fdatasync resumed>)               = 0
101 sync_file_range(7, 0, 4096, 0)         = 0
`
	if got := syncsIn([]byte(trace)); got != 4 {
		t.Errorf("got %d syncs, want 4", got)
	}
}

func TestMemoryIsReadInMegabytes(t *testing.T) {
	m, err := parseMemory("Name:\tmindflow\nVmHWM:\t   50000 kB\nVmRSS:\t   40000 kB\n")
	if err != nil || math.Abs(m.RSS-40.96) > 1e-9 || math.Abs(m.Peak-51.2) > 1e-9 {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := parseMemory("Name:\tmindflow\n"); err == nil {
		t.Error("a status without sizes was read as none used")
	}
}

func TestBodiesAreWhatTheContractSays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for n := range 500 {
		var task struct {
			Title, Description string
			Priority           int
			Due                string `json:"due_date"`
		}
		if err := json.Unmarshal(taskBody(r, n, now), &task); err != nil {
			t.Fatal(err)
		}
		if utf8.RuneCountInString(task.Description) != 500 || strings.TrimSpace(task.Description) != task.Description {
			t.Fatalf("the description of task %d is not 500 characters: %q", n, task.Description)
		}
		if task.Title == "" || task.Priority < 1 || task.Priority > 5 || (task.Due == "") != (n%4 == 3) {
			t.Fatalf("task %d: %+v", n, task)
		}
	}
	for _, described := range []bool{false, true} {
		var entries []struct {
			UUID, Status, Due string
			Annotations       []struct{ Description string }
		}
		if err := json.Unmarshal(taskwarriorExport(300, now, described), &entries); err != nil || len(entries) != 300 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		seen := map[string]bool{}
		for n, entry := range entries {
			if len(entry.UUID) != 36 || seen[entry.UUID] || entry.Status != "pending" ||
				(entry.Due == "") != (described && n%4 == 3) || (len(entry.Annotations) == 1) != described {
				t.Fatalf("entry %+v", entry)
			}
			if described && utf8.RuneCountInString(entry.Annotations[0].Description) != 500 {
				t.Fatalf("the description of entry %d is not 500 characters", n)
			}
			seen[entry.UUID] = true
		}
	}
}

// small is a run against the fake server that takes a few seconds.
func small(t *testing.T, settings ...string) options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := defaults()
	o.binary, o.product, o.dir, o.settings = self, t.TempDir(), t.TempDir(), settings
	o.duration, o.special, o.warm = 100*time.Millisecond, 200*time.Millisecond, 20*time.Millisecond
	o.rounds, o.conns = 2, []int{1, 16}
	o.big, o.small, o.imported, o.starts, o.colds = 60, 20, 100, 2, 5
	o.workspaces, o.each, o.huge = 7, 12, 90
	return o
}

// fakeProduct is a module with benchmarks named as the product's.
func fakeProduct(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod": "module fake\n\ngo 1.26.0\n",
		"internal/rules/score/score_test.go": `package score

import "testing"

func BenchmarkFindBest(b *testing.B) { for b.Loop() {}; b.ReportMetric(20, "ns/task") }
func BenchmarkRank(b *testing.B)     { for b.Loop() {}; b.ReportMetric(90, "ns/task") }
`,
		"internal/transport/rest/rest_test.go": `package rest

import "testing"

var sink []byte

func BenchmarkRoute(b *testing.B) {
	for _, name := range []string{"create", "list50"} {
		b.Run(name, func(b *testing.B) { for b.Loop() { sink = make([]byte, 100) } })
	}
}
`,
	} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestTheWholeRunAgainstAFakeServer(t *testing.T) {
	o := small(t)
	o.product, o.benchtime = fakeProduct(t), "10ms"
	r := measure(t.Context(), o, t.Output())
	var out strings.Builder
	r.print(&out)
	t.Log("\n" + out.String())
	// Where nobody may trace, that alone must be missing, and be said.
	traces := exec.CommandContext(t.Context(), "strace", "-f", "--seccomp-bpf", "-o", os.DevNull, "true").Run() == nil
	if traces && len(r.Failures) > 0 ||
		!traces && (len(r.Failures) != 1 || !strings.HasPrefix(r.Failures[0], "syncs per write: ")) {
		t.Fatalf("failures: %q", r.Failures)
	}
	if want := 11 * len(o.conns); len(r.Rows) != want {
		t.Errorf("%d rows, want %d", len(r.Rows), want)
	}
	for _, f := range r.Rows {
		if f.PerSecond <= 0 || f.Requests == 0 || f.Latency.P99 <= 0 || f.Memory.RSS <= 0 || len(f.Slices) < o.rounds {
			t.Errorf("row %s at %d connections is not measured: %+v", f.Row, f.Conns, f)
		}
		if (f.Share == nil) != (f.Row == floorRow) {
			t.Errorf("row %s: share of the floor %v", f.Row, f.Share)
		}
	}
	if traces && len(r.Syncs) != 2 {
		t.Fatalf("syncs: %+v", r.Syncs)
	}
	for _, s := range r.Syncs {
		if s.Syncs < s.Writes/2 || s.Syncs > (s.Writes+1)/2 {
			t.Errorf("%s: %d syncs of %d writes, the fake does one for two", s.Row, s.Syncs, s.Writes)
		}
	}
	// A busy machine may fall behind the pace, but nothing may run ahead of it.
	if got := r.AfterWrite.Writes; got <= 0 || got > 110 {
		t.Errorf("%.0f paced writes a second, want at most about 100", got)
	}
	if r.Bulk == nil || r.Bulk.Tasks != o.small || r.Bulk.Change.Samples != bulkTimes || r.Bulk.Undo.Samples != bulkTimes || r.Bulk.Undo.P50 <= 0 {
		t.Errorf("bulk: %+v", r.Bulk)
	}
	if len(r.Starts.FirstAnswer) != o.starts || r.Cold.Samples != o.colds {
		t.Errorf("%d starts, %d cold", len(r.Starts.FirstAnswer), r.Cold.Samples)
	}
	for _, b := range r.Bounds {
		if b.Measured == nil && (traces || !strings.Contains(b.What, "syncs")) {
			t.Errorf("bound %q is not measured", b.What)
		}
	}
	for name, want := range map[string]string{"create": "1", "list of 50 at 20": "1", "best": "-"} {
		if got := decimals(r.find(name, 16).Allocs, 0); got != want {
			t.Errorf("allocations of %s: %s, want %s", name, got, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(o.dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}

	file := filepath.Join(t.TempDir(), "raw.json")
	if err := r.save(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !json.Valid(text) {
		t.Errorf("the raw numbers are no JSON: %v", err)
	}
}

func TestTheSituationsOfSizeAgainstAFakeServer(t *testing.T) {
	o := small(t)
	o.size = true
	r := measure(t.Context(), o, t.Output())
	var out strings.Builder
	r.print(&out)
	t.Log("\n" + out.String())
	if len(r.Failures) > 0 {
		t.Fatalf("failures: %q", r.Failures)
	}
	if m := r.Many; m.First.Best.Samples != o.workspaces || m.First.List.Samples != o.workspaces || m.First.Rounds != 1 {
		t.Errorf("the first round asks each workspace once for each: %+v", m.First)
	}
	if m := r.Many; m.Later.Best.Samples == 0 || m.Later.List.Samples == 0 || m.Later.Memory.Peak <= 0 || m.FillSeconds <= 0 {
		t.Errorf("the later rounds are not measured: %+v", m)
	}
	if want := 4 * len(o.conns); len(r.Rows) != want {
		t.Errorf("%d rows, want %d", len(r.Rows), want)
	}
	if r.Cold == nil || r.Cold.Samples != o.colds || r.Cold.Memory.RSS <= 0 || r.AfterWrite.Best.Samples == 0 {
		t.Errorf("cold %+v, after a write %+v", r.Cold, r.AfterWrite)
	}
	if len(r.Bounds) != 3 {
		t.Errorf("%d bounds, want 3", len(r.Bounds))
	}
	for _, b := range r.Bounds {
		if b.Measured == nil {
			t.Errorf("bound %q is not measured", b.What)
		}
	}
}

func TestAWorkspaceThatCannotBeFilledFailsTheRun(t *testing.T) {
	o := small(t, "FAKE_BROKEN=POST")
	o.size = true
	r := measure(t.Context(), o, t.Output())
	if len(r.Failures) == 0 || !strings.Contains(r.Failures[0], "fill: POST /api/auth/register: 500: broken on purpose") {
		t.Errorf("failures: %q", r.Failures)
	}
	for _, b := range r.Bounds {
		if b.verdict() != "NOT MEASURED" {
			t.Errorf("%s: %s", b.What, b.verdict())
		}
	}
}

// postgres is a throw-away PostgreSQL, started as "make bench-postgres" does. It ends with the test.
func postgres(t *testing.T) string {
	t.Helper()
	if os.Getenv("MINDFLOW_TEST_SQLITE_ONLY") == "1" {
		if os.Getenv("CI") == "true" {
			t.Fatal("MINDFLOW_TEST_SQLITE_ONLY is set, but CI measures both databases")
		}
		t.Skip("asked to do without PostgreSQL")
	}
	program := filepath.Join(t.TempDir(), "withpostgres")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./internal/store/storetest/withpostgres")
	build.Dir = ".."
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	cmd := exec.Command(program, "sh", "-c", `echo "$DATABASE_URL"; cat`) //nolint:noctx // ends with its input, after the test's context
	cmd.Dir, cmd.Stderr = "..", t.Output()
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("no PostgreSQL: %v", err)
	}
	return strings.TrimSpace(line)
}

func TestWhatPostgreSQLCostsByItselfStandsInTheTable(t *testing.T) {
	o := small(t)
	o.database, o.rounds, o.conns = postgres(t), 1, []int{16}
	r := measure(t.Context(), o, t.Output())
	var out strings.Builder
	r.print(&out)
	t.Log("\n" + out.String())
	if len(r.Failures) > 0 {
		t.Fatalf("failures: %q", r.Failures)
	}
	bare := r.find(floorRow, 16).PerSecond
	for _, row := range []string{"floor with a SELECT", "floor with a commit"} {
		if f := r.find(row, 16); f == nil || f.PerSecond <= 0 || f.PerSecond >= bare || f.Share == nil || f.Errors > 0 {
			t.Errorf("%s beside %.0f bare: %+v", row, bare, f)
		}
	}
	if !strings.Contains(out.String(), "fsync on, synchronous_commit on, full_page_writes on") {
		t.Error("the report does not say how lasting the database's commits are")
	}
	if strings.Contains(strings.Join(r.Notes, " "), "can lose") {
		t.Errorf("a lasting database is doubted: %q", r.Notes)
	}
	for _, b := range r.Bounds {
		if strings.Contains(b.What, "syncs") {
			t.Errorf("%s: PostgreSQL syncs in its own process", b.What)
		}
	}
	conn, err := pgx.Connect(t.Context(), o.database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var left int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE tablename = 'bench_floor'`).Scan(&left); err != nil || left > 0 {
		t.Errorf("the floor left its table behind: %d, %v", left, err)
	}
}

func TestADatabaseThatIsNotThereIsSaid(t *testing.T) {
	o := small(t)
	o.database = "postgres://nobody@/none?host=" + t.TempDir()
	if r := measure(t.Context(), o, t.Output()); len(r.Failures) == 0 || !strings.Contains(r.Failures[0], "make the floor's table") {
		t.Errorf("failures: %q", r.Failures)
	}
}

func TestSettingsThatCanLoseACommitAreDoubted(t *testing.T) {
	for _, c := range []struct {
		name    string
		s       databaseSettings
		lasting bool
	}{
		{"PostgreSQL's own are lasting", databaseSettings{Fsync: "on", SynchronousCommit: "on", FullPageWrites: "on"}, true},
		{"a commit that waits for its own disk only is", databaseSettings{Fsync: "on", SynchronousCommit: "local", FullPageWrites: "on"}, true},
		{"one that waits for none is not", databaseSettings{Fsync: "on", SynchronousCommit: "off", FullPageWrites: "on"}, false},
		{"nor is one whose syncs are left out", databaseSettings{Fsync: "off", SynchronousCommit: "on", FullPageWrites: "on"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.s.lasting(); got != c.lasting {
				t.Errorf("got %v, want %v", got, c.lasting)
			}
		})
	}
}

func TestARouteThatFailsFailsTheRun(t *testing.T) {
	o := small(t, "FAKE_BROKEN=PATCH")
	o.rounds, o.conns = 1, []int{16}
	r := measure(t.Context(), o, t.Output())
	if len(r.Failures) == 0 || !strings.Contains(strings.Join(r.Failures, "\n"), "patch at 16 connections") ||
		!strings.Contains(r.Failures[0], "500: broken on purpose") {
		t.Errorf("failures: %q", r.Failures)
	}
	if f := r.find("best", 16); f == nil || f.Errors > 0 || f.PerSecond == 0 {
		t.Errorf("best was not measured beside the broken patch: %+v", f)
	}
}

func TestAServerThatDiesIsReportedWithItsLastWords(t *testing.T) {
	began := time.Now()
	r := measure(t.Context(), small(t, "FAKE_DIES=yes"), t.Output())
	if !strings.Contains(strings.Join(r.Failures, "\n"), "told to die") || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %q", time.Since(began), r.Failures)
	}
}

func TestAnInterruptedRunEndsSoonAndSaysSo(t *testing.T) {
	o := small(t)
	o.duration = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	began := time.Now()
	r := measure(ctx, o, t.Output())
	if len(r.Failures) == 0 || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %q", time.Since(began), r.Failures)
	}
	if left, err := filepath.Glob(filepath.Join(o.dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"help is no mistake", []string{"-help"}, 0},
		{"an unknown flag is", []string{"-sever", "x"}, 2},
		{"so is an argument", []string{"x"}, 2},
		{"and no time at all", []string{"-duration", "0s"}, 2},
		{"and rows of the table beside the situations of size", []string{"-size", "-only", "best"}, 2},
		{"a missing server fails", []string{"-server", filepath.Join(t.TempDir(), "none"), "-dir", t.TempDir()}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, progress bytes.Buffer
			if got := command(t.Context(), c.args, &out, &progress); got != c.want {
				t.Errorf("got %d, want %d\n%s%s", got, c.want, out.String(), progress.String())
			}
		})
	}
}

func TestABenchmarkThatHangsEndsWithTheRun(t *testing.T) {
	root := fakeProduct(t)
	score := filepath.Join(root, "internal/rules/score")
	hanging := `package score

import (
	"os"
	"strconv"
	"testing"
)

func BenchmarkFindBest(*testing.B) {
	_ = os.WriteFile("writing", []byte(strconv.Itoa(os.Getpid())), 0o600)
	_ = os.Rename("writing", "pid")
	for {
	}
}
`
	if err := os.WriteFile(filepath.Join(score, "score_test.go"), []byte(hanging), 0o600); err != nil {
		t.Fatal(err)
	}
	o := defaults()
	o.product = root
	b := &bench{o: o, progress: t.Output(), report: &report{}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := b.measureRanking(ctx)
		ended <- err
	}()
	var pid []byte
	for beat := newPace(time.Now(), 20*time.Millisecond); beat.wait(t.Context()) && len(pid) == 0; {
		pid, _ = os.ReadFile(filepath.Join(score, "pid")) // until it is there
		select {
		case err := <-ended:
			t.Fatalf("the benchmark did not hang: %v", err)
		default:
		}
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("a benchmark that hung was measured")
	}
	for beat := newPace(time.Now(), 20*time.Millisecond); beat.wait(t.Context()); {
		if fields, err := statFields(string(pid)); err != nil || fields[0] == "Z" {
			return // gone, or waiting for whoever inherited it
		}
	}
}
