package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
	"mindflow/internal/store/storetest"
)

// walker walks a list of somebody's while some of their tasks change and
// others do not.
type walker struct {
	person

	rt       *rapid.T
	zone     mindflow.Zone
	still    map[mindflow.TaskID]mindflow.Task
	restless []string
	changes  int
}

func newWalker(rt *rapid.T, srv *server, n int) *walker {
	name := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia"}).Draw(rt, "zone")
	zone, err := mindflow.LoadZone(name)
	if err != nil {
		rt.Fatal(err)
	}
	w := &walker{person: srv.person(fmt.Sprintf("walker%d@example.com", n), name), rt: rt, zone: zone, still: map[mindflow.TaskID]mindflow.Task{}}
	var ids []mindflow.TaskID
	for range rapid.IntRange(6, 16).Draw(rt, "tasks") {
		if rapid.Bool().Draw(rt, "later") {
			srv.clock.Move(time.Second)
		}
		made := w.do("POST /api/tasks", w.body(true)).want(http.StatusCreated).at("id")
		if rapid.Bool().Draw(rt, "restless") {
			w.restless = append(w.restless, made)
			continue
		}
		id, err := mindflow.ParseID[mindflow.Task](made)
		if err != nil {
			rt.Fatal(err)
		}
		ids = append(ids, id)
	}
	srv.clock.Move(time.Minute)
	tasks, err := srv.store.Tasks(srv.t.Context(), w.actor.WorkspaceID, ids)
	if err != nil {
		rt.Fatal(err)
	}
	for _, task := range tasks {
		w.still[task.ID] = task
	}
	return w
}

func pick(rt *rapid.T, what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(rt, what)
}

// body draws a task, or a change of one: many stand at the same place.
func (w *walker) body(made bool) string {
	rt, now := w.rt, w.srv.clock.Now()
	due := func() string {
		at := now.Add(time.Duration(rapid.IntRange(-2, 2).Draw(rt, "days")) * 24 * time.Hour)
		return pick(rt, "due", "null", `"`+at.Format(time.DateOnly)+`"`, `"`+at.Format(time.DateOnly)+`"`, `"`+at.Truncate(12*time.Hour).Format(time.RFC3339)+`"`)
	}
	fields := []string{
		`"title": ` + pick(rt, "title", `"a"`, `"A"`, `"b"`, `"ä"`, `"ß"`, `"SS"`, `"10%"`, `"漢"`),
		`"description": ` + pick(rt, "description", `""`, `"a"`, `"%"`),
		fmt.Sprintf(`"priority": %d`, rapid.IntRange(1, 5).Draw(rt, "priority")),
		`"due_date": ` + due(),
		`"tags": ` + pick(rt, "tags", `[]`, `["Home"]`, `["home", "a"]`, `["ÉTUDES"]`),
		`"preferred_time": ` + pick(rt, "preferred", "null", "null", `"morning"`, `"evening"`),
	}
	switch state := pick(rt, "state", "", "", "snoozed", "snoozed", "in_progress", "completed", "cancelled"); {
	case state == "snoozed":
		fields = append(fields, fmt.Sprintf(`"snoozed_until": %q`, now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours"))*time.Hour).Format(time.RFC3339)))
	case state != "" && made:
		fields = append(fields, fmt.Sprintf(`"status": %q`, state))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// settle brings the person back to where the lists are read from.
func (w *walker) settle() {
	w.changes = 0
	w.do("PUT /api/preferences", fmt.Sprintf(`{"timezone": %q, "weight_effort": 10}`, w.zone)).want(http.StatusOK)
}

// disturb starts a few changes of other tasks, lets time pass or moves to
// another zone, and answers when they are over: they run beside the next page.
func (w *walker) disturb() (wait func()) {
	var all sync.WaitGroup
	for range rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(w.rt, "changes") {
		if w.changes++; w.changes > 15 { // or a walk would never end: what is new may come last
			break
		}
		request, body := w.change()
		if request != "" {
			all.Go(func() { w.person.change(request, body) })
		}
	}
	return all.Wait
}

func (w *walker) change() (request, body string) {
	what := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 6, 7}).Draw(w.rt, "what")
	if what > 3 && len(w.restless) == 0 {
		return "", ""
	}
	switch what {
	case 0:
		return "POST /api/tasks", w.body(true)
	case 1:
		return "PUT /api/preferences", fmt.Sprintf(`{"timezone": %q, "weight_effort": %d}`, pick(w.rt, "moved to", "Asia/Tokyo", "America/Havana"), rapid.IntRange(0, 20).Draw(w.rt, "weight"))
	case 2, 3: // snoozes end
		w.srv.clock.Move(time.Duration(rapid.IntRange(1, 40).Draw(w.rt, "hours on")) * time.Hour)
		return "", ""
	}
	task := "/api/tasks/" + rapid.SampledFrom(w.restless).Draw(w.rt, "which")
	switch what {
	case 4:
		return "DELETE " + task, ""
	case 5:
		return "POST " + task + pick(w.rt, "verb", "/complete", "/reopen", "/restore", "/snooze"), ""
	default:
		return "PATCH " + task, w.body(false)
	}
}

// walk answers the tasks of all pages that do not change, in order. Every page
// has a size of its own.
func (w *walker) walk(path string) []mindflow.TaskID {
	var seen []mindflow.TaskID
	cursor, wait := "", func() {}
	for range 200 {
		u, sep := path, "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		u += fmt.Sprintf("%slimit=%d", sep, rapid.IntRange(1, 4).Draw(w.rt, "limit"))
		if cursor != "" {
			u += "&cursor=" + url.QueryEscape(cursor)
		}
		var page struct {
			Tasks []struct {
				ID   mindflow.TaskID
				Task struct{ ID mindflow.TaskID }
			}
			Next *string `json:"next_cursor"`
		}
		a := w.do("GET "+u, "")
		wait()
		a.want(http.StatusOK).into(&page)
		for _, t := range page.Tasks {
			if t.ID.IsZero() {
				t.ID = t.Task.ID
			}
			if _, ok := w.still[t.ID]; ok {
				seen = append(seen, t.ID)
			}
		}
		if page.Next == nil {
			return seen
		}
		cursor, wait = *page.Next, w.disturb()
	}
	w.rt.Fatal("the list has no end")
	return nil
}

// list draws a list: as a client asks for it, and as the store does.
func (w *walker) list() (string, mindflow.TaskQuery) {
	rt, params := w.rt, url.Values{}
	q := mindflow.TaskQuery{At: w.srv.store.Now(), Zone: w.zone}
	sort := pick(rt, "sort", "", "created_at", "updated_at", "due_date", "due_date", "priority", "title")
	if sort != "" {
		params.Set("sort", pick(rt, "direction", "", "-")+sort)
	}
	var err error
	if q.Order, err = mindflow.ParseOrder(params.Get("sort")); err != nil {
		rt.Fatal(err)
	}
	path := "/api/tasks"
	if statuses := rapid.SampledFrom([][]mindflow.Status{nil, nil, {"pending"}, {"snoozed"}, {"pending", "snoozed"}, {"completed", "in_progress"}, {"to do"}}).Draw(rt, "statuses"); len(statuses) > 0 && statuses[0] == "to do" {
		path, q.Statuses = "/api/tasks/pending", []mindflow.Status{mindflow.StatusPending, mindflow.StatusInProgress}
	} else {
		q.Statuses = statuses
		for _, status := range statuses {
			params.Add("status", string(status))
		}
	}
	// Few filters at a time: most lists shall hold something.
	for range rapid.IntRange(0, 2).Draw(rt, "filters") {
		switch filter := pick(rt, "filter", "priority", "tag", "q", "due_after", "due_before"); filter {
		case "priority":
			q.Priorities = rapid.SampledFrom([][]int{{1, 2, 3}, {2, 3, 4, 5}}).Draw(rt, "priorities")
			params.Del(filter)
			for _, priority := range q.Priorities {
				params.Add(filter, fmt.Sprint(priority))
			}
		case "tag":
			tags := rapid.SampledFrom([][]string{{"HOME"}, {"a", "études"}}).Draw(rt, "tags")
			params[filter], q.TagKeys = tags, []string{mindflow.Fold(tags[0]), mindflow.Fold(tags[len(tags)-1])}
		case "q":
			params.Set(filter, pick(rt, "search", "A", "ss", "%"))
			q.SearchKey = mindflow.Fold(params.Get(filter))
		default:
			day := mindflow.DayOf(q.At) + mindflow.Day(rapid.SampledFrom([]int{-1, 0, 1}).Draw(rt, "days"))
			params.Set(filter, day.String())
			if filter == "due_after" {
				q.DueFrom = w.zone.Start(day)
			} else {
				q.DueBefore = w.zone.Start(day)
			}
		}
	}
	if len(params) > 0 {
		path += "?" + params.Encode()
	}
	return path, q
}

// shareOf runs a property for a part of rapid's examples only: each costs many
// requests. Once it has failed, all are tried, so that the failure gets small.
func shareOf(t *testing.T, percent int, property func(rt *rapid.T, n int)) {
	t.Helper()
	n, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > storetest.Share(percent) && !failed {
			return
		}
		defer func() { failed = failed || rt.Failed() }()
		property(rt, n)
	})
}

// Whatever happens to others between two pages and beside them: a task that
// does not change comes exactly once, in its place, as the list's first moment
// saw it. Fails when a cursor forgets the id, the moment or the zone.
func TestAWalkSeesEveryUnchangedTaskOnceInOrder(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		shareOf(srv.t, 60, func(rt *rapid.T, n int) {
			w := newWalker(rt, srv, n)
			for range 3 {
				w.settle()
				path, q := w.list()
				want := storetest.Expected(q, w.still)
				if got := w.walk(path); !slices.Equal(got, want) {
					rt.Fatalf("%s at %s in %s:\n got %s\nwant %s\nof %+v", path, q.At, w.zone, got, want, w.still)
				}
			}
		})
	})
}

// The same of a ranking: its cursor also pins the preferences.
func TestARankedWalkSeesEveryUnchangedTaskOnceInOrder(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		shareOf(srv.t, 60, func(rt *rapid.T, n int) {
			w := newWalker(rt, srv, n)
			p := mindflow.DefaultPreferences(w.zone)
			path := "/api/tasks/ranked"
			if rapid.Bool().Draw(rt, "trial") {
				path += "?weight_urgency=3&weight_priority=0"
				p.Weights.Urgency, p.Weights.Priority = 3_00, 0
			}
			var facts []mindflow.Fact
			for _, task := range w.still {
				if task.Status.Open() {
					facts = append(facts, task.Fact())
				}
			}
			slices.SortFunc(facts, func(a, b mindflow.Fact) int { return a.Compare(&b) })
			at := srv.store.Now()
			var want []mindflow.TaskID
			for _, placed := range score.Rank(facts, p, at).Order {
				want = append(want, facts[placed.Index].ID)
			}
			if got := w.walk(path); !slices.Equal(got, want) {
				rt.Fatalf("%s at %s in %s:\n got %s\nwant %s\nof %+v", path, at, w.zone, got, want, w.still)
			}
		})
	})
}
