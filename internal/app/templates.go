package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// NewTemplate asks for a template: of a content, or of a task or a project that
// is there.
type NewTemplate struct {
	ID          mindflow.TemplateID // zero: a new one
	Name        string              // empty: that of what it is made of
	Content     *mindflow.TemplateContent
	FromTask    mindflow.TaskID
	FromProject mindflow.ProjectID
	// Day is the one the dates of what is there are counted from; empty: the
	// earliest of them.
	Day string
}

// Check reports everything that is illegal about it, whatever is there.
func (n NewTemplate) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	refuse := func(field, message string) { bad = append(bad, mindflow.FieldError{Field: field, Message: message}) }
	sources := 0
	for _, given := range []bool{n.Content != nil, !n.FromTask.IsZero(), !n.FromProject.IsZero()} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		refuse("content", "is required, or instead of it either from_task or from_project")
	}
	if _, why := mindflow.ParseTemplateName(n.Name); why != "" && (n.Name != "" || n.Content != nil) {
		refuse("name", why)
	}
	if n.Day != "" {
		if _, err := mindflow.ParseDay(n.Day); err != nil {
			refuse("day", err.Error())
		} else if n.Content != nil {
			refuse("day", "goes with from_task and from_project only")
		}
	}
	if n.Content != nil {
		bad = append(bad, checkContent(*n.Content)...)
	}
	return bad
}

// checkContent reports everything that is illegal about a content: what no use of
// it could make.
func checkContent(c mindflow.TemplateContent) []mindflow.FieldError {
	if bad := c.Check(); len(bad) > 0 {
		return bad
	}
	day, _ := mindflow.ParseDay("2028-05-10") // any will do
	m := making{content: c, day: day}
	_, bad := m.tasks()
	if len(bad) == 0 {
		bad = m.circle()
	}
	return bad
}

// CreateTemplate adds a template. A client may bring its id: the same id with the
// same content is the same template, and answers false.
func (a *App) CreateTemplate(ctx context.Context, actor mindflow.Actor, n NewTemplate) (mindflow.Template, bool, error) {
	if bad := n.Check(); len(bad) > 0 {
		return mindflow.Template{}, false, mindflow.Invalid(bad...)
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Template{}, false, err
	}
	made, err := write(ctx, a, actor, can.Edit, func(tx *store.Tx) (madeTemplate, error) {
		t, err := n.template(tx, actor, p.Zone)
		if err != nil {
			return madeTemplate{}, err
		}
		return addTemplate(tx, actor, t)
	})
	return made.Template, made.Created, err
}

// madeTemplate is a template, and whether it was made just now.
type madeTemplate struct {
	Template mindflow.Template
	Created  bool
}

// template is the new template, complete before it is stored.
func (n NewTemplate) template(tx *store.Tx, actor mindflow.Actor, z mindflow.Zone) (mindflow.Template, error) {
	now := tx.Now()
	t := mindflow.Template{ID: n.ID, WorkspaceID: actor.WorkspaceID, Name: n.Name, Version: 1, CreatedAt: now, UpdatedAt: now}
	if t.ID.IsZero() {
		t.ID = mindflow.NewID[mindflow.Template](now)
	}
	var err error
	switch {
	case n.Content != nil:
		t.Content = *n.Content
	case !n.FromTask.IsZero():
		t.Content, err = contentFromTask(tx, n, z)
	default:
		t.Content, err = contentFromProject(tx, n, z)
	}
	if err != nil {
		return t, err
	}
	if bad := checkContent(t.Content); n.Content == nil && len(bad) > 0 {
		return t, mindflow.InvalidField(n.source(), "cannot become a template: "+bad[0].Field+" "+bad[0].Message)
	}
	if t.Name == "" {
		t.Name = cut(nameOf(t.Content), mindflow.MaxTemplateName)
	}
	t.Name, _ = mindflow.ParseTemplateName(t.Name) // checked
	return t, nil
}

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

// nameOf is what that is called which is made.
func nameOf(c mindflow.TemplateContent) string {
	if c.Project != nil {
		return c.Project.Name
	}
	return c.Task.Title
}

func cut(s string, most int) string {
	if mindflow.Length(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most]))
}

// addTemplate keeps a template where there is room for it, or answers the one
// that took its id first, if that is the same.
func addTemplate(tx *store.Tx, actor mindflow.Actor, t mindflow.Template) (madeTemplate, error) {
	full := roomForTemplate(tx)
	if full == nil {
		if created, err := tx.CreateTemplate(t, actor); err != nil || created {
			return madeTemplate{t, created}, err
		}
	}
	first, err := tx.Template(t.ID)
	switch {
	case full != nil && (err != nil || mindflow.KindOf(full) != mindflow.KindFull):
		return madeTemplate{}, full
	case err != nil:
		return madeTemplate{}, err
	case !first.DeletedAt.IsZero() || len(mindflow.TemplateChanges(first, t)) > 0:
		return madeTemplate{}, mindflow.Conflict("There is another template with this id")
	}
	return madeTemplate{first, false}, nil
}

// roomForTemplate refuses one more than a workspace may hold. Deleted ones count, so
// that they find room when they are brought back.
func roomForTemplate(tx *store.Tx) error {
	n, err := tx.TemplateCount()
	if err == nil && n >= mindflow.MaxTemplates {
		err = mindflow.Full(fmt.Sprintf("The workspace holds %d templates already, as many as it may; deleted ones count until they are gone, after 31 days", mindflow.MaxTemplates))
	}
	return err
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

// Template reads a template.
func (a *App) Template(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID) (mindflow.Template, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return mindflow.Template{}, err
	}
	return a.store.Template(ctx, actor.WorkspaceID, id)
}

// Templates reads all templates by name, without their contents.
func (a *App) Templates(ctx context.Context, actor mindflow.Actor) ([]mindflow.ListedTemplate, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return nil, err
	}
	return a.store.Templates(ctx, actor.WorkspaceID)
}

// TemplateCalled names the template somebody means: by its id, by its name or by a
// piece of that which no other one has, whatever the case. Else the error lists
// those there are, or those it could be.
func (a *App) TemplateCalled(ctx context.Context, actor mindflow.Actor, name string) (mindflow.TemplateID, error) {
	if id, err := mindflow.ParseID[mindflow.Template](name); err == nil {
		return id, nil
	}
	list, err := a.Templates(ctx, actor)
	if err != nil {
		return mindflow.TemplateID{}, err
	}
	key := mindflow.Fold(mindflow.Tidy(name))
	var whole, piece []mindflow.ListedTemplate
	for _, t := range list {
		switch called := mindflow.Fold(t.Name); {
		case called == key:
			whole = append(whole, t)
		case key != "" && strings.Contains(called, key):
			piece = append(piece, t)
		}
	}
	found := whole
	if len(found) == 0 {
		found = piece
	}
	switch len(found) {
	case 0:
		return mindflow.TemplateID{}, mindflow.InvalidField("template", "is the name of no template; there are "+cmp.Or(listedTemplates(list, false), "none"))
	case 1:
		return found[0].ID, nil
	}
	return mindflow.TemplateID{}, mindflow.InvalidField("template", "could be any of these, to be named by their ids: "+listedTemplates(found, true))
}

// listedTemplates names the first of some templates.
func listedTemplates(list []mindflow.ListedTemplate, byID bool) string {
	names := make([]string, min(len(list), 20))
	for i := range names {
		names[i] = strconv.Quote(list[i].Name)
		if byID {
			names[i] += " (" + list[i].ID.String() + ")"
		}
	}
	return strings.Join(names, ", ")
}

// TemplateDraft is what a person says about a template: absent keeps.
type TemplateDraft struct {
	Name    *string
	Content *mindflow.TemplateContent
}

// Check reports everything that is illegal about it.
func (d TemplateDraft) Check() []mindflow.FieldError {
	var bad []mindflow.FieldError
	if d.Name != nil {
		if _, why := mindflow.ParseTemplateName(*d.Name); why != "" {
			bad = append(bad, mindflow.FieldError{Field: "name", Message: why})
		}
	}
	if d.Content != nil {
		bad = append(bad, checkContent(*d.Content)...)
	}
	return bad
}

// EditTemplate changes what a draft names and keeps the rest.
func (a *App) EditTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, d TemplateDraft, m mindflow.Match) (mindflow.Template, error) {
	if bad := d.Check(); len(bad) > 0 {
		return mindflow.Template{}, mindflow.Invalid(bad...)
	}
	return a.changeTemplate(ctx, actor, id, m, func(t mindflow.Template, _ time.Time) mindflow.Template {
		if d.Name != nil {
			t.Name, _ = mindflow.ParseTemplateName(*d.Name) // checked
		}
		if d.Content != nil {
			t.Content = *d.Content
		}
		return t
	})
}

// DeleteTemplate takes a template away; undoing that brings it back.
func (a *App) DeleteTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, m mindflow.Match) error {
	_, err := a.changeTemplate(ctx, actor, id, m, func(t mindflow.Template, now time.Time) mindflow.Template {
		t.DeletedAt = now
		return t
	})
	return err
}

func (a *App) changeTemplate(ctx context.Context, actor mindflow.Actor, id mindflow.TemplateID, m mindflow.Match,
	change func(mindflow.Template, time.Time) mindflow.Template,
) (mindflow.Template, error) {
	return write(ctx, a, actor, can.Edit, func(tx *store.Tx) (mindflow.Template, error) {
		before, err := presentTemplate(tx, id)
		if err != nil {
			return before, err
		}
		if err := m.Check(before.ETag()); err != nil {
			return before, err
		}
		return tx.SaveTemplate(before, change(before, tx.Now()), actor)
	})
}

func presentTemplate(tx *store.Tx, id mindflow.TemplateID) (mindflow.Template, error) {
	t, err := tx.Template(id)
	if err == nil && !t.DeletedAt.IsZero() {
		err = mindflow.NotFound("template")
	}
	return t, err
}

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
		err = inWords(err, map[string]string{"title": "name"})
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
	return p.ID, inWords(makeProject(tx, m.actor, p, ""), map[string]string{"parent_id": "project_id"})
}

// inWords is an error whose fields have the names they have here.
func inWords(err error, names map[string]string) error {
	fields := slices.Clone(mindflow.FieldsOf(err))
	for i, f := range fields {
		fields[i].Field = cmp.Or(names[f.Field], f.Field)
	}
	if len(fields) == 0 {
		return err
	}
	return mindflow.Invalid(fields...)
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

// circle refuses tasks that wait for one another.
func (m making) circle() []mindflow.FieldError {
	if goesOut(m.content.Tasks()) {
		return nil
	}
	tasks, _ := m.tasks()
	byID := map[mindflow.TaskID]mindflow.Task{}
	for _, t := range tasks {
		byID[t.ID] = t
	}
	for i, t := range tasks {
		circle := depend.Circle(t.ID, t.Details.BlockedBy, func(id mindflow.TaskID) []mindflow.TaskID { return byID[id].Details.BlockedBy })
		if len(circle) == 0 {
			continue
		}
		names := make([]mindflow.TaskName, len(circle))
		for j, id := range circle {
			names[j] = mindflow.TaskName{ID: id, Title: byID[id].Title}
		}
		path := "content." + m.content.Tasks()[i].Path + ".blocked_by"
		return []mindflow.FieldError{{Field: path, Message: "must not lead in a circle: " + mindflow.Circle(names)}}
	}
	return nil
}

// goesOut reports whether all tasks can be done one after another: none waits for
// itself through others.
func goesOut(tasks []mindflow.PlacedTask) bool {
	waiting := make([][]int, len(tasks)) // for each task
	open := make([]int, len(tasks))      // how many each waits for
	for i, t := range tasks {
		open[i] = len(t.BlockedBy)
		for _, n := range t.BlockedBy {
			waiting[n] = append(waiting[n], i)
		}
	}
	var free []int
	for i, n := range open {
		if n == 0 {
			free = append(free, i)
		}
	}
	done := 0
	for ; done < len(free); done++ {
		for _, i := range waiting[free[done]] {
			if open[i]--; open[i] == 0 {
				free = append(free, i)
			}
		}
	}
	return done == len(tasks)
}
