package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

// home is one server and its person.
type home struct {
	t     *testing.T
	w     *world
	app   *app.App
	token string
}

func newHome(t *testing.T, kind storetest.Kind) *home {
	t.Helper()
	w := newWorld(t, kind)
	return &home{t, w, w.apps[0], w.token}
}

// actor is the person, signed in anew: answers are never older than that.
func (h *home) actor() mindflow.Actor {
	h.t.Helper()
	actor, err := h.app.Authenticate(h.t.Context(), h.token, mindflow.ThroughAPI)
	if err != nil {
		h.t.Fatal(err)
	}
	return actor
}

// step adds a task beneath another; beneath none with the zero id.
func (h *home) step(parent mindflow.TaskID, title string) mindflow.Task {
	h.t.Helper()
	d := mindflow.Draft{Title: mindflow.Some(title)}
	if !parent.IsZero() {
		d.ParentID = mindflow.Some(parent.String())
	}
	task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

func (h *home) edit(id mindflow.TaskID, d mindflow.Draft) (mindflow.Task, error) {
	h.t.Helper()
	return h.app.EditTask(h.t.Context(), h.actor(), id, d, mindflow.Match{})
}

func (h *home) complete(id mindflow.TaskID, withSteps bool) mindflow.Task {
	h.t.Helper()
	task, err := h.app.CompleteTask(h.t.Context(), h.actor(), id, app.Completion{WithSteps: withSteps}, mindflow.Match{})
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

func (h *home) delete(id mindflow.TaskID) {
	h.t.Helper()
	if err := h.app.DeleteTask(h.t.Context(), h.actor(), id, mindflow.Match{}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) restore(id mindflow.TaskID) mindflow.Task {
	h.t.Helper()
	task, err := h.app.RestoreTask(h.t.Context(), h.actor(), id, mindflow.Match{})
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

func (h *home) read(id mindflow.TaskID) mindflow.Task {
	h.t.Helper()
	task, err := h.app.Task(h.t.Context(), h.actor(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

// progress is what each task says of its steps.
func (h *home) progress(want string, tasks ...mindflow.Task) {
	h.t.Helper()
	var said []string
	for _, t := range tasks {
		p := h.read(t.ID).Steps
		said = append(said, fmt.Sprintf("%s %d/%d", t.Title, p.Done, p.Total))
	}
	if got := strings.Join(said, ", "); got != want {
		h.t.Errorf("steps are %s, want %s", got, want)
	}
}

func eachHome(t *testing.T, test func(h *home)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) { test(newHome(t, kind)) })
}

// Fails where a way to change a task leaves the steps of its parent uncounted.
func TestAParentKnowsHowFarItsStepsAre(t *testing.T) {
	eachHome(t, func(h *home) {
		house, garden := h.step(mindflow.TaskID{}, "house"), h.step(mindflow.TaskID{}, "garden")
		if house.Steps != (mindflow.Progress{}) || house.HasSteps {
			t.Errorf("without steps: %+v", house)
		}
		roof, walls := h.step(house.ID, "roof"), h.step(house.ID, "walls")
		h.progress("house 0/2, garden 0/0", house, garden)
		seen := h.read(house.ID)
		h.complete(roof.ID, false)
		h.progress("house 1/2", house)
		if now := h.read(house.ID); now.Version != seen.Version+1 {
			t.Errorf("a step more is done: version %d after %d", now.Version, seen.Version)
		}
		if _, err := h.edit(roof.ID, mindflow.Draft{Status: mindflow.Some("pending")}); err != nil {
			t.Error(err)
		}
		h.progress("house 0/2", house)
		if _, err := h.edit(walls.ID, mindflow.Draft{Status: mindflow.Some("cancelled")}); err != nil {
			t.Error(err)
		}
		h.progress("house 0/1", house)
		if _, err := h.edit(roof.ID, mindflow.Draft{ParentID: mindflow.Some(garden.ID.String())}); err != nil {
			t.Error(err)
		}
		h.progress("house 0/0, garden 0/1", house, garden)
		h.delete(roof.ID)
		h.progress("garden 0/0", garden)
		h.restore(roof.ID)
		h.progress("garden 0/1", garden)
		if _, err := h.edit(roof.ID, mindflow.Draft{ParentID: mindflow.Null[string]()}); err != nil {
			t.Error(err)
		}
		h.progress("garden 0/0", garden)
		if h.read(garden.ID).HasSteps || !h.read(house.ID).HasSteps {
			t.Error("the garden has none any more, the house a cancelled one")
		}
	})
}

func TestStepsAreCompletedWithTheirTaskWhenAsked(t *testing.T) {
	eachHome(t, func(h *home) {
		trip := h.step(mindflow.TaskID{}, "trip")
		pack := h.step(trip.ID, "pack")
		socks, shirts := h.step(pack.ID, "socks"), h.step(pack.ID, "shirts")
		if _, err := h.edit(shirts.ID, mindflow.Draft{Status: mindflow.Some("cancelled")}); err != nil {
			t.Fatal(err)
		}
		before := h.actor().WorkspaceVersion
		done := h.complete(trip.ID, true)
		if now := h.read(trip.ID); now.Version != done.Version || done.Steps != (mindflow.Progress{Total: 1, Done: 1}) {
			t.Errorf("answered %+v, kept %+v", done, now)
		}
		h.progress("trip 1/1, pack 1/1", trip, pack)
		if status := h.read(socks.ID).Status; status != mindflow.StatusCompleted {
			t.Errorf("a step of a step is %s", status)
		}
		if status := h.read(shirts.ID).Status; status != mindflow.StatusCancelled {
			t.Errorf("what was given up is %s", status)
		}
		events, err := h.w.story.store.Events(t.Context(), h.actor().WorkspaceID, before, 10)
		if err != nil || len(events) != 3 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for _, e := range events {
			if e.Verb != mindflow.TaskCompleted || e.Program.CallID == "" || e.Program.CallID != events[0].Program.CallID {
				t.Errorf("told: %+v", e)
			}
		}
		alone := h.step(mindflow.TaskID{}, "alone")
		open := h.step(alone.ID, "open")
		h.complete(alone.ID, false)
		if status := h.read(open.ID).Status; status != mindflow.StatusPending {
			t.Errorf("nobody asked for it: %s", status)
		}
	})
}

// wantInvalid checks that one field was refused, and that the refusal says why.
func (h *home) wantInvalid(err error, field, why string) {
	h.t.Helper()
	fields := mindflow.FieldsOf(err)
	if len(fields) != 1 || fields[0].Field != field || !strings.Contains(fields[0].Message, why) {
		h.t.Errorf("refused with %v %+v, want %s: %s", err, fields, field, why)
	}
}

func beneath(id mindflow.TaskID) mindflow.Draft {
	return mindflow.Draft{ParentID: mindflow.Some(id.String())}
}

// Fails where trees are not looked at.
func TestStepsNestFiveDeepAndNeverBeneathThemselves(t *testing.T) {
	eachHome(t, func(h *home) {
		chain := []mindflow.Task{h.step(mindflow.TaskID{}, "top")}
		for i := range mindflow.MaxStepDepth {
			chain = append(chain, h.step(chain[i].ID, fmt.Sprintf("level %d", i+1)))
		}
		_, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, mindflow.Draft{Title: mindflow.Some("x"), ParentID: mindflow.Some(chain[5].ID.String())})
		h.wantInvalid(err, "parent_id", "at most 5 deep")
		_, err = h.edit(chain[0].ID, beneath(chain[0].ID))
		h.wantInvalid(err, "parent_id", "“top” cannot be a step of itself")
		_, err = h.edit(chain[0].ID, beneath(chain[5].ID))
		h.wantInvalid(err, "parent_id", "“level 5” stands beneath “top”")
		_, err = h.edit(chain[0].ID, beneath(h.step(mindflow.TaskID{}, "higher").ID))
		h.wantInvalid(err, "parent_id", "at most 5 deep")
		_, err = h.edit(chain[0].ID, beneath(mindflow.NewID[mindflow.Task](friday)))
		h.wantInvalid(err, "parent_id", "must be a task that is there")
		if _, err := h.edit(chain[3].ID, beneath(chain[0].ID)); err != nil {
			t := h.t
			t.Errorf("a branch that is moved up: %v", err)
		}
		h.progress("top 0/2, level 2 0/0", chain[0], chain[2])
	})
}

// Two servers at once: each makes one of the two a step of the other.
func TestRacingEditsMakeNoCircleOfSteps(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHome(t, kind)
		for round := range 10 {
			a, b := h.step(mindflow.TaskID{}, fmt.Sprint("a", round)), h.step(mindflow.TaskID{}, fmt.Sprint("b", round))
			errs := make(chan error, 2)
			for i, move := range [][2]mindflow.TaskID{{a.ID, b.ID}, {b.ID, a.ID}} {
				actor := h.actor()
				go func() {
					_, err := h.w.apps[i].EditTask(t.Context(), actor, move[0], beneath(move[1]), mindflow.Match{})
					errs <- err
				}()
			}
			first, second := <-errs, <-errs
			if (first == nil) == (second == nil) {
				t.Fatalf("%v and %v: one of them had to be refused", first, second)
			}
		}
	})
}

func TestATasksStepsGoToTheTrashAndComeBackWithIt(t *testing.T) {
	eachHome(t, func(h *home) {
		top := h.step(mindflow.TaskID{}, "top")
		middle, alone := h.step(top.ID, "middle"), h.step(top.ID, "alone")
		bottom := h.step(middle.ID, "bottom")
		h.delete(alone.ID) // at the same moment: the clock stands still
		before := h.actor().WorkspaceVersion
		h.delete(top.ID)
		events, err := h.w.story.store.Events(h.t.Context(), h.actor().WorkspaceID, before, 10)
		if err != nil || len(events) != 3 || events[0].Program.CallID == "" || events[2].Program.CallID != events[0].Program.CallID {
			h.t.Errorf("told %+v, %v", events, err)
		}
		for _, id := range []mindflow.TaskID{top.ID, middle.ID, bottom.ID} {
			if _, err := h.app.Task(h.t.Context(), h.actor(), id); mindflow.KindOf(err) != mindflow.KindNotFound {
				h.t.Errorf("is there still: %v", err)
			}
		}
		_, err = h.app.RestoreTask(h.t.Context(), h.actor(), bottom.ID, mindflow.Match{})
		if mindflow.KindOf(err) != mindflow.KindConflict || !strings.Contains(err.Error(), middle.ID.String()) {
			h.t.Errorf("a step without what it is a step of: %v", err)
		}
		back := h.restore(top.ID)
		if now := h.read(top.ID); now.Version != back.Version || back.Steps != (mindflow.Progress{Total: 1}) {
			h.t.Errorf("answered %+v, kept %+v", back, now)
		}
		h.progress("top 0/1, middle 0/1, bottom 0/0", top, middle, bottom)
		if _, err := h.app.Task(h.t.Context(), h.actor(), alone.ID); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("what was deleted before stays deleted: %v", err)
		}
		h.restore(alone.ID)
		h.progress("top 0/2", top)
	})
}

func (h *home) project(name string) string {
	h.t.Helper()
	p, _, err := h.app.CreateProject(h.t.Context(), h.actor(), mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some(name)})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.ID.String()
}

func TestAStepIsInTheProjectOfItsTask(t *testing.T) {
	eachHome(t, func(h *home) {
		home, work := h.project("home"), h.project("work")
		top := h.step(mindflow.TaskID{}, "top")
		if _, err := h.edit(top.ID, mindflow.Draft{ProjectID: mindflow.Some(home)}); err != nil {
			h.t.Fatal(err)
		}
		middle := h.step(top.ID, "middle")
		bottom := h.step(middle.ID, "bottom")
		in := func(want string, tasks ...mindflow.Task) {
			h.t.Helper()
			for _, task := range tasks {
				if got := h.read(task.ID).Details.ProjectID.String(); got != want {
					h.t.Errorf("%s is in %s", task.Title, got)
				}
			}
		}
		in(home, top, middle, bottom)
		_, err := h.edit(middle.ID, mindflow.Draft{ProjectID: mindflow.Some(work)})
		h.wantInvalid(err, "project_id", "is that of the task it is a step of")
		if _, err := h.edit(top.ID, mindflow.Draft{ProjectID: mindflow.Some(work)}); err != nil {
			h.t.Fatal(err)
		}
		in(work, top, middle, bottom)
		other := h.step(mindflow.TaskID{}, "other")
		if _, err := h.edit(middle.ID, beneath(other.ID)); err != nil {
			h.t.Fatal(err)
		}
		in(mindflow.ProjectID{}.String(), middle, bottom)
		h.progress("top 0/0, other 0/1, middle 0/1", top, other, middle)
	})
}

// A change of one task in a tree costs as many statements however large it is.
func TestTreesOfAnySizeCostTheSameStatements(t *testing.T) {
	eachHome(t, func(h *home) {
		costs := map[string][]int64{}
		for _, n := range []int{2, 60} {
			top := h.step(mindflow.TaskID{}, "top")
			var steps []mindflow.Task
			for i := range n {
				steps = append(steps, h.step(top.ID, fmt.Sprint("step ", i)))
				h.step(steps[i].ID, "beneath it")
			}
			count := func(name string, use func()) {
				h.actor()
				s := h.w.story.store
				before := s.Statements()
				use()
				costs[name] = append(costs[name], s.Statements()-before)
			}
			project := h.project(fmt.Sprint("project ", n))
			count("move", func() { _, _ = h.edit(top.ID, mindflow.Draft{ProjectID: mindflow.Some(project)}) })
			count("complete", func() { h.complete(top.ID, true) })
			count("delete", func() { h.delete(top.ID) })
			count("restore", func() { h.restore(top.ID) })
		}
		for name, n := range costs {
			if n[0] != n[1] || n[0] > 16 {
				h.t.Errorf("%s: %d statements with few steps, %d with many", name, n[0], n[1])
			}
		}
	})
}

func TestStepsAreListedInTheirOrder(t *testing.T) {
	eachHome(t, func(h *home) {
		top := h.step(mindflow.TaskID{}, "top")
		for _, title := range []string{"one", "two", "three"} {
			h.step(top.ID, title)
			h.w.clock.jump(h.w.clock.Now().Add(time.Second))
		}
		page, err := h.app.StepsOf(h.t.Context(), h.actor(), top.ID, 2, "")
		if err != nil || titles(page.Tasks) != "one two" || page.Next == "" {
			h.t.Fatalf("%s, %v", titles(page.Tasks), err)
		}
		page, err = h.app.StepsOf(h.t.Context(), h.actor(), top.ID, 2, page.Next)
		if err != nil || titles(page.Tasks) != "three" || page.Next != "" {
			h.t.Errorf("%s, %v", titles(page.Tasks), err)
		}
		page, err = h.app.ListTasks(h.t.Context(), h.actor(), app.TaskList{Parent: "none"})
		if err != nil || titles(page.Tasks) != "top" {
			h.t.Errorf("without a parent: %s, %v", titles(page.Tasks), err)
		}
		if _, err := h.app.StepsOf(h.t.Context(), h.actor(), mindflow.NewID[mindflow.Task](friday), 0, ""); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("of a task that is not there: %v", err)
		}
	})
}

func titles(tasks []mindflow.Task) string {
	var all []string
	for _, t := range tasks {
		all = append(all, t.Title)
	}
	return strings.Join(all, " ")
}

// Days stay days, times keep the wall clock over the change of the clocks, what
// waits for one another still does, and the order is kept.
func TestTheNextOccurrenceHasTheStepsToDoAgain(t *testing.T) {
	eachHome(t, func(h *home) {
		due := func(title, date string, parent mindflow.TaskID, blockers ...string) mindflow.Task {
			h.t.Helper()
			h.w.clock.jump(h.w.clock.Now().Add(time.Second))
			d := mindflow.Draft{Title: mindflow.Some(title), DueDate: mindflow.Some(date), BlockedBy: mindflow.Some(blockers)}
			if parent.IsZero() {
				d.Recurrence = mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=MONTHLY"})
			} else {
				d.ParentID = mindflow.Some(parent.String())
			}
			task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
			if err != nil {
				h.t.Fatal(err)
			}
			return task
		}
		first := due("rent", "2027-03-01", mindflow.TaskID{})
		transfer := due("transfer", "2027-02-28", first.ID)
		call := due("call", "2027-03-01T17:00", first.ID, transfer.ID.String())
		due("deep", "2027-03-02", call.ID)
		h.delete(h.step(first.ID, "gone").ID)
		h.complete(transfer.ID, false)
		done := h.complete(first.ID, true)
		next := h.read(done.Details.Recurrence.NextID)
		page, err := h.app.StepsOf(h.t.Context(), h.actor(), next.ID, 0, "")
		if err != nil || titles(page.Tasks) != "transfer call" {
			h.t.Fatalf("the next has %s, %v", titles(page.Tasks), err)
		}
		again := page.Tasks
		beneath, err := h.app.StepsOf(h.t.Context(), h.actor(), again[1].ID, 0, "")
		if err != nil || titles(beneath.Tasks) != "deep" {
			h.t.Fatalf("beneath it %s, %v", titles(beneath.Tasks), err)
		}
		for i, s := range append(again, beneath.Tasks...) {
			want := []string{"2027-03-31", "2027-04-01T15:00:00Z", "2027-04-02"}[i]
			if s.Due.String() != want || s.Status != mindflow.StatusPending || !s.CompletedAt.IsZero() {
				h.t.Errorf("%s is %s and due %s, want %s", s.Title, s.Status, s.Due, want)
			}
		}
		if waits := again[1].Details.BlockedBy; len(waits) != 1 || waits[0] != again[0].ID {
			h.t.Errorf("the call waits for %v", waits)
		}
		h.progress("rent 2/2, rent 0/2", first, next)
	})
}

// A step that repeats makes way for its next when all is completed together.
func TestAStepThatRepeatsMakesWayWhenAllIsCompleted(t *testing.T) {
	eachHome(t, func(h *home) {
		top := h.step(mindflow.TaskID{}, "garden")
		water, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, mindflow.Draft{
			Title: mindflow.Some("water"), DueDate: mindflow.Some("2026-11-27"), ParentID: mindflow.Some(top.ID.String()),
			Recurrence: mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY"}),
		})
		if err != nil {
			h.t.Fatal(err)
		}
		h.complete(top.ID, true)
		h.progress("garden 1/2", top)
		if next := h.read(h.read(water.ID).Details.Recurrence.NextID); next.Details.ParentID != top.ID || next.Due.String() != "2026-11-28" {
			h.t.Errorf("the next is %+v", next)
		}
	})
}
