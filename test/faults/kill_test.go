package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/test/stage"
)

// entry is what is known of one task: what was last answered, and the change
// that was not answered, if there is one. Only its writer changes the task.
type entry struct {
	id    string
	is    state
	asked *state // what it becomes when the change without an answer has happened
}

// state is a task as the API shows it. The description is always the title: a
// change that happened by half shows.
type state struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Version     int64  `json:"version"`
	deleted     bool
}

// writer is one person who changes tasks of their own, one change after another.
type writer struct {
	*person

	name    string
	entries []*entry
	people  []string       // who was registered, and it was answered
	files   map[string]int // imported lines that were answered, and how many there must be
	weight  int            // a preference, as answered
	writes  int
	step    int
	strange []string
}

func (w *writer) said(name string) string {
	w.step++
	return fmt.Sprintf("%s of %s, %d", name, w.name, w.step)
}

// change sends one change of a task, and enters what was answered. It answers
// false when there was no answer.
func (w *writer) change(e *entry, next state, method, path, body string) bool {
	if next != e.is {
		next.Version++
	}
	e.asked = &next
	status, raw, _, err := w.try(method, path, body)
	if err != nil {
		return false
	}
	e.asked = nil
	if status >= http.StatusMultipleChoices {
		w.strange = append(w.strange, fmt.Sprintf("%s %s: %d %s", method, path, status, raw))
		return true
	}
	w.writes++
	e.is = next
	if len(raw) == 0 {
		return true
	}
	var got state
	if err := json.Unmarshal(raw, &got); err != nil || got != next {
		w.strange = append(w.strange, fmt.Sprintf("%s %s answers %s, %+v is due", method, path, raw, next))
	}
	return true
}

// act does one thing of many kinds, and answers false when nobody answers any more.
func (w *writer) act() bool {
	kind := rand.IntN(20)
	switch {
	case len(w.entries) == 0 || kind < 4:
		title := w.said("made")
		e := &entry{id: mindflow.NewID[mindflow.Task](time.Now()).String()}
		w.entries = append(w.entries, e)
		return w.change(e, state{Title: title, Description: title, Status: "pending"}, "POST", "/api/tasks",
			fmt.Sprintf(`{"id": %q, "title": %q, "description": %[2]q}`, e.id, title))
	case kind == 4:
		line := w.said("imported")
		status, _, _, err := w.try("POST", "/api/import/todotxt", line+"a\n"+line+"b\n"+line+"c\n")
		if err == nil && status == http.StatusOK {
			w.writes++
			w.files[line] = 3
		}
		return err == nil
	case kind == 5:
		next := rand.IntN(900)
		status, _, _, err := w.try("PUT", "/api/preferences", fmt.Sprintf(`{"weight_urgency": %d}`, next))
		if err == nil && status == http.StatusOK {
			w.writes++
			w.weight = next
		} else {
			w.weight = -1
		}
		return err == nil
	case kind == 6 && len(w.people) < 5:
		email := fmt.Sprintf("%s-%d@example.com", w.name, w.step)
		w.step++
		status, _, _, err := (&person{base: w.base, http: w.http}).try("POST", "/api/auth/register", fmt.Sprintf(`{"email": %q, "password": %q}`, email, password))
		if err == nil && status == http.StatusCreated {
			w.writes++
			w.people = append(w.people, email)
		}
		return err == nil
	case kind == 7:
		status, _ := w.signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, w.refresh))
		if status == http.StatusOK {
			w.writes++
		}
		return status != 0
	}
	return w.edit(w.entries[rand.IntN(len(w.entries))])
}

func (w *writer) edit(e *entry) bool {
	path, next := "/api/tasks/"+e.id, e.is
	if e.is.deleted {
		next.deleted = false
		return w.change(e, next, "POST", path+"/restore", "")
	}
	switch rand.IntN(5) {
	case 0:
		next.deleted = true
		return w.change(e, next, "DELETE", path, "")
	case 1:
		next.Status = "completed"
		return w.change(e, next, "POST", path+"/complete", "")
	case 2:
		if e.is.Status == "completed" {
			next.Status = "pending"
			return w.change(e, next, "POST", path+"/reopen", "")
		}
		if e.is.Status == "snoozed" {
			next.Status = "pending"
			return w.change(e, next, "PATCH", path, `{"snoozed_until": null}`)
		}
		next.Status = "snoozed"
		return w.change(e, next, "POST", path+"/snooze?hours=100", "")
	default:
		next.Title = w.said("changed")
		next.Description = next.Title
		return w.change(e, next, "PATCH", path, fmt.Sprintf(`{"title": %q, "description": %[1]q}`, next.Title))
	}
}

// audit compares what is there with all that was answered, and settles what was not.
func (w *writer) audit(t *testing.T) {
	t.Helper()
	for _, wrong := range w.strange {
		t.Error(wrong)
	}
	w.strange = nil
	if status, raw := w.signIn("/api/auth/refresh", fmt.Sprintf(`{"refresh_token": %q}`, w.refresh)); status != http.StatusOK {
		t.Errorf("%s cannot go on with the refresh token that was answered: %d %s", w.name, status, raw)
		if status, raw := w.signIn("/api/auth/login", w.account()); status != http.StatusOK {
			t.Fatalf("login: %d %s", status, raw)
		}
	}
	for _, e := range w.entries {
		status, raw, _, err := w.try("GET", "/api/tasks/"+e.id, "")
		if err != nil {
			t.Fatal(err)
		}
		is := state{deleted: true}
		if status == http.StatusOK {
			is.deleted = false
			if err := json.Unmarshal(raw, &is); err != nil {
				t.Fatal(err)
			}
		}
		e.settle(t, is)
	}
	w.entries = slices.DeleteFunc(w.entries, func(e *entry) bool { return e.is.Version == 0 })
	w.auditRest(t)
}

// settle holds one task against its entry.
func (e *entry) settle(t *testing.T, is state) {
	t.Helper()
	same := func(want state) bool {
		if is.deleted {
			return want.deleted || want.Version == 0
		}
		return is == want
	}
	switch asked := e.asked; {
	case same(e.is):
		if asked != nil && *asked != e.is && same(*asked) {
			t.Errorf("nothing tells %+v from %+v", e.is, *asked)
		}
	case asked != nil && same(*asked):
		e.is = *asked
	default:
		t.Errorf("task %s is %+v; answered was %+v, asked %+v", e.id, is, e.is, asked)
		e.is = is
	}
	e.asked = nil
}

// auditRest compares what is no task of the ledger.
func (w *writer) auditRest(t *testing.T) {
	t.Helper()
	for line, want := range w.files {
		var page struct{ Tasks []task }
		_, raw, _, err := w.try("GET", "/api/tasks?q="+url.QueryEscape(line), "")
		if err != nil || json.Unmarshal(raw, &page) != nil || len(page.Tasks) < want {
			t.Errorf("of an answered import %d of %d are there: %v", len(page.Tasks), want, err)
		}
	}
	var preferences struct {
		Weight float64 `json:"weight_urgency"`
	}
	_, raw, _, err := w.try("GET", "/api/preferences", "")
	if err != nil || json.Unmarshal(raw, &preferences) != nil || w.weight >= 0 && int(preferences.Weight) != w.weight {
		t.Errorf("the preference is %v, %d was answered: %v", preferences.Weight, w.weight, err)
	}
	w.weight = int(preferences.Weight)
	for _, email := range w.people {
		p := &person{base: w.base, email: email, http: w.http}
		if status, raw := p.signIn("/api/auth/login", p.account()); status != http.StatusOK {
			t.Errorf("%s was registered and cannot sign in: %d %s", email, status, raw)
		}
	}
	w.people = nil
}

// logsAreWhole holds each workspace's log against its tasks: no number is
// missing, and each task has as many events as versions.
func logsAreWhole(t *testing.T, database string, writers []*writer) {
	t.Helper()
	s, err := store.Open(t.Context(), database, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, w := range writers {
		user, _, err := s.UserByEmail(t.Context(), w.email)
		if err != nil {
			t.Fatal(err)
		}
		changes := map[string]int64{}
		var last int64
		for {
			events, err := s.Events(t.Context(), user.WorkspaceID, last, 500)
			if err != nil {
				t.Fatal(err)
			}
			if len(events) == 0 {
				break
			}
			for _, e := range events {
				if e.Seq != last+1 {
					t.Errorf("after event %d of %s comes %d", last, w.name, e.Seq)
				}
				last = e.Seq
				changes[e.TaskID.String()]++
			}
		}
		for _, e := range w.entries {
			if changes[e.id] != e.is.Version {
				t.Errorf("task %s is at version %d with %d events", e.id, e.is.Version, changes[e.id])
			}
		}
	}
}

// A server is killed while people write, again and again: what was answered is
// there, what was not is there whole or not at all. Seen red with a server
// that answers a little before its COMMIT, on either database.
func TestAKilledServerKeepsWhatItAnswered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		var writers []*writer
		s := start(t, "DATABASE_URL="+database).ready()
		for i := range 6 {
			name := fmt.Sprintf("writer%d", i)
			writers = append(writers, &writer{person: signUp(t, s.url, name+"@example.com"), name: name, files: map[string]int{}, weight: -1})
		}
		for range often(5, 100) {
			var all sync.WaitGroup
			var answered atomic.Int64
			for _, w := range writers {
				all.Go(func() {
					for w.act() {
						answered.Add(1)
					}
				})
			}
			stage.Eventually(t, 30*time.Second, "something is answered", func() bool { return answered.Load() > 30 })
			time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
			s.kill()
			all.Wait()
			s = start(t, "DATABASE_URL="+database).ready()
			for _, w := range writers {
				w.base = s.url
				w.audit(t)
			}
			if t.Failed() {
				t.FailNow()
			}
		}
		logsAreWhole(t, database, writers)
		writes := 0
		for _, w := range writers {
			writes += w.writes
		}
		t.Logf("%d answered writes", writes)
	})
}
