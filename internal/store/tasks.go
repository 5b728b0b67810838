package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

// taskColumns are a task's, in the order taskRow scans them.
const taskColumns = `t.workspace_id, t.id, t.user_id, t.assignee_id, t.title, t.status, t.priority,
       t.due_at, t.due_on, t.start_at, t.start_on, t.snoozed_until_at, t.effort_estimate_minutes,
       t.preferred_time, t.tags, t.details, t.steps_total, t.steps_done,
       t.version, t.created_at, t.updated_at, t.completed_at, t.deleted_at,
       x.description`

const taskTables = `tasks t JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id`

type taskRow struct {
	task                               mindflow.Task
	assignee                           nullID[mindflow.User]
	dueAt, startAt, snoozed            sql.NullInt64
	effort, stepsTotal, stepsDone      sql.NullInt64
	created, updated                   int64
	completed, deleted                 sql.NullInt64
	dueOn, startOn, preferred, tagJSON sql.NullString
	details                            sql.NullString
}

// nullID scans an id column that may be NULL.
type nullID[T any] struct{ id mindflow.ID[T] }

// Scan implements sql.Scanner.
func (n *nullID[T]) Scan(src any) error {
	if src == nil {
		n.id = mindflow.ID[T]{}
		return nil
	}
	return n.id.Scan(src)
}

func (r *taskRow) dest() []any {
	t := &r.task
	return []any{
		&t.WorkspaceID, &t.ID, &t.UserID, &r.assignee, &t.Title, &t.Status, &t.Priority,
		&r.dueAt, &r.dueOn, &r.startAt, &r.startOn, &r.snoozed, &r.effort,
		&r.preferred, &r.tagJSON, &r.details, &r.stepsTotal, &r.stepsDone,
		&t.Version, &r.created, &r.updated, &r.completed, &r.deleted,
		&t.Description,
	}
}

// read is the task of a scanned row, as it is kept.
func (r *taskRow) read() (mindflow.Task, error) {
	t := r.task
	var err error
	t.AssigneeID = r.assignee.id
	if t.Due, err = when(r.dueAt, r.dueOn); err != nil {
		return t, err
	}
	if t.Start, err = when(r.startAt, r.startOn); err != nil {
		return t, err
	}
	t.SnoozedUntil, t.CompletedAt, t.DeletedAt = instant(r.snoozed), instant(r.completed), instant(r.deleted)
	t.CreatedAt, t.UpdatedAt = mindflow.UTC(r.created), mindflow.UTC(r.updated)
	t.EffortMinutes = int(r.effort.Int64)
	t.PreferredTime = mindflow.PreferredTime(r.preferred.String)
	readProgress(r.stepsTotal, r.stepsDone, &t)
	if err = readTags(r.tagJSON, &t); err == nil {
		err = readDetails(r.details, &t)
	}
	return t, err
}

func readTags(column sql.NullString, t *mindflow.Task) error {
	if !column.Valid {
		return nil
	}
	if err := json.Unmarshal([]byte(column.String), &t.Tags); err != nil {
		return fmt.Errorf("read tags: %w", err)
	}
	return nil
}

func when(at sql.NullInt64, on sql.NullString) (mindflow.When, error) {
	switch {
	case at.Valid:
		return mindflow.AtInstant(mindflow.UTC(at.Int64)), nil
	case on.Valid:
		day, err := mindflow.ParseDay(on.String)
		return mindflow.OnDay(day), err
	}
	return mindflow.When{}, nil
}

const taskByID = `SELECT ` + taskColumns + ` FROM ` + taskTables + ` WHERE t.workspace_id = $1 AND t.id = $2`

// Task reads one task as it stands at now; a deleted one does not exist.
func (s *Store) Task(ctx context.Context, w mindflow.WorkspaceID, id mindflow.TaskID, now time.Time) (mindflow.Task, error) {
	t, err := readTask(s.read(ctx), &idTexts{}, w, id, now)
	if err == nil && !t.DeletedAt.IsZero() {
		return mindflow.Task{}, mindflow.NotFound("task")
	}
	return t, err
}

// Task reads a task of the transaction's home; a deleted one does not exist.
func (tx *Tx) Task(id mindflow.TaskID) (mindflow.Task, error) {
	t, err := readTask(tx, &tx.ids, tx.home, id, tx.now)
	if err == nil && !t.DeletedAt.IsZero() {
		return mindflow.Task{}, mindflow.NotFound("task")
	}
	return t, err
}

const taskVersion = `SELECT version FROM tasks WHERE workspace_id = $1 AND id = $2`

// Unmoved answers a task of the transaction's home as Task does, given what was
// known of it before: while its version is still that one, all of it is. Where
// each statement is a journey, it reads the task in one.
func (tx *Tx) Unmoved(known mindflow.Task) (mindflow.Task, error) {
	if tx.s.dialect.remote() || !known.DeletedAt.IsZero() {
		return tx.Task(known.ID)
	}
	var version mindflow.Version
	if err := one(tx, taskVersion, []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, known.ID)}, &version); err != nil {
		return mindflow.Task{}, absent(err, "task")
	}
	if version != known.Version {
		return tx.Task(known.ID)
	}
	return known.At(tx.now), nil
}

// DeletedTask reads a task of the transaction's home, deleted or not.
func (tx *Tx) DeletedTask(id mindflow.TaskID) (mindflow.Task, error) {
	return readTask(tx, &tx.ids, tx.home, id, tx.now)
}

func readTask(q querier, ids *idTexts, w mindflow.WorkspaceID, id mindflow.TaskID, now time.Time) (mindflow.Task, error) {
	var r taskRow
	if err := one(q, taskByID, []any{textOf(ids, w), textOf(ids, id)}, r.dest()...); err != nil {
		return mindflow.Task{}, absent(err, "task")
	}
	t, err := r.read()
	return t.At(now), err
}

// Tasks reads those of the named tasks that exist, deleted ones too, in no
// order, as they are kept: an ended snooze still reads as a snooze.
func (s *Store) Tasks(ctx context.Context, w mindflow.WorkspaceID, ids []mindflow.TaskID) ([]mindflow.Task, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var c where
	c.and("t.workspace_id = " + c.arg(w.String()))
	in(&c, "t.id", roundUp(ids))
	return readTasks(s.read(ctx), "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+c.String(), c.args)
}

const tasksAfter = `
SELECT ` + taskColumns + ` FROM ` + taskTables + `
 WHERE t.workspace_id = $1 AND t.id > $2 AND t.deleted_at IS NULL
 ORDER BY t.id
 LIMIT $3`

// TasksAfter reads the next tasks of a workspace in the order of their ids,
// from the beginning after the zero id; without deleted ones, and as they are kept.
func (s *Store) TasksAfter(ctx context.Context, w mindflow.WorkspaceID, id mindflow.TaskID, limit int) ([]mindflow.Task, error) {
	return readTasks(s.read(ctx), tasksAfter, []any{w.String(), id.String(), limit})
}

func readTasks(q querier, query string, args []any) ([]mindflow.Task, error) {
	var tasks []mindflow.Task
	var r taskRow
	dest := r.dest()
	err := each(q, query, args, func(rows *sql.Rows) error {
		r.task.Tags = nil
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		t, err := r.read()
		tasks = append(tasks, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	return tasks, nil
}

const insertTask = insertTasks + `
       ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
       $25, $26, $27, $28, $29)` + unlessTaken

const insertTaskText = `INSERT INTO task_texts (workspace_id, task_id, description, search_key) VALUES ($1, $2, $3, $4)`

// CreateTask adds a task to the transaction's home, as version 1, with its
// event. It answers false, and changes nothing, when the id is taken. The
// draft's hash tells a repeat from another task with the same id.
func (tx *Tx) CreateTask(t mindflow.Task, draftHash string, by mindflow.Actor, verb mindflow.Verb) (bool, error) {
	result, err := tx.exec(insertTask, newTaskColumns(t, tx.next(t.WorkspaceID), draftHash, &tx.ids)...)
	if err != nil {
		return false, fmt.Errorf("create task: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if err := tx.must(insertTaskText, taskTextColumns(t, &tx.ids)...); err != nil {
		return false, fmt.Errorf("create task text: %w", err)
	}
	if err := tx.shelveNew(t); err != nil {
		return false, err
	}
	tx.note(&mindflow.Task{}, &t)
	end := tx.log(t.WorkspaceID)
	end.usage = end.usage.Plus(mindflow.UsageOf(t))
	return true, tx.Record(mindflow.Event{
		Verb: verb, WorkspaceID: t.WorkspaceID, TaskID: t.ID, Changes: mindflow.TaskChanges(mindflow.Task{}, t),
	}, by)
}

// newTaskColumns are a new task's, in the order insertTask names them.
func newTaskColumns(t mindflow.Task, seq int64, draftHash string, ids *idTexts) []any {
	return append([]any{textOf(ids, t.WorkspaceID), textOf(ids, t.ID), textOf(ids, t.UserID)},
		append(taskFacts(t, ids), t.Version, seq, t.CreatedAt.UnixMicro(), t.UpdatedAt.UnixMicro(),
			micros(t.CompletedAt), micros(t.DeletedAt), nullable(draftHash))...)
}

func taskTextColumns(t mindflow.Task, ids *idTexts) []any {
	return []any{textOf(ids, t.WorkspaceID), textOf(ids, t.ID), t.Description, searchKey(t)}
}

// taskFacts are the columns a person can change, from assignee_id to position.
func taskFacts(t mindflow.Task, ids *idTexts) []any {
	return append(ownColumns(t, ids), placeColumns(t, ids)...)
}

// ownColumns are assignee_id to tag_keys.
func ownColumns(t mindflow.Task, ids *idTexts) []any {
	tags, keys := tagColumns(t.Tags)
	return []any{
		orNull(ids, t.AssigneeID), t.Title, mindflow.Fold(t.Title), string(t.Status), t.Priority,
		micros(t.SnoozedUntil), nullable(t.EffortMinutes), nullable(string(t.PreferredTime)), tags, keys,
	}
}

// placeColumns are due_at to position: where a task stands among others, in time and order.
func placeColumns(t mindflow.Task, ids *idTexts) []any {
	dueAt, dueOn := dateColumns(t.Due)
	startAt, startOn := dateColumns(t.Start)
	return append([]any{dueAt, dueOn, startAt, startOn}, detailColumns(t.Details, ids)...)
}

func dateColumns(w mindflow.When) (at, on any) {
	if day, ok := w.Day(); ok {
		return nil, day.String()
	}
	if t, ok := w.Instant(); ok {
		return t.UnixMicro(), nil
	}
	return nil, nil
}

// between sets pieces of folded text apart, so that no search spans two of them.
const between = "\x1f"

func tagColumns(tags []string) (names, keys any) {
	if len(tags) == 0 {
		return nil, nil
	}
	encoded, _ := json.Marshal(tags) // strings always encode
	return string(encoded), between + mindflow.Fold(strings.Join(tags, between)) + between
}

// searchKey is what a search looks in: title, description and tags, folded.
func searchKey(t mindflow.Task) string {
	return mindflow.Fold(t.Title + between + t.Description + between + strings.Join(t.Tags, between))
}

// An index of a column that is named is written anew, whether or not the column's
// value differs: most changes leave a task where it stands, and name none.
const (
	updateOwn = `
UPDATE tasks
   SET version = $3, changed_seq = $4, updated_at = $5, completed_at = $6, assignee_id = $7, title = $8, title_key = $9,
       status = $10, priority = $11, snoozed_until_at = $12, effort_estimate_minutes = $13, preferred_time = $14,
       tags = $15, tag_keys = $16`
	updateTask = updateOwn + ofTask

	// Who leaves an archived project is with what is to be done again. Into one goes only what lies
	// in the trash, by undoing: it is put away there, and stays so when it comes back.
	updateTaskPlace = updateOwn + `,
       deleted_at = $17, due_at = $18, due_on = $19, start_at = $20, start_on = $21,
       details = $22, project_id = $23, parent_id = $24, blocked_by = $25, position = $26,
       shelved_at = CASE WHEN project_id IS NOT DISTINCT FROM $23 THEN shelved_at
                    ELSE (SELECT p.archived_at FROM projects p WHERE p.workspace_id = $1 AND p.id = $23) END` + ofTask
	ofTask = `
 WHERE workspace_id = $1 AND id = $2`
)

const updateTaskText = `UPDATE task_texts SET description = $3, search_key = $4 WHERE workspace_id = $1 AND task_id = $2`

// SaveTask keeps a changed task as its next version, with the event that says
// what happened, and answers it. A task that did not change is not saved.
func (tx *Tx) SaveTask(before, after mindflow.Task, by mindflow.Actor, verb mindflow.Verb) (mindflow.Task, error) {
	if before.Same(after) {
		return before, nil
	}
	after = after.Saved(tx.now)
	args := append([]any{
		textOf(&tx.ids, after.WorkspaceID), textOf(&tx.ids, after.ID),
		after.Version, tx.next(after.WorkspaceID), after.UpdatedAt.UnixMicro(), micros(after.CompletedAt),
	}, ownColumns(after, &tx.ids)...)
	query := updateTask
	if !after.InPlaceOf(before) {
		query, args = updateTaskPlace, append(append(args, micros(after.DeletedAt)), placeColumns(after, &tx.ids)...)
	}
	err := tx.must(query, args...)
	if err != nil {
		return after, fmt.Errorf("save task: %w", err)
	}
	if after.Title != before.Title || after.Description != before.Description || !slices.Equal(after.Tags, before.Tags) {
		if err := tx.must(updateTaskText, taskTextColumns(after, &tx.ids)...); err != nil {
			return after, fmt.Errorf("save task text: %w", err)
		}
	}
	tx.note(&before, &after)
	end := tx.log(after.WorkspaceID)
	end.usage = end.usage.Plus(mindflow.UsageOf(after)).Minus(mindflow.UsageOf(before))
	return after, tx.Record(mindflow.Event{
		Verb: verb, WorkspaceID: after.WorkspaceID, TaskID: after.ID, Changes: mindflow.TaskChanges(before, after),
	}, by)
}

// DraftHash is the hash a task of the transaction's home was created with,
// empty when its id was made here.
func (tx *Tx) DraftHash(id mindflow.TaskID) (string, error) {
	var hash sql.NullString
	err := one(tx, `SELECT draft_hash FROM tasks WHERE workspace_id = $1 AND id = $2`, []any{textOf(&tx.ids, tx.home), textOf(&tx.ids, id)}, &hash)
	return hash.String, absent(err, "task")
}
