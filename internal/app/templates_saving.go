package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// source is the field that names what it is made of.
func (n NewTemplate) source() string {
	switch {
	case !n.FromTask.IsZero():
		return "from_task"
	case !n.FromProject.IsZero():
		return "from_project"
	}
	return "content"
}

func contentFromTask(tx *store.Tx, n NewTemplate, z mindflow.Zone) (mindflow.TemplateContent, error) {
	task, err := tx.Task(n.FromTask)
	if err != nil {
		return mindflow.TemplateContent{}, unless(err, mindflow.InvalidField("from_task", "must be a task that is there"))
	}
	steps, err := stepsBeneath(tx, task)
	if err != nil {
		return mindflow.TemplateContent{}, err
	}
	all := []mindflow.Task{task}
	for _, s := range steps {
		all = append(all, s.Task)
	}
	tops, err := n.tree(all, task.ID, z)
	if err != nil {
		return mindflow.TemplateContent{}, err
	}
	return mindflow.TemplateContent{Task: &tops[0]}, nil
}

// contentFromProject takes the project's own tasks; sub-projects are projects of
// their own.
func contentFromProject(tx *store.Tx, n NewTemplate, z mindflow.Zone) (mindflow.TemplateContent, error) {
	project, err := tx.Project(n.FromProject)
	if err != nil || !project.DeletedAt.IsZero() {
		return mindflow.TemplateContent{}, unless(cmp.Or(err, mindflow.NotFound("project")), mindflow.InvalidField("from_project", "must be a project that is there"))
	}
	tasks, err := tx.TasksIn([]mindflow.ProjectID{project.ID}, time.Time{})
	if err != nil {
		return mindflow.TemplateContent{}, err
	}
	slices.SortStableFunc(tasks, func(x, y mindflow.Task) int { return strings.Compare(x.PlaceKey(), y.PlaceKey()) })
	tops, err := n.tree(tasks, mindflow.TaskID{}, z)
	if err != nil {
		return mindflow.TemplateContent{}, err
	}
	if tops == nil {
		tops = []mindflow.TemplateTask{}
	}
	return mindflow.TemplateContent{Project: &mindflow.TemplateProject{Name: project.Name, Tasks: tops}}, nil
}

// tree are the tasks with their steps as a template has them: without what was
// deleted or given up, without the past of what repeats, and without what is beneath
// those; and with what waits for what among them. With a top named, that one alone
// stands at the top.
func (n NewTemplate) tree(tasks []mindflow.Task, top mindflow.TaskID, z mindflow.Zone) ([]mindflow.TemplateTask, error) {
	tasks = slices.DeleteFunc(tasks, func(t mindflow.Task) bool {
		return t.ID != top && (!t.DeletedAt.IsZero() || t.Status == mindflow.StatusCancelled)
	})
	tasks = withoutPast(tasks, top)
	g := growing{zone: z, beneath: map[mindflow.TaskID][]mindflow.Task{}, place: map[mindflow.TaskID]int{}}
	var tops []mindflow.Task
	for _, t := range tasks {
		switch {
		case t.ID == top || top.IsZero() && t.Details.ParentID.IsZero():
			tops = append(tops, t)
		default:
			g.beneath[t.Details.ParentID] = append(g.beneath[t.Details.ParentID], t)
		}
	}
	g.from, _ = mindflow.FirstDate(g.reached(tops), z)
	if n.Day != "" {
		g.from, _ = mindflow.ParseDay(n.Day) // checked
	}
	made := g.all(tops)
	if len(g.place) > mindflow.MaxTemplateTasks {
		return nil, mindflow.InvalidField(n.source(), fmt.Sprintf("has more than %d tasks and steps", mindflow.MaxTemplateTasks))
	}
	g.wait(made, tasks)
	return made, nil
}

// withoutPast are the tasks without what was done of a series before its latest
// occurrence: a series is one task of a template.
func withoutPast(tasks []mindflow.Task, top mindflow.TaskID) []mindflow.Task {
	latest := map[mindflow.TaskID]mindflow.Task{} // by series
	for _, t := range tasks {
		before, known := latest[t.Details.Recurrence.Series]
		if !known || isLater(before, t) {
			latest[t.Details.Recurrence.Series] = t
		}
	}
	return slices.DeleteFunc(tasks, func(t mindflow.Task) bool {
		r := t.Details.Recurrence
		return t.ID != top && !r.IsZero() && !t.Status.Open() && latest[r.Series].ID != t.ID
	})
}

// isLater reports whether, of two occurrences of a series, the second comes later:
// one that is open comes after those that are done.
func isLater(first, second mindflow.Task) bool {
	if first.Status.Open() != second.Status.Open() {
		return second.Status.Open()
	}
	return second.Details.Recurrence.Slot > first.Details.Recurrence.Slot
}

// growing is a template's tree on its way.
type growing struct {
	from    mindflow.Day
	zone    mindflow.Zone
	beneath map[mindflow.TaskID][]mindflow.Task
	place   map[mindflow.TaskID]int // as they are counted
}

// reached are some tasks with all that is beneath them.
func (g *growing) reached(tasks []mindflow.Task) []mindflow.Task {
	all := slices.Clone(tasks)
	for i := 0; i < len(all); i++ {
		all = append(all, g.beneath[all[i].ID]...)
	}
	return all
}

func (g *growing) all(tasks []mindflow.Task) []mindflow.TemplateTask {
	var made []mindflow.TemplateTask
	for _, t := range tasks {
		g.place[t.ID] = len(g.place)
		one := mindflow.TemplateOf(t, g.from, g.zone)
		one.Steps = g.all(g.beneath[t.ID])
		made = append(made, one)
	}
	return made
}

// wait says of each task which others of the template it waits for.
func (g *growing) wait(made []mindflow.TemplateTask, tasks []mindflow.Task) {
	placed := mindflow.TemplateContent{Project: &mindflow.TemplateProject{Tasks: made}}.Tasks()
	for _, t := range tasks {
		self, among := g.place[t.ID]
		for _, id := range t.Details.BlockedBy {
			if n, there := g.place[id]; among && there {
				placed[self].BlockedBy = append(placed[self].BlockedBy, n)
			}
		}
	}
}
