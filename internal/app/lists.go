package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
)

// TaskList asks for a list of tasks, in the words of a person: dates may be
// days, instants, or date-times in the person's zone.
type TaskList struct {
	Statuses   []mindflow.Status
	Priorities []int
	Tags       []string
	DueAfter   string
	DueBefore  string
	Search     string
	Project    string               // an id, for its tasks and those of its sub-projects, or "none"
	Parent     string               // an id, for its steps, or "none" for what is no step
	Archived   bool                 // with the tasks of archived projects
	Blocked    mindflow.Field[bool] `json:",omitzero"` // open, and waiting for something open
	Sort       string
	Limit      int // 0: the default
	Cursor     string

	toDo bool // only what is to be done
}

// TaskPage is one page of a list; Next is empty on the last one.
type TaskPage struct {
	Tasks []mindflow.Task
	Next  string
}

// listCursor is where a page ended. It pins the moment and the zone the first
// page was read for, so that no task moves because time went by.
type listCursor struct {
	List  string         `json:"l"` // hash of what was asked for
	At    int64          `json:"t"`
	Zone  string         `json:"z"`
	Place mindflow.Place `json:"p"`
}

// ListTasks reads one page.
func (a *App) ListTasks(ctx context.Context, actor mindflow.Actor, l TaskList) (TaskPage, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return TaskPage{}, err
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return TaskPage{}, err
	}
	q, err := l.query(a.now(), p.Zone)
	if err != nil {
		return TaskPage{}, err
	}
	seen := actor.WorkspaceVersion
	for range maxMoves {
		on, err := a.pages.of(ctx, actor.WorkspaceID, q, seen)
		if err != nil {
			return TaskPage{}, err
		}
		more := len(on.refs) > q.Limit
		tasks, current, err := a.bodies.of(ctx, actor.WorkspaceID, on.refs[:min(len(on.refs), q.Limit)])
		if err != nil {
			return TaskPage{}, err
		}
		if current {
			return l.page(q, tasks, more), nil
		}
		seen = on.asOf + 1 // a task moved on: so did the page
	}
	return TaskPage{}, errMoving
}

// page is the tasks as they read at the list's moment, and the way to the next ones.
func (l TaskList) page(q mindflow.TaskQuery, tasks []mindflow.Task, more bool) TaskPage {
	for i := range tasks {
		tasks[i].Wake(q.At)
	}
	page := TaskPage{Tasks: tasks}
	if more {
		page.Next = encodeCursor(listCursor{
			List: l.hash(), At: q.At.UnixMicro(), Zone: q.Zone.String(), Place: q.Place(tasks[len(tasks)-1]),
		})
	}
	return page
}

// PendingTasks reads one page of what is to be done: pending and in progress,
// and unless they are asked for without the blocked ones.
func (a *App) PendingTasks(ctx context.Context, actor mindflow.Actor, l TaskList) (TaskPage, error) {
	if !l.Blocked.Set {
		l.Blocked = mindflow.Some(false)
	}
	l.Statuses, l.toDo = []mindflow.Status{mindflow.StatusPending, mindflow.StatusInProgress}, true
	return a.ListTasks(ctx, actor, l)
}

// noProject asks for the tasks that are in none, or are no steps of any.
const noProject = "none"

// inProject is which project's tasks a list is of.
func (l TaskList) inProject() (mindflow.InProject, error) {
	switch l.Project {
	case "":
		return mindflow.InProject{}, nil
	case noProject:
		return mindflow.InProject{None: true}, nil
	}
	id, err := mindflow.ParseID[mindflow.Project](l.Project)
	if err != nil {
		err = errors.New("must be a project's id, or none")
	}
	return mindflow.InProject{ID: id}, err
}

// beneath is which task's steps a list is of.
func (l TaskList) beneath() (mindflow.Beneath, error) {
	switch l.Parent {
	case "":
		return mindflow.Beneath{}, nil
	case noProject:
		return mindflow.Beneath{None: true}, nil
	}
	id, err := mindflow.ParseID[mindflow.Task](l.Parent)
	if err != nil {
		err = errors.New("must be a task's id, or none")
	}
	return mindflow.Beneath{ID: id}, err
}

// shelved is what becomes of the tasks of archived projects: what is to be done
// is never among them.
func (l TaskList) shelved() mindflow.Shelved {
	switch {
	case l.toDo:
		return mindflow.LeftOut
	case l.Archived || l.Parent != "" && l.Parent != noProject: // whoever names a task knows where it is
		return mindflow.Included
	case l.Project != "" && l.Project != noProject:
		return mindflow.IfNamed
	}
	return mindflow.LeftOut
}

// query checks a list's words and turns them into what the store asks.
func (l TaskList) query(now time.Time, z mindflow.Zone) (mindflow.TaskQuery, error) {
	q := mindflow.TaskQuery{
		Statuses: l.Statuses, Priorities: l.Priorities,
		SearchKey: mindflow.Fold(mindflow.Tidy(l.Search)), Blocked: l.Blocked, Limit: l.Limit, At: now, Zone: z,
	}
	var bad []mindflow.FieldError
	refuse := func(field string, err error) {
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: field, Message: err.Error()})
		}
	}
	if l.Cursor != "" {
		var err error
		if q.At, q.Zone, q.After, err = l.openCursor(); err != nil {
			refuse("cursor", err)
			q.Zone = z
		}
	}
	for _, tag := range l.Tags {
		q.TagKeys = append(q.TagKeys, mindflow.Fold(mindflow.Tidy(tag)))
	}
	refuse("q", plainText(l.Search))
	refuse("tag", plainText(strings.Join(l.Tags, "")))
	q.Statuses, q.Priorities, q.TagKeys = once(q.Statuses), once(q.Priorities), once(q.TagKeys)
	if len(q.TagKeys) > mindflow.MaxTags {
		refuse("tag", fmt.Errorf("must not be more than %d", mindflow.MaxTags))
	}
	var err error
	q.Order, err = mindflow.ParseOrder(l.Sort)
	refuse("sort", err)
	q.DueFrom, err = bound(l.DueAfter, q.Zone)
	refuse("due_after", err)
	q.DueBefore, err = bound(l.DueBefore, q.Zone)
	refuse("due_before", err)
	q.Project, err = l.inProject()
	refuse("project", err)
	q.Parent, err = l.beneath()
	refuse("parent", err)
	q.Shelved = l.shelved()
	refuse("limit", checkPage(&q.Limit))
	for _, status := range q.Statuses {
		if !slices.Contains(mindflow.Statuses, status) {
			refuse("status", fmt.Errorf("must be pending, in_progress, snoozed, completed or cancelled"))
		}
	}
	for _, priority := range q.Priorities {
		if priority < mindflow.MinPriority || priority > mindflow.MaxPriority {
			refuse("priority", fmt.Errorf("must be from %d to %d", mindflow.MinPriority, mindflow.MaxPriority))
		}
	}
	if len(bad) > 0 {
		return q, mindflow.Invalid(bad...)
	}
	return q, nil
}

// Check reports every word of the list that is illegal, whoever asks. Whether a
// cursor belongs to the list is seen when it is read.
func (l TaskList) Check() []mindflow.FieldError {
	if decodeCursor(l.Cursor, &listCursor{}) == nil {
		l.Cursor = ""
	}
	_, err := l.query(time.Time{}, mindflow.Zone{})
	return mindflow.FieldsOf(err)
}

// plainText refuses control characters: some of them set texts apart in what
// is searched.
func plainText(s string) error {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return errors.New("must not hold control characters")
	}
	return nil
}

// once is the values without repeats, sorted: a filter's conditions stay few.
func once[T cmp.Ordered](values []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// checkPage sets the default and refuses what is out of bounds.
func checkPage(limit *int) error {
	if *limit == 0 {
		*limit = mindflow.DefaultPage
	}
	if *limit < 1 || *limit > mindflow.MaxPage {
		return fmt.Errorf("must be from 1 to %d", mindflow.MaxPage)
	}
	return nil
}

// bound is the instant a due date is compared with: a day counts at its start.
func bound(s string, z mindflow.Zone) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	w, err := mindflow.ParseWhen(s, z)
	if err != nil {
		return time.Time{}, err
	}
	return w.Start(z), nil
}

// hash tells one list from another, whatever the page and its size.
func (l TaskList) hash() string {
	l.Cursor, l.Limit = "", 0
	encoded, _ := json.Marshal(l) // strings and numbers always encode
	sum := sha256.Sum256(encoded)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

var errCursor = fmt.Errorf("is not a cursor of this list; start again without one")

func (l TaskList) openCursor() (time.Time, mindflow.Zone, *mindflow.Place, error) {
	var c listCursor
	if err := decodeCursor(l.Cursor, &c); err != nil || c.List != l.hash() {
		return time.Time{}, mindflow.Zone{}, nil, errCursor
	}
	zone, err := mindflow.LoadZone(c.Zone)
	if err != nil || !l.mayEndAt(c.Place) {
		return time.Time{}, mindflow.Zone{}, nil, errCursor
	}
	return mindflow.UTC(c.At), zone, &c.Place, nil
}

// mayEndAt reports whether a page of the list can have ended at a place: a
// cursor may have been tampered with, and the database knows bounds.
func (l TaskList) mayEndAt(p mindflow.Place) bool {
	byPriority := strings.TrimPrefix(l.Sort, "-") == string(mindflow.ByPriority)
	return p.Day >= mindflow.FirstDay-1 && p.Day <= mindflow.LastDay+1 && !strings.ContainsRune(p.Text, 0) &&
		(!byPriority || p.Number >= mindflow.MinPriority && p.Number <= mindflow.MaxPriority)
}

func encodeCursor(c any) string {
	encoded, _ := json.Marshal(c) // plain values always encode
	return base64.RawURLEncoding.EncodeToString(encoded)
}

func decodeCursor(s string, c any) error {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, c)
}
