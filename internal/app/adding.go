package app

import (
	"context"
	"fmt"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Bounds of what is added at once: one transaction writes it.
const (
	MaxAdded      = 50  // tasks
	MaxAddedSteps = 100 // of all of them
)

// NewTask is a task to be added, and the titles of its steps. Encoded without
// steps it is the draft.
type NewTask struct {
	mindflow.Draft

	Steps []string `json:",omitempty"`
}

// AddTasks adds tasks, all or none: those of the drafts, then those that the
// lines say, and answers them in this order. An error names every bad field of
// each: "tasks[2].due_date".
func (a *App) AddTasks(ctx context.Context, actor mindflow.Actor, drafts []NewTask, lines []string) ([]mindflow.Task, error) {
	if n := len(drafts) + len(lines); n == 0 || n > MaxAdded {
		return nil, mindflow.InvalidField("tasks", fmt.Sprintf("must be from 1 to %d", MaxAdded))
	}
	tasks, projects, bad, err := a.newTasks(ctx, actor, drafts, lines)
	if err != nil {
		return nil, err
	}
	steps, wrong := stepsToAdd(drafts, tasks)
	bad = append(bad, wrong...)
	if len(bad) > 0 && actor.Key == nil {
		return nil, mindflow.Invalid(bad...)
	}
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) ([]mindflow.Task, error) {
		if len(bad) > 0 { // only now: a repeat is answered as before, though a moment has passed since
			return nil, mindflow.Invalid(bad...)
		}
		made := make([]mindflow.Task, len(tasks))
		for i, task := range tasks {
			var err error
			if made[i], err = intoProject(tx, actor, task, projects[i]); err != nil {
				return nil, err
			}
			if made[i], err = settle(tx, actor, mindflow.Task{}, made[i]); err != nil {
				return nil, err
			}
			if _, err := tx.CreateTask(made[i], "", actor, mindflow.TaskCreated); err != nil {
				return nil, err
			}
		}
		for i := range steps {
			steps[i].task.Details.ProjectID = made[steps[i].of].Details.ProjectID
		}
		return made, addSteps(tx, actor, made, steps)
	})
}

// stepToAdd is a step of one of the tasks that are added with it.
type stepToAdd struct {
	task mindflow.Task
	of   int
}

// stepsToAdd are the steps of all the tasks, and every bad title.
func stepsToAdd(drafts []NewTask, tasks []mindflow.Task) (steps []stepToAdd, bad []mindflow.FieldError) {
	for i, d := range drafts {
		for j, title := range d.Steps {
			parent := tasks[i]
			at := parent.CreatedAt.Add(time.Duration(len(steps)) * time.Microsecond)
			step, err := mindflow.Draft{Title: mindflow.Some(title)}.Apply(mindflow.Task{
				ID: mindflow.NewID[mindflow.Task](at), WorkspaceID: parent.WorkspaceID, UserID: parent.UserID,
				Status: mindflow.StatusPending, Priority: mindflow.DefaultPriority,
				Version: 1, CreatedAt: at, UpdatedAt: at, Details: mindflow.Details{ParentID: parent.ID},
			}, mindflow.Zone{}, at)
			for _, f := range mindflow.FieldsOf(err) {
				bad = append(bad, mindflow.FieldError{Field: fmt.Sprintf("tasks[%d].steps[%d]", i, j), Message: f.Message})
			}
			steps = append(steps, stepToAdd{step, i})
		}
	}
	if len(steps) > MaxAddedSteps {
		return nil, append(bad, mindflow.FieldError{Field: "tasks", Message: fmt.Sprintf("must not have more than %d steps together", MaxAddedSteps)})
	}
	return steps, bad
}

// addSteps adds the steps of tasks that were made just now.
func addSteps(tx *store.Tx, actor mindflow.Actor, made []mindflow.Task, steps []stepToAdd) error {
	tasks := make([]mindflow.Task, len(steps))
	for i, s := range steps {
		tasks[i] = s.task
	}
	if err := tx.CreateTasks(tasks, actor, mindflow.TaskCreated); err != nil {
		return err
	}
	return tx.CountSteps(made)
}

// newTasks are the tasks that drafts and lines make, with the names of their
// projects, and every bad field.
func (a *App) newTasks(ctx context.Context, actor mindflow.Actor, drafts []NewTask, lines []string) (
	tasks []mindflow.Task, projects []string, bad []mindflow.FieldError, err error,
) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return nil, nil, nil, err
	}
	for i := range len(drafts) + len(lines) {
		draft, project := mindflow.Draft{}, ""
		if i < len(drafts) {
			draft = drafts[i].Draft
			project = draft.Project.Value
		} else {
			line := Line{Text: lines[i-len(drafts)]}
			said, err := line.read(p, a.now())
			if err != nil {
				bad = named(bad, i, err)
				continue
			}
			draft, project = line.draft(said)
		}
		task, _, err := a.newTask(ctx, actor, mindflow.TaskID{}, draft)
		if err != nil && mindflow.FieldsOf(err) == nil {
			return nil, nil, nil, err
		}
		bad = named(bad, i, err)
		// Each a microsecond after the one before: among equals they keep their order.
		at := task.CreatedAt.Add(time.Duration(i) * time.Microsecond)
		task.ID, task.CreatedAt, task.UpdatedAt = mindflow.NewID[mindflow.Task](at), at, at
		tasks, projects = append(tasks, task), append(projects, project)
	}
	return tasks, projects, bad, nil
}

// named adds the bad fields of one of the tasks.
func named(bad []mindflow.FieldError, i int, err error) []mindflow.FieldError {
	for _, f := range mindflow.FieldsOf(err) {
		bad = append(bad, mindflow.FieldError{Field: fmt.Sprintf("tasks[%d].%s", i, f.Field), Message: f.Message})
	}
	return bad
}
