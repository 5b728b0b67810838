package store

import (
	"fmt"
	"slices"
	"strings"

	"mindflow/internal/mindflow"
)

// manyRows is how many rows one statement writes at most: SQLite takes 32,766
// arguments, and no row has more than 29.
const manyRows = 1000

const (
	insertTasks = `
INSERT INTO tasks (workspace_id, id, user_id, assignee_id, title, title_key, status, priority,
       snoozed_until_at, effort_estimate_minutes, preferred_time, tags, tag_keys,
       due_at, due_on, start_at, start_on, details, project_id, parent_id, blocked_by, position,
       version, changed_seq, created_at, updated_at, completed_at, deleted_at, draft_hash)
VALUES `
	insertTaskTexts = `INSERT INTO task_texts (workspace_id, task_id, description, search_key) VALUES `
	insertEvents    = `
INSERT INTO events (workspace_id, seq, id, at, verb, schema_version, actor_id, channel, task_id, changes,
       total_tasks, total_tags, total_bytes, grant_id, client, call_id, subject_id, undoes)
VALUES `
	unlessTaken = ` ON CONFLICT (workspace_id, id) DO NOTHING`

	// Both databases know the type of each argument by the column it is for: in
	// a list of values that stands alone one of them would take it for text.
	orUpdateTask = `
    ON CONFLICT (workspace_id, id) DO UPDATE
   SET assignee_id = excluded.assignee_id, title = excluded.title, title_key = excluded.title_key, status = excluded.status,
       priority = excluded.priority, due_at = excluded.due_at, due_on = excluded.due_on, start_at = excluded.start_at,
       start_on = excluded.start_on, snoozed_until_at = excluded.snoozed_until_at,
       effort_estimate_minutes = excluded.effort_estimate_minutes, preferred_time = excluded.preferred_time,
       tags = excluded.tags, tag_keys = excluded.tag_keys, details = excluded.details, project_id = excluded.project_id,
       parent_id = excluded.parent_id, blocked_by = excluded.blocked_by, position = excluded.position,
       version = excluded.version, changed_seq = excluded.changed_seq, updated_at = excluded.updated_at,
       completed_at = excluded.completed_at, deleted_at = excluded.deleted_at,
       shelved_at = CASE WHEN tasks.project_id IS NOT DISTINCT FROM excluded.project_id THEN tasks.shelved_at
                    ELSE (SELECT p.archived_at FROM projects p WHERE p.workspace_id = excluded.workspace_id AND p.id = excluded.project_id) END`
	orUpdateText = ` ON CONFLICT (workspace_id, task_id) DO UPDATE SET description = excluded.description, search_key = excluded.search_key`
)

// mustMany writes many rows by as few statements as can be.
func (tx *Tx) mustMany(before, after string, rows [][]any) error {
	for piece := range slices.Chunk(rows, manyRows) {
		var b strings.Builder
		b.WriteString(before)
		args := make([]any, 0, len(piece)*len(piece[0]))
		for i, row := range piece {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteByte('(')
			for j := range row {
				if j > 0 {
					b.WriteString(", ")
				}
				b.WriteString(tx.s.dialect.mark(len(args) + j + 1))
			}
			b.WriteByte(')')
			args = append(args, row...)
		}
		b.WriteString(after)
		n, err := tx.count(b.String(), args...)
		if err == nil && n != len(piece) {
			err = fmt.Errorf("changed %d rows, not %d: %.60s", n, len(piece), before)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CreateTasks adds tasks to the transaction's home as CreateTask does, each with
// its event, by three statements. Their ids are new.
func (tx *Tx) CreateTasks(tasks []mindflow.Task, by mindflow.Actor, verb mindflow.Verb) error {
	rows, texts, events := make([][]any, len(tasks)), make([][]any, len(tasks)), make([]mindflow.Event, len(tasks))
	end := tx.log(tx.home)
	for i := range tasks {
		t := &tasks[i]
		rows[i], texts[i] = newTaskColumns(*t, end.seq+int64(i)+1, "", &tx.ids), taskTextColumns(*t, &tx.ids)
		events[i] = mindflow.Event{Verb: verb, WorkspaceID: t.WorkspaceID, TaskID: t.ID, Changes: mindflow.TaskChanges(mindflow.Task{}, *t)}
		tx.note(&mindflow.Task{}, t)
	}
	if err := tx.mustMany(insertTasks, unlessTaken, rows); err != nil {
		return fmt.Errorf("create tasks: %w", err)
	}
	if err := tx.mustMany(insertTaskTexts, "", texts); err != nil {
		return fmt.Errorf("create task texts: %w", err)
	}
	if err := tx.shelveNew(tasks...); err != nil {
		return err
	}
	return tx.recordMany(events, by, func(i int) mindflow.Usage { return mindflow.UsageOf(tasks[i]) })
}

// Saving is a task to be kept as it is after a change, and what has happened.
type Saving struct {
	Before, After mindflow.Task
	Verb          mindflow.Verb
}

// SaveTasks keeps changed tasks of the transaction's home as SaveTask does, each
// with its event, by at most three statements, and answers them. A task may be
// among them once.
func (tx *Tx) SaveTasks(list []Saving, by mindflow.Actor) ([]mindflow.Task, error) {
	kept := make([]mindflow.Task, len(list))
	var rows, texts [][]any
	var events []mindflow.Event
	var grows []mindflow.Usage
	end := tx.log(tx.home)
	for i, s := range list {
		kept[i] = s.Before
		if s.Before.Same(s.After) {
			continue
		}
		t := s.After.Saved(tx.now)
		kept[i] = t
		rows = append(rows, newTaskColumns(t, end.seq+int64(len(rows))+1, "", &tx.ids))
		if t.Title != s.Before.Title || t.Description != s.Before.Description || !slices.Equal(t.Tags, s.Before.Tags) {
			texts = append(texts, taskTextColumns(t, &tx.ids))
		}
		events = append(events, mindflow.Event{Verb: s.Verb, WorkspaceID: t.WorkspaceID, TaskID: t.ID, Changes: mindflow.TaskChanges(s.Before, t)})
		grows = append(grows, mindflow.UsageOf(t).Minus(mindflow.UsageOf(s.Before)))
		tx.note(&s.Before, &t)
	}
	if err := tx.mustMany(insertTasks, orUpdateTask, rows); err != nil {
		return nil, fmt.Errorf("save tasks: %w", err)
	}
	if err := tx.mustMany(insertTaskTexts, orUpdateText, texts); err != nil {
		return nil, fmt.Errorf("save task texts: %w", err)
	}
	return kept, tx.recordMany(events, by, func(i int) mindflow.Usage { return grows[i] })
}

// recordMany appends events as Record does, in one call, each with what its
// change adds to what the workspace holds.
func (tx *Tx) recordMany(events []mindflow.Event, by mindflow.Actor, adds func(i int) mindflow.Usage) error {
	if len(events) == 0 {
		return nil
	}
	tx.InOneCall()
	rows := make([][]any, len(events))
	for i := range events {
		end := tx.log(events[i].WorkspaceID)
		end.usage = end.usage.Plus(adds(i))
		e := tx.following(events[i], by)
		columns, err := eventColumns(e, end.usage, &tx.ids)
		if err != nil {
			return err
		}
		rows[i] = tx.appendWhole(columns, e, by)
	}
	if err := tx.mustMany(insertEvents, "", rows); err != nil {
		return fmt.Errorf("record events: %w", err)
	}
	return nil
}
