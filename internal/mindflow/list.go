package mindflow

import (
	"fmt"
	"strings"
	"time"
)

// SortField is what a list of tasks is sorted by.
type SortField string

// The fields lists can be sorted by.
const (
	ByCreatedAt SortField = "created_at"
	ByUpdatedAt SortField = "updated_at"
	ByDueDate   SortField = "due_date"
	ByPriority  SortField = "priority"
	ByTitle     SortField = "title"
	ByPosition  SortField = "position"
)

// SortFields lists them.
var SortFields = []SortField{ByCreatedAt, ByUpdatedAt, ByDueDate, ByPriority, ByTitle, ByPosition}

// Order is a list's order: by a field, then by id; without a value comes last
// either way.
type Order struct {
	Field SortField
	Down  bool
}

// NewestFirst is the order of lists when nobody asks for another.
var NewestFirst = Order{Field: ByCreatedAt, Down: true}

// ParseOrder reads "due_date" or "-due_date"; empty is NewestFirst.
func ParseOrder(s string) (Order, error) {
	if s == "" {
		return NewestFirst, nil
	}
	name, down := strings.CutPrefix(s, "-")
	switch f := SortField(name); f {
	case ByCreatedAt, ByUpdatedAt, ByDueDate, ByPriority, ByTitle, ByPosition:
		return Order{f, down}, nil
	}
	return Order{}, fmt.Errorf("must be created_at, updated_at, due_date, priority, title or position, with a leading - to reverse")
}

// Limits of a page.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// TaskQuery asks for one page of tasks. Empty slices and zero times filter nothing.
type TaskQuery struct {
	Statuses   []Status // as they read at At
	Priorities []int
	TagKeys    []string  // folded; one of them suffices
	DueFrom    time.Time // due at or after; a day counts at its start in Zone
	DueBefore  time.Time
	SearchKey  string // folded
	Project    InProject
	Parent     Beneath
	Shelved    Shelved
	Blocked    Field[bool]
	Order      Order
	Limit      int
	At         time.Time // the moment the list is read for
	Zone       Zone
	After      *Place // nil for the first page
}

// InProject asks for the tasks of a project and its sub-projects, or for those in
// none. The zero one asks for all.
type InProject struct {
	ID   ProjectID
	None bool
}

// Beneath asks for the steps of a task, or for the tasks that are no steps. The
// zero one asks for all.
type Beneath struct {
	ID   TaskID
	None bool
}

// Shelved says what becomes of the tasks of archived projects in a list.
type Shelved uint8

// What can become of them.
const (
	LeftOut  Shelved = iota // they are not in it
	IfNamed                 // they are where the project that the list is of is archived itself
	Included                // they are
)

// TaskRef names one state of a task; its dates place it in a list by due date.
type TaskRef struct {
	ID      TaskID
	Version Version
	Due     When
}

// Place is where a page ended: the sort value and the id of its last task.
type Place struct {
	Undated bool   // sorted by due date: among those without one
	Number  int64  // created_at, updated_at, the start of the due date (Unix µs), or the priority
	Day     Day    // sorted by due date: the latest day that has started there, or the due day
	Text    string // the folded title, or the key in the manual order
	ID      TaskID
}

// Place is where a task stands in an order.
func (q TaskQuery) Place(t Task) Place {
	p := Place{ID: t.ID}
	switch q.Order.Field {
	case ByCreatedAt:
		p.Number = t.CreatedAt.UnixMicro()
	case ByUpdatedAt:
		p.Number = t.UpdatedAt.UnixMicro()
	case ByPriority:
		p.Number = int64(t.Priority)
	case ByTitle:
		p.Text = Fold(t.Title)
	case ByPosition:
		p.Text = t.PlaceKey()
	case ByDueDate:
		return q.DuePlace(TaskRef{ID: t.ID, Due: t.Due})
	}
	return p
}

// DuePlace is where a task stands in the order of due dates.
func (q TaskQuery) DuePlace(r TaskRef) Place {
	if r.Due.IsZero() {
		return Place{ID: r.ID, Undated: true}
	}
	start := r.Due.Start(q.Zone)
	day, isDay := r.Due.Day()
	if !isDay {
		day = q.Zone.Today(start)
	}
	return Place{ID: r.ID, Number: start.UnixMicro(), Day: day}
}

// FirstDayFrom is the first day that starts at t or later.
func (z Zone) FirstDayFrom(t time.Time) Day {
	day := z.Today(t)
	if z.Start(day).Before(t) {
		return day + 1
	}
	for z.Start(day - 1).Equal(t) {
		day-- // the day before does not exist and starts together with this one
	}
	return day
}
