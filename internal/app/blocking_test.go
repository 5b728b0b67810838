package app_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
)

// hands is one person at two servers.
type hands struct {
	*world

	t *testing.T
}

func newHands(t *testing.T, kind storetest.Kind) hands {
	t.Helper()
	return hands{newWorld(t, kind), t}
}

// at is one of the servers, and the person as it has just signed them in.
func (h hands) at(server int) (*app.App, mindflow.Actor) {
	h.t.Helper()
	actor, err := h.apps[server].Authenticate(h.t.Context(), h.token, mindflow.ThroughAPI)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.apps[server], actor
}

// add makes a task that waits for others.
func (h hands) add(title string, waitsFor ...mindflow.Task) mindflow.Task {
	h.t.Helper()
	return h.addAs(mindflow.Draft{Title: mindflow.Some(title)}, waitsFor...)
}

func (h hands) addAs(d mindflow.Draft, waitsFor ...mindflow.Task) mindflow.Task {
	h.t.Helper()
	h.clock.jump(h.clock.Now().Add(time.Second)) // among equals the older comes first
	a, actor := h.at(0)
	d.BlockedBy = mindflow.Some(idsOf(waitsFor))
	task, _, err := a.CreateTask(h.t.Context(), actor, mindflow.TaskID{}, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return task
}

func idsOf(tasks []mindflow.Task) []string {
	ids := make([]string, len(tasks))
	for i, task := range tasks {
		ids[i] = task.ID.String()
	}
	return ids
}

// wait has a task wait for others, and for nothing else.
func (h hands) wait(server int, task mindflow.Task, waitsFor ...mindflow.Task) error {
	h.t.Helper()
	a, actor := h.at(server)
	_, err := a.EditTask(h.t.Context(), actor, task.ID, mindflow.Draft{BlockedBy: mindflow.Some(idsOf(waitsFor))}, mindflow.Match{})
	return err
}

func (h hands) complete(server int, task mindflow.Task, how app.Completion) error {
	h.t.Helper()
	a, actor := h.at(server)
	_, err := a.CompleteTask(h.t.Context(), actor, task.ID, how, mindflow.Match{})
	return err
}

func (h hands) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Error(err)
	}
}

// ranked are the titles of a server's ranking, in its order, with a blank between.
func (h hands) ranked(server int) string {
	h.t.Helper()
	a, actor := h.at(server)
	page, err := a.RankedTasks(h.t.Context(), actor, app.RankedList{})
	h.must(err)
	var titles []string
	for _, s := range page.Tasks {
		titles = append(titles, s.Task.Title)
	}
	return strings.Join(titles, " ")
}

func (h hands) wantRanked(want string) {
	h.t.Helper()
	for server := range h.apps {
		if got := h.ranked(server); got != want {
			h.t.Errorf("server %d ranks %q, want %q", server, got, want)
		}
	}
}

// Fails when a view outlives the change that it hangs on, as with links that are
// only read in full.
func TestABlockedTaskIsNotActionableUntilNothingItWaitsForIsOpenOnWhicheverServer(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHands(t, kind)
		first, second := h.add("first"), h.add("second")
		waiting := h.add("waiting", first, second)
		h.wantRanked("first second")
		h.must(h.complete(0, first, app.Completion{}))
		h.wantRanked("second")
		a, actor := h.at(1)
		h.must(a.DeleteTask(t.Context(), actor, second.ID, mindflow.Match{}))
		h.wantRanked("waiting")
		_, err := a.RestoreTask(t.Context(), actor, second.ID, mindflow.Match{})
		h.must(err)
		h.wantRanked("second")
		_, err = a.ReopenTask(t.Context(), actor, first.ID, mindflow.Match{})
		h.must(err)
		h.must(h.wait(0, waiting, first))
		h.wantRanked("first second")
		h.must(h.wait(1, waiting))
		h.wantRanked("first second waiting")
	})
}

func TestABlockedTaskIsCompletedByWhoSaysSoOnly(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHands(t, kind)
		first, second := h.add("first"), h.add("second")
		waiting := h.add("waiting", first, second)
		a, actor := h.at(1)
		_, edited := a.EditTask(t.Context(), actor, waiting.ID, mindflow.Draft{Status: mindflow.Some("completed")}, mindflow.Match{})
		for _, err := range []error{h.complete(0, waiting, app.Completion{}), edited} {
			if mindflow.KindOf(err) != mindflow.KindConflict || err.Error() != "It waits for “first” and “second”, which are open" {
				t.Error(err)
			}
		}
		h.must(h.complete(0, first, app.Completion{}))
		if err := h.complete(1, waiting, app.Completion{}); err == nil || err.Error() != "It waits for “second”, which is open" {
			t.Error(err)
		}
		h.must(h.complete(1, waiting, app.Completion{EvenIfBlocked: true}))
		h.must(h.complete(0, waiting, app.Completion{})) // done already: nothing changes
		h.wantRanked("second")
	})
}

func TestATaskWaitsForNothingThatIsNotThereAndNotForItself(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHands(t, kind)
		gone, one := h.add("gone"), h.add("one")
		a, actor := h.at(0)
		h.must(a.DeleteTask(t.Context(), actor, gone.ID, mindflow.Match{}))
		unknown := mindflow.Task{ID: mindflow.NewID[mindflow.Task](friday)}
		err := h.wait(0, one, gone, one, unknown)
		want := "Some fields are not valid: blocked_by names a task that is deleted, “gone”; " +
			"blocked_by must not name the task itself, “one”; blocked_by names a task that is not there, " + unknown.ID.String()
		if mindflow.KindOf(err) != mindflow.KindInvalid || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
		// What it waits for already may have gone meanwhile.
		two := h.add("two", one)
		h.must(a.DeleteTask(t.Context(), actor, one.ID, mindflow.Match{}))
		three := h.add("three")
		h.must(h.wait(0, two, one, three))
		h.wantRanked("three")
	})
}

func TestACircleIsRefusedByName(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHands(t, kind)
		a := h.add("A")
		b := h.add("B", a)
		c := h.add("C", b)
		for _, circle := range []struct {
			task, waitsFor mindflow.Task
			want           string
		}{
			{a, b, "“A” waits for “B”, which waits for “A”"},
			{a, c, "“A” waits for “C”, which waits for “B”, which waits for “A”"},
		} {
			err := h.wait(1, circle.task, circle.waitsFor)
			if want := "Some fields are not valid: blocked_by must not lead in a circle: " + circle.want; mindflow.KindOf(err) != mindflow.KindInvalid || err.Error() != want {
				t.Errorf("%v\nwant %s", err, want)
			}
		}
		// What is deleted or done may come back.
		on, actor := h.at(0)
		h.must(on.DeleteTask(t.Context(), actor, b.ID, mindflow.Match{}))
		if err := h.wait(0, a, c); mindflow.KindOf(err) != mindflow.KindInvalid {
			t.Error("a circle through what is deleted:", err)
		}
	})
}

// Fails, often, when the graph is read before the workspace is locked.
func TestEditsThatRaceOnTwoServersMakeNoCircle(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		h := newHands(t, kind)
		for range 20 {
			a, b := h.add("A"), h.add("B")
			var refused [2]error
			var both sync.WaitGroup
			for server, edit := range [2][2]mindflow.Task{{a, b}, {b, a}} {
				both.Go(func() { refused[server] = h.wait(server, edit[0], edit[1]) })
			}
			both.Wait()
			if (refused[0] == nil) == (refused[1] == nil) {
				t.Fatalf("of two edits that make a circle: %v and %v", refused[0], refused[1])
			}
		}
	})
}
