package app

import (
	"context"
	"sort"
	"sync"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
)

// Scored is a task with its score, and why.
type Scored struct {
	Task      mindflow.Task
	Score     mindflow.Hundredths
	Reasoning score.Reasoning
}

// BestTask is the answer to "what should I do now?". ValidUntil is when it
// will be another one though nothing changes; zero for never.
type BestTask struct {
	Scored

	ValidUntil time.Time
}

// answers are what was computed from a snapshot: per person and preferences,
// each for a span of time.
type answers struct {
	computing sync.Mutex
	best      map[answerKey]*bestAnswer
	rankings  map[answerKey]*rankingAnswer
}

type answerKey struct {
	user        mindflow.UserID
	preferences mindflow.Version
}

type bestAnswer struct {
	from, until time.Time // until: zero for ever
	best        score.Best
	answer      *BestTask // nil when nothing is actionable
}

type rankingAnswer struct {
	from, until time.Time
	ranking     score.Ranking
}

func holdsAt(from, until, now time.Time) bool {
	return !now.Before(from) && (until.IsZero() || now.Before(until))
}

// BestTask finds the one best task of the actor now.
func (a *App) BestTask(ctx context.Context, actor mindflow.Actor) (*BestTask, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	now, version := a.now(), actor.WorkspaceVersion
	for range maxMoves {
		snap, p, err := a.together(ctx, actor, version, now)
		if err != nil {
			return nil, err
		}
		answer, err := a.bestOf(ctx, actor, snap, p, now)
		if err != nil {
			return nil, err
		}
		if answer.answer != nil {
			return answer.answer, nil
		}
		if answer.best.Index < 0 {
			return nil, nothingToDo(answer.until)
		}
		version = snap.version + 1 // the task moved on: so must the facts
	}
	return nil, errMoving
}

// together answers a snapshot of version atLeast or newer, and the actor's
// preferences as they were beside it: each of the two may have moved on since
// the request began.
func (a *App) together(ctx context.Context, actor mindflow.Actor, atLeast int64, now time.Time) (*snapshot, mindflow.Preferences, error) {
	for range maxMoves {
		snap, err := a.snapshots.at(ctx, actor.WorkspaceID, atLeast, now)
		if err != nil {
			return nil, mindflow.Preferences{}, err
		}
		actor.PreferencesVersion = max(actor.PreferencesVersion, snap.preferences)
		p, err := a.preferencesOf(ctx, actor)
		if err != nil || snap.preferences == 0 || snap.preferences == p.Version {
			return snap, p, err
		}
		atLeast = snap.version + 1 // a change of preferences is one of the workspace
	}
	return nil, mindflow.Preferences{}, errMoving
}

// maxMoves bounds how often an answer is begun again because its task changed
// between two reads.
const maxMoves = 10

var errMoving = mindflow.Unavailable("Your tasks are changing too fast; try again")

func nothingToDo(until time.Time) error {
	message := "Nothing is to be done now"
	if !until.IsZero() {
		message += "; the next task comes up at " + until.Format(time.RFC3339)
	}
	return &mindflow.Error{Kind: mindflow.KindNotFound, Message: message, ValidUntil: until}
}

// bestOf answers from the snapshot, computing at most once for everybody who
// waits. The answer's task is nil when nothing is actionable, or when the task
// has changed since the snapshot.
func (a *App) bestOf(ctx context.Context, actor mindflow.Actor, snap *snapshot, p mindflow.Preferences, now time.Time) (*bestAnswer, error) {
	key := answerKey{actor.UserID, p.Version}
	snap.answers.computing.Lock()
	defer snap.answers.computing.Unlock()
	if known := snap.answers.best[key]; known != nil && holdsAt(known.from, known.until, now) {
		return known, nil
	}
	view := snap.view(p.Zone)
	best := score.FindBest(view.Facts, p, now)
	answer := &bestAnswer{from: now, until: best.ValidUntil, best: best}
	if best.Index >= 0 {
		first := []score.Placed{{Index: int32(best.Index), Score: best.Score}} //nolint:gosec // a ranking has at most 2³¹ facts
		told, current, err := a.told(ctx, actor, view, first, score.At(p, now), now)
		if err != nil {
			return nil, err
		}
		if !current {
			return answer, nil
		}
		answer.answer = &BestTask{told[0], best.ValidUntil}
	}
	if snap.answers.best == nil {
		snap.answers.best = map[answerKey]*bestAnswer{}
	}
	snap.answers.best[key] = answer
	return answer, nil
}

func scored(t mindflow.Task, f *mindflow.Fact, m *score.Moment) Scored {
	r := m.Reasoning(f)
	return Scored{Task: t, Score: r.TotalScore, Reasoning: r}
}

// told are placed tasks as they read at a moment, with their scores as m sees
// them, and which waiting tasks make them so urgent. It answers false when one of
// all these has changed since the snapshot.
func (a *App) told(ctx context.Context, actor mindflow.Actor, view *score.View, placed []score.Placed, m *score.Moment, at time.Time) ([]Scored, bool, error) {
	refs := make([]mindflow.TaskRef, len(placed))
	for i, place := range placed {
		fact := &view.Facts[place.Index]
		refs[i] = mindflow.TaskRef{ID: fact.ID, Version: fact.Version}
		if linked := view.Of(fact); linked.Inherits() {
			refs = append(refs, taskRef(linked.From))
		}
	}
	tasks, current, err := a.bodies.of(ctx, actor.WorkspaceID, refs)
	if err != nil || !current {
		return nil, false, err
	}
	all := make([]Scored, len(placed))
	waiting := tasks[len(placed):]
	for i, place := range placed {
		fact := &view.Facts[place.Index]
		all[i] = scored(tasks[i].At(at), fact, m)
		if view.Of(fact).Inherits() {
			all[i].Reasoning = all[i].Reasoning.Because(waiting[0].Name())
			waiting = waiting[1:]
		}
	}
	return all, true, nil
}

func taskRef(r score.Ref) mindflow.TaskRef { return mindflow.TaskRef{ID: r.ID, Version: r.Version} }

// RankedList asks for a page of the ranking. Trial weights re-rank without
// being saved.
type RankedList struct {
	Trial  TrialWeights
	Limit  int
	Cursor string
}

// TrialWeights replace those of the preferences where they are set.
type TrialWeights struct {
	Urgency, Priority, Effort, TimeOfDayBonus mindflow.Field[mindflow.Hundredths]
}

func (t TrialWeights) over(w mindflow.Weights) mindflow.Weights {
	for _, f := range [...]struct {
		trial mindflow.Field[mindflow.Hundredths]
		to    *mindflow.Hundredths
	}{{t.Urgency, &w.Urgency}, {t.Priority, &w.Priority}, {t.Effort, &w.Effort}, {t.TimeOfDayBonus, &w.TimeOfDayBonus}} {
		if f.trial.Set {
			*f.to = f.trial.Value
		}
	}
	return w
}

func (t TrialWeights) any() bool { return t != TrialWeights{} }

// RankedPage is one page of the ranking, best first. Total counts all
// actionable tasks; ValidUntil is when the list will differ though nothing
// changes; Next is empty on the last page.
type RankedPage struct {
	Tasks      []Scored
	Total      int
	ValidUntil time.Time
	Next       string
}

// rankedCursor pins the moment, the preferences and the place of a page's end:
// tasks that do not change neither repeat nor vanish.
type rankedCursor struct {
	At        int64            `json:"t"`
	Zone      string           `json:"z"`
	Weights   [4]int64         `json:"w"`
	Windows   mindflow.Windows `json:"d"`
	Score     score.Exact      `json:"s"`
	CreatedAt int64            `json:"c"`
	ID        mindflow.TaskID  `json:"i"`
}

// RankedTasks reads one page of all actionable tasks, best first.
func (a *App) RankedTasks(ctx context.Context, actor mindflow.Actor, l RankedList) (RankedPage, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return RankedPage{}, err
	}
	if err := l.Trial.over(mindflow.Weights{}).Validate(); err != nil {
		return RankedPage{}, err
	}
	now := a.now()
	saved := !l.Trial.any() && l.Cursor == ""
	if err := checkPage(&l.Limit); err != nil {
		return RankedPage{}, mindflow.InvalidField("limit", err.Error())
	}
	var after *rankedCursor
	var pinned mindflow.Preferences
	moment := now
	if l.Cursor != "" {
		var err error
		if after, pinned, moment, err = openRankedCursor(l.Cursor); err != nil {
			return RankedPage{}, err
		}
		if l.Trial.over(pinned.Weights) != pinned.Weights {
			return RankedPage{}, mindflow.InvalidField("cursor", "belongs to a ranking by other weights; start again without one")
		}
	}
	version := actor.WorkspaceVersion
	for range maxMoves {
		snap, p, err := a.together(ctx, actor, version, now)
		if err != nil {
			return RankedPage{}, err
		}
		if after != nil {
			p = pinned
		} else {
			p.Weights = l.Trial.over(p.Weights)
		}
		view := snap.view(p.Zone)
		ranking, from := snap.ranking(actor, view, p, moment, saved)
		page, moved, err := a.rankedPage(ctx, actor, view, ranking, p, from, moment, after, l.Limit)
		if err != nil || !moved {
			return page, err
		}
		version = snap.version + 1
	}
	return RankedPage{}, errMoving
}

// ranking answers the order of the tasks in a view of a snapshot, and the moment it was
// computed for: the one asked for, or an earlier one at which it was the same.
func (s *snapshot) ranking(actor mindflow.Actor, view *score.View, p mindflow.Preferences, now time.Time, keep bool) (score.Ranking, time.Time) {
	if !keep {
		return score.Rank(view.Facts, p, now), now
	}
	key := answerKey{actor.UserID, p.Version}
	s.answers.computing.Lock()
	defer s.answers.computing.Unlock()
	if known := s.answers.rankings[key]; known != nil && holdsAt(known.from, known.until, now) {
		return known.ranking, known.from
	}
	r := score.Rank(view.Facts, p, now)
	if s.answers.rankings == nil {
		s.answers.rankings = map[answerKey]*rankingAnswer{}
	}
	s.answers.rankings[key] = &rankingAnswer{from: now, until: r.ValidUntil, ranking: r}
	return r, now
}

// rankedPage reads the tasks of a page. It answers true when one of them has
// changed since the snapshot.
func (a *App) rankedPage(ctx context.Context, actor mindflow.Actor, view *score.View, r score.Ranking, p mindflow.Preferences,
	from, moment time.Time, after *rankedCursor, limit int,
) (RankedPage, bool, error) {
	page := RankedPage{Total: len(r.Order), ValidUntil: r.ValidUntil}
	start := 0
	if after != nil {
		start = after.place(view.Facts, r.Order)
	}
	placed := r.Order[start:min(start+limit, len(r.Order))]
	if len(placed) == 0 {
		return page, false, nil
	}
	var current bool
	var err error
	if page.Tasks, current, err = a.told(ctx, actor, view, placed, score.At(p, from), moment); err != nil || !current {
		return page, !current, err
	}
	if last := placed[len(placed)-1]; start+len(placed) < len(r.Order) {
		page.Next = closeRankedCursor(moment, p, last.Score, &view.Facts[last.Index])
	}
	return page, false, nil
}

// place is where the page after the cursor begins.
func (c *rankedCursor) place(facts []mindflow.Fact, order []score.Placed) int {
	last := mindflow.Fact{CreatedAt: c.CreatedAt, ID: c.ID}
	return sort.Search(len(order), func(i int) bool {
		if s := order[i].Score; s != c.Score {
			return s < c.Score
		}
		return facts[order[i].Index].Compare(&last) > 0
	})
}

func closeRankedCursor(at time.Time, p mindflow.Preferences, s score.Exact, f *mindflow.Fact) string {
	w := p.Weights
	return encodeCursor(rankedCursor{
		At: at.UnixMicro(), Zone: p.Zone.String(), Windows: p.Windows,
		Weights: [4]int64{int64(w.Urgency), int64(w.Priority), int64(w.Effort), int64(w.TimeOfDayBonus)},
		Score:   s, CreatedAt: f.CreatedAt, ID: f.ID,
	})
}

func openRankedCursor(cursor string) (*rankedCursor, mindflow.Preferences, time.Time, error) {
	bad := mindflow.InvalidField("cursor", "is not a cursor of a ranking; start again without one")
	var c rankedCursor
	if err := decodeCursor(cursor, &c); err != nil {
		return nil, mindflow.Preferences{}, time.Time{}, bad
	}
	zone, err := mindflow.LoadZone(c.Zone)
	if err != nil {
		return nil, mindflow.Preferences{}, time.Time{}, bad
	}
	at := mindflow.UTC(c.At)
	w := [4]mindflow.Hundredths{}
	for i, v := range c.Weights {
		w[i] = mindflow.Hundredths(v)
	}
	p := mindflow.Preferences{
		Zone: zone, Windows: c.Windows,
		Weights: mindflow.Weights{Urgency: w[0], Priority: w[1], Effort: w[2], TimeOfDayBonus: w[3]},
	}
	if p.Validate() != nil || at.Year() < 1970 || at.Year() > 9998 {
		return nil, mindflow.Preferences{}, time.Time{}, bad
	}
	return &c, p, at, nil
}
