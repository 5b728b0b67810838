package app_test

import (
	"fmt"
	"strings"
	"testing"

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

// Fails where a way to change a task leaves the steps of its parent uncounted:
// seen without noteSteps in SaveTask, in SaveTasks, in CreateTask.
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
