package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"mindflow/internal/mindflow"
)

// ListTasks reads which tasks are on the page a query asks for. It reads up to
// one more than the limit, which tells that there is a next page. The tasks
// themselves are read by Tasks, unless they are known already.
func (s *Store) ListTasks(ctx context.Context, w mindflow.WorkspaceID, q mindflow.TaskQuery) ([]mindflow.TaskRef, error) {
	if q.Order.Field == mindflow.ByDueDate {
		return s.listByDue(ctx, w, q)
	}
	c := s.listConditions(w, q, nil)
	column := "t." + string(q.Order.Field)
	switch q.Order.Field { //nolint:exhaustive // the others are columns of that name
	case mindflow.ByTitle:
		column = "t.title_key"
	case mindflow.ByPosition:
		column = placeKey
	}
	if p := q.After; p != nil {
		key := any(p.Number)
		if q.Order.Field == mindflow.ByTitle || q.Order.Field == mindflow.ByPosition {
			key = p.Text
		}
		c.and(after(c, q.Order, column, key, p.ID))
	}
	return s.refs(ctx, page(q, c, column), c.args)
}

// listByDue merges the tasks due on a day with those due at an instant, by the
// start of the due date; those without one come last. All three are read by one
// statement, so that no task is seen in two of them, or in none.
func (s *Store) listByDue(ctx context.Context, w mindflow.WorkspaceID, q mindflow.TaskQuery) ([]mindflow.TaskRef, error) {
	var parts []string
	var args []any
	part := func(column string, conditions func(*where)) {
		c := s.listConditions(w, q, args)
		conditions(c)
		parts = append(parts, fmt.Sprintf("SELECT * FROM (%s) AS part%d", page(q, c, column), len(parts)))
		args = c.args
	}
	p := q.After
	if p == nil || !p.Undated {
		part("t.due_on", func(c *where) {
			if c.and("t.due_on IS NOT NULL"); p != nil {
				c.and(daysAfter(c, q))
			}
		})
		part("t.due_at", func(c *where) {
			if c.and("t.due_at IS NOT NULL"); p != nil {
				c.and(instantsAfter(c, q))
			}
		})
	}
	if q.DueFrom.IsZero() && q.DueBefore.IsZero() || len(parts) == 0 {
		part("", func(c *where) {
			if c.and("t.due_on IS NULL AND t.due_at IS NULL"); p != nil && p.Undated {
				c.and(after(c, q.Order, "", nil, p.ID))
			}
		})
	}
	refs, err := s.refs(ctx, strings.Join(parts, " UNION ALL "), args)
	sortByDue(q, refs)
	return refs[:min(len(refs), q.Limit+1)], err
}

// daysAfter is the condition that a task due on a day stands behind the place:
// by the start of the day, then the day (two that share a start exist where one
// was skipped), then the id.
func daysAfter(c *where, q mindflow.TaskQuery) string {
	p := q.After
	if q.Zone.Start(p.Day).UnixMicro() == p.Number {
		return after(c, q.Order, "t.due_on", p.Day.String(), p.ID)
	}
	if q.Order.Down { // the day of an instant starts before it
		return "t.due_on <= " + c.arg(p.Day.String())
	}
	return "t.due_on > " + c.arg(p.Day.String())
}

// instantsAfter is the same for a task due at an instant.
func instantsAfter(c *where, q mindflow.TaskQuery) string {
	p := q.After
	if q.Zone.Today(mindflow.UTC(p.Number)) == p.Day {
		return after(c, q.Order, "t.due_at", p.Number, p.ID)
	}
	if q.Order.Down { // a skipped day comes before the instants it starts with
		return "t.due_at < " + c.arg(p.Number)
	}
	return "t.due_at >= " + c.arg(p.Number)
}

// sortByDue puts refs in the order of their due dates, those without one last.
func sortByDue(q mindflow.TaskQuery, refs []mindflow.TaskRef) {
	slices.SortFunc(refs, func(a, b mindflow.TaskRef) int {
		x, y := q.DuePlace(a), q.DuePlace(b)
		if x.Undated != y.Undated {
			return map[bool]int{true: 1, false: -1}[x.Undated]
		}
		c := cmp.Or(cmp.Compare(x.Number, y.Number), cmp.Compare(x.Day, y.Day), bytes.Compare(x.ID[:], y.ID[:]))
		if q.Order.Down {
			return -c
		}
		return c
	})
}

// after is the condition that a row stands behind a place; column is empty
// when only the id sorts.
func after(c *where, o mindflow.Order, column string, key any, id mindflow.TaskID) string {
	op := " > "
	if o.Down {
		op = " < "
	}
	if column == "" {
		return "t.id" + op + c.arg(id.String())
	}
	return "(" + column + ", t.id)" + op + "(" + c.arg(key) + ", " + c.arg(id.String()) + ")"
}

// page is the statement for one page; column is empty when only the id sorts.
func page(q mindflow.TaskQuery, c *where, column string) string {
	direction := ""
	if q.Order.Down {
		direction = " DESC"
	}
	order := "t.id" + direction
	if column != "" {
		order = column + direction + ", " + order
	}
	tables := "tasks t"
	if q.SearchKey != "" {
		tables = taskTables
	}
	return fmt.Sprintf("SELECT t.id, t.version, t.due_at, t.due_on FROM %s WHERE %s ORDER BY %s LIMIT %s",
		tables, c, order, c.arg(q.Limit+1))
}

func (s *Store) refs(ctx context.Context, query string, args []any) ([]mindflow.TaskRef, error) {
	var refs []mindflow.TaskRef
	err := each(s.read(ctx), query, args, func(rows *sql.Rows) error {
		var r mindflow.TaskRef
		var dueAt sql.NullInt64
		var dueOn sql.NullString
		if err := rows.Scan(&r.ID, &r.Version, &dueAt, &dueOn); err != nil {
			return err
		}
		var err error
		r.Due, err = when(dueAt, dueOn)
		refs = append(refs, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return refs, nil
}

// listConditions are a query's filters, the tenant first, behind the arguments
// of what stands before them.
func (s *Store) listConditions(w mindflow.WorkspaceID, q mindflow.TaskQuery, args []any) *where {
	c := &where{args: args}
	c.and("t.workspace_id = " + c.arg(w.String()))
	c.and("t.deleted_at IS NULL")
	if len(q.Statuses) > 0 {
		c.and(statusCondition(c, q))
	}
	in(c, "t.priority", q.Priorities)
	c.inProject(q)
	c.beneath(q.Parent)
	if len(q.TagKeys) > 0 {
		var either []string
		for _, key := range q.TagKeys {
			either = append(either, s.dialect.contains("t.tag_keys", c.arg(between+key+between)))
		}
		c.and("(" + strings.Join(either, " OR ") + ")")
	}
	if q.Blocked.Set {
		not := ""
		if !q.Blocked.Value {
			not = "NOT "
		}
		c.and(not + "(" + s.dialect.blockedCondition() + ")")
	}
	if !q.DueFrom.IsZero() {
		c.and(dueCondition(c, ">=", q.DueFrom.UnixMicro(), q.Zone.FirstDayFrom(q.DueFrom)))
	}
	if !q.DueBefore.IsZero() {
		c.and(dueCondition(c, "<", q.DueBefore.UnixMicro(), q.Zone.FirstDayFrom(q.DueBefore)))
	}
	if q.SearchKey != "" {
		c.and(s.dialect.contains("x.search_key", c.arg(q.SearchKey)))
	}
	return c
}

// placeKey is a task's in the manual order, as mindflow.Task.PlaceKey makes it: of
// digits only, so that every collation agrees.
const placeKey = "coalesce(t.position, CAST(t.created_at + 10000000000000000 AS TEXT))"

// beneath adds the condition that a task is a step of another, or of none.
func (w *where) beneath(p mindflow.Beneath) {
	switch {
	case p.None:
		w.and("t.parent_id IS NULL")
	case !p.ID.IsZero():
		w.and("t.parent_id = " + w.arg(p.ID.String()))
	}
}

// inProject adds the conditions that a task is in a project or its sub-projects,
// and in none that is archived.
func (w *where) inProject(q mindflow.TaskQuery) {
	project := ""
	switch {
	case q.Project.None:
		w.and("t.project_id IS NULL")
	case !q.Project.ID.IsZero():
		project = w.arg(q.Project.ID.String())
		w.and("t.project_id IN (SELECT p.id FROM projects p WHERE p.workspace_id = $1 AND (p.id = " + project + " OR p.parent_id = " + project + "))")
	}
	switch q.Shelved {
	case mindflow.LeftOut:
		w.and("t.shelved_at IS NULL")
	case mindflow.IfNamed:
		w.and("(t.shelved_at IS NULL OR EXISTS (SELECT 1 FROM projects p WHERE p.workspace_id = $1 AND p.id = " + project + " AND p.archived_at IS NOT NULL))")
	case mindflow.Included:
	}
}

// dueCondition compares a due date's start: an instant as it is, a day with
// the first day that starts at the bound or later.
func dueCondition(c *where, op string, at int64, day mindflow.Day) string {
	return fmt.Sprintf("(t.due_at %s %s OR t.due_on %s %s)", op, c.arg(at), op, c.arg(day.String()))
}

// statusCondition compares statuses as they read at the query's moment: an
// ended snooze is pending.
func statusCondition(c *where, q mindflow.TaskQuery) string {
	var either []string
	for _, status := range q.Statuses {
		switch status { // an argument that no condition uses would be refused by PostgreSQL
		case mindflow.StatusPending:
			either = append(either, "t.status = 'pending'", "(t.status = 'snoozed' AND t.snoozed_until_at <= "+c.arg(q.At.UnixMicro())+")")
		case mindflow.StatusSnoozed:
			either = append(either, "(t.status = 'snoozed' AND t.snoozed_until_at > "+c.arg(q.At.UnixMicro())+")")
		case mindflow.StatusInProgress, mindflow.StatusCompleted, mindflow.StatusCancelled:
			either = append(either, "t.status = "+c.arg(string(status)))
		}
	}
	return "(" + strings.Join(either, " OR ") + ")"
}
