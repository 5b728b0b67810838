package app_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
	"mindflow/internal/store/storetest"
)

// line is one task of an answer.
type line struct {
	id        mindflow.TaskID
	version   mindflow.Version
	title     string
	status    mindflow.Status
	score     mindflow.Hundredths
	reasoning score.Reasoning
}

// reading is an answer of best (at most one line) or ranked.
type reading struct {
	lines []line
	total int
	until time.Time
}

func (a reading) equal(b reading) bool {
	return a.total == b.total && a.until.Equal(b.until) && slices.Equal(a.lines, b.lines)
}

var shown = cmp.AllowUnexported(line{}, reading{})

func lineOf(s app.Scored) line {
	return line{s.Task.ID, s.Task.Version, s.Task.Title, s.Task.Status, s.Score, s.Reasoning}
}

// question is what the steps ask, of a server and of a state.
type question struct {
	name string
	ask  func(w *world, a *app.App, actor mindflow.Actor) (reading, error)
	in   func(s state, at time.Time) reading
}

var questions = []question{
	{
		"best",
		func(w *world, a *app.App, actor mindflow.Actor) (reading, error) {
			best, err := a.BestTask(w.t.Context(), actor)
			if mindflow.KindOf(err) == mindflow.KindNotFound {
				return reading{until: untilOf(err)}, nil
			} else if err != nil {
				return reading{}, err
			}
			return reading{lines: []line{lineOf(best.Scored)}, total: 1, until: best.ValidUntil}, nil
		},
		func(s state, at time.Time) reading {
			view := s.view()
			best := score.FindBest(view.Facts, s.p, at)
			if best.Index < 0 {
				return reading{until: best.ValidUntil}
			}
			return reading{lines: []line{s.line(view, best.Index, at)}, total: 1, until: best.ValidUntil}
		},
	},
	{
		"ranked",
		func(w *world, a *app.App, actor mindflow.Actor) (reading, error) {
			page, err := a.RankedTasks(w.t.Context(), actor, app.RankedList{Limit: mindflow.MaxPage})
			got := reading{total: page.Total, until: page.ValidUntil}
			for _, s := range page.Tasks {
				got.lines = append(got.lines, lineOf(s))
			}
			return got, err
		},
		func(s state, at time.Time) reading {
			view := s.view()
			ranking := score.Rank(view.Facts, s.p, at)
			want := reading{total: len(ranking.Order), until: ranking.ValidUntil}
			for _, placed := range ranking.Order {
				want.lines = append(want.lines, s.line(view, int(placed.Index), at))
			}
			return want
		},
	},
}

func untilOf(err error) time.Time {
	if e, ok := err.(*mindflow.Error); ok { //nolint:errorlint // it comes as it was made
		return e.ValidUntil
	}
	return time.Time{}
}

// view is what a ranking sees of the state, found anew.
func (s state) view() *score.View { return score.LinksOf(s.waiting).ViewOf(s.facts, s.p.Zone) }

func (s state) line(view *score.View, i int, at time.Time) line {
	fact := &view.Facts[i]
	task, r := s.task(fact.ID).At(at), score.At(s.p, at).Reasoning(fact)
	if linked := view.Of(fact); linked.Inherits() {
		r = r.Because(s.task(linked.From.ID).Name())
	}
	return line{task.ID, task.Version, task.Title, task.Status, r.TotalScore, r}
}

func (s state) task(id mindflow.TaskID) mindflow.Task {
	return s.tasks[slices.IndexFunc(s.tasks, func(t mindflow.Task) bool { return t.ID == id })]
}

// check asks and holds the answer against a recomputation: it must be that of
// a version the workspace had between the question and the answer, at a moment
// the clock showed between them.
func (w *world) check(q question, r *rand.Rand) {
	from, jumps := w.story.read(w.t), w.clock.jumps()
	a, actor := w.server(r)
	got, err := q.ask(w, a, actor)
	moments := w.clock.since(jumps)
	to := w.story.read(w.t)
	if err != nil {
		w.t.Errorf("%s: %v", q.name, err)
		return
	}
	w.endsAt(got.until)
	states := w.story.between(from, to)
	for _, s := range slices.Backward(states) {
		for _, at := range moments {
			if q.in(s, at).equal(got) {
				return
			}
		}
	}
	last, at := states[len(states)-1], moments[len(moments)-1]
	w.t.Errorf("%s was never so in versions %d to %d at %v (-want +got):\n%s", q.name, from, to, moments, cmp.Diff(q.in(last, at), got, shown))
}

// change does something to the tasks, or to how they are scored. What the
// rules refuse changes nothing.
func (w *world) change(r *rand.Rand, name string) {
	a, actor := w.server(r)
	ctx, id, now := w.t.Context(), w.some(r), w.clock.Now()
	var err error
	switch n := r.IntN(21); {
	case n < 4 || id.IsZero():
		var task mindflow.Task
		if task, _, err = a.CreateTask(ctx, actor, mindflow.TaskID{}, someDraft(r, now, name)); err == nil {
			if oldest := w.made(task.ID); !oldest.IsZero() {
				err = a.DeleteTask(ctx, actor, oldest, mindflow.Match{})
			}
		}
	case n < 8:
		_, err = a.EditTask(ctx, actor, id, someDraft(r, now, name), mindflow.Match{})
	case n < 10:
		_, err = a.CompleteTask(ctx, actor, id, app.Completion{EvenIfBlocked: r.IntN(2) == 0}, mindflow.Match{})
	case n == 10:
		_, err = a.ReopenTask(ctx, actor, id, mindflow.Match{})
	case n == 11:
		_, err = a.SnoozeTask(ctx, actor, id, mindflow.Snooze{Duration: mindflow.Some([]string{"1m", "2h", "1d", "1w"}[r.IntN(4)])}, mindflow.Match{})
	case n < 14:
		err = a.DeleteTask(ctx, actor, id, mindflow.Match{})
	case n == 14:
		_, err = a.RestoreTask(ctx, actor, id, mindflow.Match{})
	case n < 18: // circles and what is gone are refused
		blockers := mindflow.Some([]string{w.some(r).String(), w.some(r).String()}[:r.IntN(3)])
		_, err = a.EditTask(ctx, actor, id, mindflow.Draft{BlockedBy: blockers}, mindflow.Match{})
	default:
		_, err = a.SetPreferences(ctx, actor, mindflow.Match{}, someTaste(r))
	}
	switch mindflow.KindOf(err) {
	case mindflow.KindInternal, mindflow.KindUnavailable, mindflow.KindForbidden, mindflow.KindUnauthenticated:
		if err != nil {
			w.t.Error(err)
		}
	default:
	}
}

// someDraft names some fields of a task, with dates around now.
func someDraft(r *rand.Rand, now time.Time, name string) mindflow.Draft {
	date := func(days int) mindflow.Field[string] {
		at := now.Add(time.Duration(r.IntN(days*86400)-86400) * time.Second)
		switch r.IntN(3) {
		case 0:
			return mindflow.Some(at.Format(time.DateOnly))
		case 1:
			return mindflow.Some(at.Format(time.RFC3339))
		}
		return mindflow.Null[string]()
	}
	d := mindflow.Draft{
		Title:         mindflow.Some(name),
		Priority:      mindflow.Some(1 + r.IntN(5)),
		EffortMinutes: mindflow.Some([]int{15, 30, 60, 61}[r.IntN(4)]),
		PreferredTime: mindflow.Some(string(mindflow.PreferredTimes[r.IntN(3)])),
	}
	if r.IntN(2) == 0 {
		d.PreferredTime = mindflow.Null[string]()
	}
	switch r.IntN(4) {
	case 0:
		d.StartDate, d.DueDate = date(4), mindflow.Null[string]()
	case 1:
		d.SnoozedUntil = mindflow.Some(now.Add(time.Duration(1+r.IntN(2*86400)) * time.Second).Format(time.RFC3339))
	default:
		d.DueDate = date(10)
	}
	return d
}

// someTaste changes one preference.
func someTaste(r *rand.Rand) mindflow.PreferencesDraft {
	switch r.IntN(5) {
	case 0:
		return mindflow.PreferencesDraft{WeightUrgency: mindflow.Some(fmt.Sprintf("%d.%02d", r.IntN(60), r.IntN(100)))}
	case 1:
		return mindflow.PreferencesDraft{WeightPriority: mindflow.Some(strconv.Itoa(r.IntN(12)))}
	case 2:
		return mindflow.PreferencesDraft{TimeOfDayBonus: mindflow.Some(fmt.Sprintf("0.%02d", r.IntN(51)))}
	case 3:
		return mindflow.PreferencesDraft{Evening: mindflow.Some(mindflow.WindowDraft{Start: fmt.Sprintf("%02d:00", 18+r.IntN(4)), End: "02:30"})}
	}
	return mindflow.PreferencesDraft{Timezone: mindflow.Some([]string{"Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Pacific/Apia"}[r.IntN(4)])}
}

// jump moves the clock: a little, to where some answer ends or just before, or
// far, forward as often as back.
func (w *world) jump(r *rand.Rand) {
	now, ends := w.clock.Now(), w.ends()
	aside := func(most time.Duration) time.Duration { return time.Duration(r.Int64N(int64(2*most))) - most }
	switch n := r.IntN(8); {
	case n < 3:
		w.clock.jump(now.Add(aside(10 * time.Second)))
	case n < 5 && ends.Sub(friday).Abs() < 30*24*time.Hour:
		w.clock.jump(ends.Add(-time.Duration(r.IntN(2)) * time.Microsecond))
	case n < 7:
		w.clock.jump(now.Add(aside(20 * time.Minute)))
	default:
		w.clock.jump(friday.Add(aside(12 * 24 * time.Hour)))
	}
}

// stepsVariable says how many steps the next test takes on each database.
const stepsVariable = "MINDFLOW_TEST_STEPS"

// Six people at once change the tasks, change their preferences, set the clock
// and ask two servers what to do now: not one answer may differ from what the
// log, told anew, gives for a state the workspace had while the question was
// open. Fails when a snapshot is used without its version, an answer beyond its
// end or, the clock set back, before its beginning, or one without its
// preferences.
func TestEveryStepsAnswerEqualsARecomputation(t *testing.T) {
	t.Parallel()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		steps := map[storetest.Kind]int64{storetest.SQLite: 10_000, storetest.PostgreSQL: 2_000}[kind]
		if asked, err := strconv.ParseInt(os.Getenv(stepsVariable), 10, 64); err == nil {
			steps = asked
		}
		w := newWorld(t, kind)
		seed := uint64(time.Now().UnixNano())
		var step atomic.Int64
		var all sync.WaitGroup
		for worker := range uint64(6) {
			all.Go(func() {
				r := rand.New(rand.NewPCG(seed, worker))
				for {
					n := step.Add(1)
					if n > steps || t.Failed() {
						return
					}
					switch what := r.IntN(20); {
					case what < 9:
						w.check(questions[0], r)
					case what < 12:
						w.check(questions[1], r)
					case what < 13:
						w.jump(r)
					default:
						w.change(r, fmt.Sprint("step ", n))
					}
				}
			})
		}
		all.Wait()
		w.story.read(t)
		last := w.story.states[len(w.story.states)-1]
		t.Logf("seed %d: %d versions, %d jumps, %d open tasks at the end", seed, len(w.story.states), w.clock.jumps(), len(last.tasks))
	})
}
