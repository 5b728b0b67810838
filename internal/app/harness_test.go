package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// The clocks of these tests jump around this moment, a Friday.
var friday = time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)

// jumpyClock stands still but for its jumps, forward and back, and remembers
// where it stood.
type jumpyClock struct {
	mu    sync.Mutex
	stood []time.Time
}

func (c *jumpyClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stood[len(c.stood)-1]
}

func (c *jumpyClock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood = append(c.stood, to.Truncate(time.Microsecond))
}

// jumps counts the places so far.
func (c *jumpyClock) jumps() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.stood)
}

// since lists where the clock has stood since it had jumped n times.
func (c *jumpyClock) since(n int) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.stood[n-1:])
}

// state is a workspace at one version, and its owner's preferences.
type state struct {
	tasks   []mindflow.Task // the open ones, in the order of facts
	waiting []mindflow.Waiting
	facts   []mindflow.Fact
	p       mindflow.Preferences
}

// story is a workspace told anew from its log: what it was at each version.
type story struct {
	store *store.Store
	actor mindflow.Actor

	mu     sync.Mutex
	tasks  map[mindflow.TaskID]mindflow.Task
	p      mindflow.Preferences
	states []state // states[v-1] at version v
}

// read tells the story on and answers the version it has come to.
func (s *story) read(t *testing.T) int64 {
	t.Helper()
	s.mu.Lock()
	known := int64(len(s.states))
	s.mu.Unlock()
	events, err := s.store.Events(t.Context(), s.actor.WorkspaceID, known, 1<<20)
	if err != nil {
		t.Error(err)
		return known
	}
	created := s.createdAt(t, events)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		known = e.Seq
		if e.Seq == int64(len(s.states))+1 {
			s.tell(t, e, created[e.TaskID])
		}
	}
	return known
}

// createdAt reads what the log does not say: when tasks were created.
func (s *story) createdAt(t *testing.T, events []mindflow.Event) map[mindflow.TaskID]time.Time {
	t.Helper()
	var ids []mindflow.TaskID
	for _, e := range events {
		if e.Verb == mindflow.TaskCreated {
			ids = append(ids, e.TaskID)
		}
	}
	tasks, err := s.store.Tasks(t.Context(), s.actor.WorkspaceID, ids)
	if err != nil {
		t.Error(err)
	}
	created := map[mindflow.TaskID]time.Time{}
	for _, task := range tasks {
		created[task.ID] = task.CreatedAt
	}
	return created
}

// tell adds the state after one more event.
func (s *story) tell(t *testing.T, e mindflow.Event, created time.Time) {
	t.Helper()
	var err error
	if e.TaskID.IsZero() {
		s.p, err = preferencesAfter(s.p, e)
	} else {
		task := s.tasks[e.TaskID]
		if e.Verb == mindflow.TaskCreated {
			task = mindflow.Task{ID: e.TaskID, CreatedAt: created}
		}
		s.tasks[e.TaskID], err = taskAfter(task, e.Changes)
	}
	if err != nil {
		t.Errorf("event %d %s %v: %v", e.Seq, e.Verb, e.Changes, err)
	}
	now := state{p: s.p}
	for _, task := range s.tasks {
		if task.Status.Open() && task.DeletedAt.IsZero() {
			now.tasks = append(now.tasks, task)
		}
	}
	slices.SortFunc(now.tasks, func(a, b mindflow.Task) int {
		x, y := a.Fact(), b.Fact()
		return x.Compare(&y)
	})
	for _, task := range now.tasks {
		now.facts = append(now.facts, task.Fact())
		if blockers := task.Details.BlockedBy; len(blockers) > 0 {
			now.waiting = append(now.waiting, mindflow.Waiting{Task: task.ID, For: blockers})
		}
	}
	s.states = append(s.states, now)
}

// between lists the states of some versions.
func (s *story) between(from, to int64) []state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.states[from-1 : to])
}

// taskAfter is a task after what an event says has changed.
func taskAfter(t mindflow.Task, changes mindflow.Changes) (mindflow.Task, error) {
	t.Version++
	for name, change := range changes {
		text, _ := change.After.(string)
		number, _ := change.After.(float64)
		var err error
		switch name {
		case "title":
			t.Title = text
		case "status":
			t.Status = mindflow.Status(text)
		case "priority":
			t.Priority = int(number)
		case "effort_estimate_minutes":
			t.EffortMinutes = int(number)
		case "preferred_time":
			t.PreferredTime = mindflow.PreferredTime(text)
		case "due_date":
			t.Due, err = orZero(text, func(s string) (mindflow.When, error) { return mindflow.ParseWhen(s, mindflow.Zone{}) })
		case "start_date":
			t.Start, err = orZero(text, func(s string) (mindflow.When, error) { return mindflow.ParseWhen(s, mindflow.Zone{}) })
		case "blocked_by":
			t.Details.BlockedBy, err = idsIn(change.After)
		case "snoozed_until":
			t.SnoozedUntil, err = orZero(text, parseInstant)
		case "completed_at":
			t.CompletedAt, err = orZero(text, parseInstant)
		case "deleted_at":
			t.DeletedAt, err = orZero(text, parseInstant)
		default:
			err = fmt.Errorf("nothing here changes %s", name)
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// idsIn are the ids of an event's list; of none when it is nil.
func idsIn(list any) ([]mindflow.TaskID, error) {
	var ids []mindflow.TaskID
	names, _ := list.([]any)
	for _, name := range names {
		text, _ := name.(string)
		id, err := mindflow.ParseID[mindflow.Task](text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func orZero[T any](text string, parse func(string) (T, error)) (T, error) {
	if text == "" {
		var zero T
		return zero, nil
	}
	return parse(text)
}

func parseInstant(s string) (time.Time, error) { return mindflow.ParseInstant(s, mindflow.Zone{}) }

// preferencesAfter are preferences after an event, which may be about none.
func preferencesAfter(p mindflow.Preferences, e mindflow.Event) (mindflow.Preferences, error) {
	if e.Verb != mindflow.PreferencesChanged {
		return p, nil
	}
	p.Version++
	for name, change := range e.Changes {
		raw, err := json.Marshal(change.After)
		if err != nil {
			return p, err
		}
		text := strings.Trim(string(raw), `"`)
		switch name {
		case "timezone":
			p.Zone, err = mindflow.LoadZone(text)
		case "weight_urgency":
			err = p.Weights.Urgency.UnmarshalJSON(raw)
		case "weight_priority":
			err = p.Weights.Priority.UnmarshalJSON(raw)
		case "time_of_day_bonus":
			err = p.Weights.TimeOfDayBonus.UnmarshalJSON(raw)
		case "windows.evening":
			start, end, _ := strings.Cut(text, "–")
			if p.Windows.Evening.Start, err = mindflow.ParseMinutes(start); err == nil {
				p.Windows.Evening.End, err = mindflow.ParseMinutes(end)
			}
		default:
			err = fmt.Errorf("nothing here changes %s", name)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// world is somebody's workspace on two servers, and the story of it.
type world struct {
	t     *testing.T
	clock *jumpyClock
	apps  [2]*app.App // each with a memory of its own
	token string

	signer *credentials.Signer
	story  *story

	mu  sync.Mutex
	ids []mindflow.TaskID // of tasks that may change
	due time.Time         // when some answer said it would end
}

func newWorld(t *testing.T, kind storetest.Kind) *world {
	t.Helper()
	clock := &jumpyClock{stood: []time.Time{friday}}
	s := storetest.OpenAt(t, kind, clock.Now)
	signer, err := credentials.NewSigner([]string{"a secret key of the tests, long enough"}, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock, signer: signer}
	for i := range w.apps {
		w.apps[i] = app.New(s, signer, app.Settings{AccessTokenTTL: time.Hour, RefreshTokenTTL: time.Hour, SnapshotTTL: 5 * time.Minute})
	}
	w.token, w.story = w.admit(s, "ada@example.com")
	return w
}

// admit makes a person with a session, and an empty story of theirs.
func (w *world) admit(s *store.Store, email string) (token string, empty *story) {
	w.t.Helper()
	zone, err := mindflow.LoadZone("Europe/Berlin")
	if err != nil {
		w.t.Fatal(err)
	}
	u := mindflow.User{
		ID: mindflow.NewID[mindflow.User](friday), WorkspaceID: mindflow.NewID[mindflow.Workspace](friday),
		Email: email, CreatedAt: friday,
	}
	end := friday.AddDate(20, 0, 0)
	session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](friday), UserID: u.ID, CreatedAt: friday, ExpiresAt: end}
	actor := mindflow.Actor{UserID: u.ID, WorkspaceID: u.WorkspaceID, Role: mindflow.Owner, Channel: mindflow.ThroughAPI, Scopes: mindflow.Everything}
	p := mindflow.DefaultPreferences(zone)
	if err := s.Write(w.t.Context(), func(tx *store.Tx) error {
		if _, err := tx.CreateUser(u, "no password", p, actor); err != nil {
			return err
		}
		return tx.CreateSession(session, store.RefreshToken{Hash: credentials.HashSecret(email), SessionID: session.ID, ExpiresAt: end})
	}); err != nil {
		w.t.Fatal(err)
	}
	if token, err = w.signer.Sign(credentials.Claims{UserID: u.ID.String(), SessionID: session.ID.String(), ExpiresAt: end}); err != nil {
		w.t.Fatal(err)
	}
	return token, &story{store: s, actor: actor, tasks: map[mindflow.TaskID]mindflow.Task{}, p: p}
}

// server is one of the two, and the person as it has just signed them in.
func (w *world) server(r *rand.Rand) (*app.App, mindflow.Actor) {
	a := w.apps[r.IntN(len(w.apps))]
	actor, err := a.Authenticate(w.t.Context(), w.token, mindflow.ThroughAPI)
	if err != nil {
		w.t.Error(err)
	}
	return a, actor
}

// made notes a new task. It answers the oldest once there are many: they must
// not grow beyond a page.
func (w *world) made(id mindflow.TaskID) (oldest mindflow.TaskID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ids = append(w.ids, id); len(w.ids) > 40 {
		oldest, w.ids = w.ids[0], w.ids[1:]
	}
	return oldest
}

// some is one of the tasks; zero while there is none.
func (w *world) some(r *rand.Rand) mindflow.TaskID {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ids) == 0 {
		return mindflow.TaskID{}
	}
	return w.ids[r.IntN(len(w.ids))]
}

// endsAt notes when an answer said it would end; ends answers the last one.
func (w *world) endsAt(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !at.IsZero() {
		w.due = at
	}
}

func (w *world) ends() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.due
}
