package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// Use says how a template is used.
type Use struct {
	Date      string             // the day its dates are counted from; empty: today
	Name      string             // of the task or the project; empty: as the template says
	ProjectID mindflow.ProjectID // the project the task is put into, or that of a sub-project; zero: none
}

// Check reports what is illegal about it.
func (u Use) Check() []mindflow.FieldError {
	if u.Date != "" {
		if _, err := mindflow.ParseDay(u.Date); err != nil {
			return []mindflow.FieldError{{Field: "date", Message: err.Error()}}
		}
	}
	return nil
}

// Made is what a use of a template has made: the project, or the task.
type Made struct {
	Project *mindflow.Project `json:",omitempty"`
	Task    *mindflow.Task    `json:",omitempty"`
	Tasks   int               // how many in all, steps among them
}

// UseTemplate makes all that a template says, in one transaction, as one change.
func (a *App) UseTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, u Use) (Made, error) {
	if bad := u.Check(); len(bad) > 0 {
		return Made{}, mindflow.Invalid(bad...)
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return Made{}, err
	}
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (Made, error) {
		t, err := presentTemplate(tx, id)
		if err != nil {
			return Made{}, err
		}
		tx.InOneCall()
		day := p.Zone.Today(tx.Now())
		if u.Date != "" {
			day, _ = mindflow.ParseDay(u.Date) // checked
		}
		m := making{content: t.Content, actor: actor, zone: p.Zone, day: day, now: tx.Now()}
		return m.make(tx, u)
	})
}

// making is a use of a template under way.
type making struct {
	content mindflow.TemplateContent
	actor   mindflow.Actor
	zone    mindflow.Zone
	day     mindflow.Day
	now     time.Time
}

func (m making) make(tx *store.Tx, u Use) (Made, error) {
	tasks, bad := m.tasks()
	if len(bad) > 0 {
		return Made{}, mindflow.Invalid(bad...)
	}
	made := Made{Tasks: len(tasks)}
	project, err := m.project(tx, u, &made)
	if err == nil && u.Name != "" && m.content.Task != nil {
		tasks[0], err = mindflow.Draft{Title: mindflow.Some(u.Name)}.Apply(tasks[0], m.zone, m.now)
		err = mindflow.Renamed(err, map[string]string{"title": "name"})
	}
	if err != nil {
		return Made{}, err
	}
	for i := range tasks {
		tasks[i].Details.ProjectID = project
	}
	if len(tasks) > 0 && m.content.Task != nil {
		if err := checkProject(tx, mindflow.Task{}, tasks[0]); err != nil {
			return Made{}, err
		}
	}
	if err := tx.CreateTasks(tasks, m.actor, mindflow.TaskCreated); err != nil {
		return Made{}, err
	}
	if err := tx.CountSteps(tasks); err != nil {
		return Made{}, err
	}
	if m.content.Task != nil {
		made.Task = &tasks[0]
	}
	return made, nil
}

// project is the one everything is put into: a new one, if that is what the
// template makes.
func (m making) project(tx *store.Tx, u Use, made *Made) (mindflow.ProjectID, error) {
	if m.content.Project == nil {
		return u.ProjectID, nil
	}
	name, why := mindflow.ParseProjectName(cmp.Or(u.Name, m.content.Project.Name))
	if why != "" {
		return u.ProjectID, mindflow.InvalidField("name", why)
	}
	p := mindflow.Project{
		ID: mindflow.NewID[mindflow.Project](m.now), WorkspaceID: m.actor.WorkspaceID, ParentID: u.ProjectID, Name: name,
		Version: 1, CreatedAt: m.now, UpdatedAt: m.now,
	}
	made.Project = &p
	return p.ID, mindflow.Renamed(makeProject(tx, m.actor, p, ""), map[string]string{"parent_id": "project_id"})
}

// tasks are those the template makes, complete before they are stored, or every
// field of the content that is illegal on that day.
func (m making) tasks() ([]mindflow.Task, []mindflow.FieldError) {
	placed := m.content.Tasks()
	tasks := make([]mindflow.Task, len(placed))
	var bad []mindflow.FieldError
	for i, t := range placed {
		at := m.now.Add(time.Duration(i) * time.Microsecond) // they keep their order
		task, err := t.Draft(m.day).Apply(mindflow.Task{
			ID: mindflow.NewID[mindflow.Task](at), WorkspaceID: m.actor.WorkspaceID, UserID: m.actor.UserID,
			Status: mindflow.StatusPending, Priority: mindflow.DefaultPriority, Version: 1, CreatedAt: at, UpdatedAt: at,
		}, m.zone, m.now)
		if err == nil {
			task, err = settleRecurrence(mindflow.Task{}, task)
		}
		for _, f := range mindflow.FieldsOf(err) {
			bad = append(bad, mindflow.FieldError{Field: "content." + t.Path + "." + f.Field, Message: f.Message})
		}
		if t.Parent >= 0 {
			task.Details.ParentID = tasks[t.Parent].ID
		}
		tasks[i] = task
	}
	for i, t := range placed {
		for _, n := range t.BlockedBy {
			if waits := &tasks[i].Details.BlockedBy; !slices.Contains(*waits, tasks[n].ID) {
				*waits = append(*waits, tasks[n].ID)
			}
		}
	}
	return tasks, bad
}

// checkContent reports everything that is illegal about a content: what no use of
// it could make.
func checkContent(c mindflow.TemplateContent) []mindflow.FieldError {
	if bad := c.Check(); len(bad) > 0 {
		return bad
	}
	day, _ := mindflow.ParseDay("2028-05-10") // any will do
	tasks, bad := making{content: c, day: day}.tasks()
	if len(bad) == 0 {
		bad = checkNoCircle(c, tasks)
	}
	return bad
}

// checkNoCircle refuses a content whose tasks, as they would be made, wait for one
// another.
func checkNoCircle(c mindflow.TemplateContent, tasks []mindflow.Task) []mindflow.FieldError {
	ids := make([]mindflow.TaskID, len(tasks))
	place := make(map[mindflow.TaskID]int, len(tasks))
	for i, t := range tasks {
		ids[i], place[t.ID] = t.ID, i
	}
	circle := depend.CircleAmong(ids, func(id mindflow.TaskID) []mindflow.TaskID { return tasks[place[id]].Details.BlockedBy })
	if len(circle) == 0 {
		return nil
	}
	message := leadsInCircle(circle, func(id mindflow.TaskID) mindflow.TaskName {
		return mindflow.TaskName{ID: id, Title: tasks[place[id]].Title}
	})
	return []mindflow.FieldError{{Field: "content." + c.Tasks()[place[circle[0]]].Path + ".blocked_by", Message: message}}
}
