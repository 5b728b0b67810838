package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/telemetry"
)

var ada = mindflow.NewID[mindflow.User](time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))

// asked is the context of a request of ada's.
func asked(ctx context.Context) context.Context {
	return mindflow.WithTrace(ctx, &mindflow.Trace{RequestID: "r-1", UserID: ada})
}

func TestProductionLogsAreJSON(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, telemetry.LogSettings{JSON: true})
	log.InfoContext(asked(t.Context()), "done", "took", 1500*time.Microsecond, "tasks", 3, "id", ada)
	log.Debug("not asked for")
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	for key, want := range map[string]any{
		"level": "INFO", "msg": "done", "request_id": "r-1", "user_id": ada.String(), "took_ms": 1.5, "tasks": 3.0, "id": ada.String(),
	} {
		if got[key] != want {
			t.Errorf("%s is %v, not %v", key, got[key], want)
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(got["time"])); err != nil || at.Location() != time.UTC {
		t.Errorf("time %v", got["time"])
	}
}

func TestDevelopmentLogsAreForPeople(t *testing.T) {
	for name, color := range map[string]bool{"on a terminal": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := telemetry.NewLog(&out, telemetry.LogSettings{Color: color, Level: slog.LevelDebug})
			log.WarnContext(asked(t.Context()), "slow", "took", 1234567*time.Nanosecond)
			plain := out.String()
			if strings.Contains(plain, "\x1b[") != color {
				t.Errorf("colours: %q", plain)
			}
			if !color && !strings.Contains(plain, "WRN slow request_id=r-1 user_id="+ada.String()+" took=1.23ms\n") {
				t.Errorf("it reads %q", plain)
			}
		})
	}
}

func TestWhereThereIsNoRequestThereIsNoID(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, telemetry.LogSettings{JSON: true})
	log.InfoContext(t.Context(), "starting")
	log.InfoContext(mindflow.WithTrace(t.Context(), &mindflow.Trace{RequestID: "r-2"}), "nobody")
	if got := out.String(); strings.Contains(got, "user_id") || strings.Count(got, "request_id") != 1 {
		t.Errorf("it reads %s", got)
	}
}

// structure is what somebody might log without thinking.
type structure struct{ Title string }

// Seen red with harmless answering its attribute as it is.
func TestErrorsAndStructuresAreToldWithoutTheirValues(t *testing.T) {
	_, quoting := strconv.Atoi("secret")
	for name, log := range map[string]func(*slog.Logger){
		"an error that quotes":       func(l *slog.Logger) { l.Error("x", "error", fmt.Errorf("read: %w", quoting)) },
		"a structure":                func(l *slog.Logger) { l.Info("x", "task", structure{"secret"}) },
		"a pointer to one":           func(l *slog.Logger) { l.Info("x", "task", &structure{"secret"}) },
		"a list":                     func(l *slog.Logger) { l.Info("x", "tags", []string{"secret"}) },
		"one in a group":             func(l *slog.Logger) { l.Info("x", slog.Group("g", "task", structure{"secret"}, "error", quoting)) },
		"one a logger carries along": func(l *slog.Logger) { l.With("task", structure{"secret"}, "error", quoting).WithGroup("g").Info("x") },
		"a panic's reason":           func(l *slog.Logger) { l.Error("x", "error", mindflow.Catch(func() error { panic("secret") })) },
		"what net/http prints": func(l *slog.Logger) {
			telemetry.Plain(l).Print("http: panic serving 1.2.3.4:5: secret\ngoroutine 7 [running]:\nmain.f()")
		},
	} {
		for _, asJSON := range []bool{true, false} {
			var out bytes.Buffer
			log(telemetry.NewLog(&out, telemetry.LogSettings{JSON: asJSON, Level: slog.LevelDebug}))
			if out.Len() == 0 || strings.Contains(out.String(), "secret") {
				t.Errorf("%s reads %s", name, out.String())
			}
		}
	}
}

func TestAPanicsStackIsInTheLog(t *testing.T) {
	caught := mindflow.Catch(func() error { panic(errors.New("x")) })
	var out bytes.Buffer
	telemetry.NewLog(&out, telemetry.LogSettings{JSON: true}).Error("job failed", "error", fmt.Errorf("run: %w", caught))
	var got struct {
		Error string
		Stack []string
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Error != "run: panic: a *errors.errorString" || !strings.Contains(strings.Join(got.Stack, "\n"), "TestAPanicsStackIsInTheLog") {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	telemetry.NewLog(&out, telemetry.LogSettings{}).Error("job failed", "error", caught)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) < 3 || strings.Contains(lines[0], "log_test.go") || !strings.HasPrefix(lines[1], "    ") || !strings.Contains(out.String(), "log_test.go:") {
		t.Errorf("it reads\n%s", out.String())
	}
}

func TestLinesOfSeveralGoroutinesStayWhole(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, telemetry.LogSettings{})
	caught := mindflow.Catch(func() error { panic("x") })
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				log.Error("broken", "error", caught)
			}
		})
	}
	all.Wait()
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "    ") && !strings.Contains(line, "ERR broken ") {
			t.Fatalf("a line reads %q", line)
		}
	}
}

// Seen red with a watch that warned of every statement, and with one that told
// no request.
func TestAStatementThatTakesLongIsToldOf(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	watch := telemetry.TimeStatements(nil, telemetry.NewLog(&out, telemetry.LogSettings{Level: slog.LevelWarn}), func() time.Time { return now }, 500*time.Millisecond)
	long := "SELECT " + strings.Repeat("x, ", 100) + "y\n  FROM z WHERE a = $1"
	for _, took := range []time.Duration{time.Millisecond, 499 * time.Millisecond, 500 * time.Millisecond} {
		for _, span := range []mindflow.Span{{Name: "statement", SQL: long}, {Name: "write"}} {
			_, end := watch.Begin(asked(t.Context()), span)
			now = now.Add(took)
			end(&mindflow.Failure{Said: "canceled"})
		}
	}
	want := `WRN slow statement request_id=r-1 user_id=` + ada.String() + ` sql="SELECT ` + strings.Repeat("x, ", 100) + `y FROM z WHERE a = $1" took=500ms error=canceled`
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, want) {
		t.Errorf("it reads %s", got)
	}
}

// Statements within statements, at once: each has its own time. Seen red with one
// place for the beginning of all.
func TestEachStatementHasItsOwnTime(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	watch := telemetry.TimeStatements(nil, telemetry.NewLog(&out, telemetry.LogSettings{}), func() time.Time { return now }, time.Second)
	begin := func(sql string) func(error) {
		_, end := watch.Begin(t.Context(), mindflow.Span{Name: "statement", SQL: sql})
		return end
	}
	outer := begin("outer")
	now = now.Add(900 * time.Millisecond)
	inner := begin("inner")
	now = now.Add(200 * time.Millisecond)
	inner(nil)
	outer(nil)
	begin("later")(nil)
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "sql=outer took=1.1s") {
		t.Errorf("it reads %s", got)
	}
}

// Seen red with a watch that gave nothing back.
func TestAStatementThatIsQuickTakesNoMemory(t *testing.T) {
	watch := telemetry.TimeStatements(telemetry.NewStatementTimes(), slog.New(slog.DiscardHandler), time.Now, time.Minute)
	span := mindflow.Span{Name: "statement", SQL: "SELECT 1"}
	ctx := asked(t.Context())
	if n := testing.AllocsPerRun(1000, func() {
		_, end := watch.Begin(ctx, span)
		end(nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestASpanIsToldWithItsRequestAndItsTime(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	watch := telemetry.LogSpans(telemetry.NewLog(&out, telemetry.LogSettings{Level: slog.LevelDebug}), func() time.Time { return now })
	_, end := watch.And(nil).Begin(asked(t.Context()), mindflow.Span{Name: "statement", SQL: "\nSELECT x\n  FROM y"})
	now = now.Add(3 * time.Millisecond)
	end(&mindflow.Failure{Said: "no such table: y"})
	if got := out.String(); !strings.Contains(got, `DBG span request_id=r-1 user_id=`+ada.String()+` span="statement SELECT x FROM y" took=3ms error="no such table: y"`) {
		t.Errorf("it reads %s", got)
	}
}
