package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// someTree makes a task with steps of every kind and depth, and answers all of
// them, each before its steps.
func (h *home) someTree(r *rand.Rand) []mindflow.Task {
	h.t.Helper()
	var tree []mindflow.Task
	levels := map[mindflow.TaskID]int{}
	for i := range 2 + r.IntN(9) {
		h.w.clock.jump(h.w.clock.Now().Add(time.Second))
		d := mindflow.Draft{Title: mindflow.Some(fmt.Sprintf("task %d <b>", i))}
		some := func() bool { return r.IntN(2) == 0 }
		day := mindflow.DateDay(2027, time.March, 1+r.IntN(28))
		if some() {
			d.DueDate = mindflow.Some((day + 3).String())
			d.Reminders = mindflow.Some([]mindflow.ReminderDraft{{BeforeMinutes: new(r.IntN(90))}, {At: day.String() + "T07:15:00"}})
			if some() {
				d.DueDate = mindflow.Some((day + 3).String() + fmt.Sprintf("T17:%02d:%02d", r.IntN(60), r.IntN(60)))
			}
			if some() {
				d.Recurrence = mindflow.Some(mindflow.RecurrenceDraft{Rule: "FREQ=DAILY;INTERVAL=2", From: "completion"})
			}
		}
		if some() {
			d.StartDate = mindflow.Some(day.String())
		}
		if some() {
			d.Priority, d.EffortMinutes, d.PreferredTime = mindflow.Some(1+r.IntN(5)), mindflow.Some(1+r.IntN(600)), mindflow.Some("evening")
			d.Tags, d.Description = mindflow.Some([]string{"a", "ß"}), mindflow.Some("line\nline")
		}
		if i > 0 {
			parent := tree[r.IntN(len(tree))]
			for levels[parent.ID] >= mindflow.MaxStepDepth {
				parent = tree[0]
			}
			d.ParentID = mindflow.Some(parent.ID.String())
			if some() {
				d.BlockedBy = mindflow.Some([]string{tree[r.IntN(len(tree))].ID.String()})
			}
		}
		task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
		if err != nil {
			h.t.Fatal(err)
		}
		levels[task.ID] = 0
		if parent, isStep := levels[task.Details.ParentID]; isStep {
			levels[task.ID] = parent + 1
		}
		tree = append(tree, task)
	}
	return tree
}

// retold is a tree as somebody would tell it: what each task says, its dates
// counted from a day, and what stands beneath what and waits for what, by title.
func (h *home) retold(top mindflow.Task, from mindflow.Day) []string {
	h.t.Helper()
	var lines []string
	title := map[mindflow.TaskID]string{}
	var all func(t mindflow.Task, depth int)
	var tasks []mindflow.Task
	all = func(t mindflow.Task, depth int) {
		title[t.ID] = t.Title
		tasks = append(tasks, t)
		page, err := h.app.StepsOf(h.t.Context(), h.actor(), t.ID, mindflow.MaxPage, "")
		if err != nil {
			h.t.Fatal(err)
		}
		for _, s := range page.Tasks {
			all(s, depth+1)
		}
	}
	all(h.read(top.ID), 0)
	berlin, err := mindflow.LoadZone("Europe/Berlin")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, t := range tasks {
		rest := t
		rest.ID, rest.Details.ParentID, rest.Details.BlockedBy = mindflow.TaskID{}, mindflow.TaskID{}, nil
		made := mindflow.TemplateOf(rest, from, berlin)
		var waits []string
		for _, id := range t.Details.BlockedBy {
			waits = append(waits, title[id])
		}
		line := fmt.Sprintf("%s in %s waits for %v: %s %q p%d %s %v", t.Title, title[t.Details.ParentID], waits, t.Status, t.Description, t.Priority, t.PreferredTime, t.Tags)
		for _, d := range []*mindflow.TemplateDate{made.Due, made.Start} {
			if d != nil {
				line += fmt.Sprintf(" %+v", *d)
			}
		}
		for _, r := range made.Reminders {
			if r.At != nil {
				line += fmt.Sprintf(" at %+v", *r.At)
			} else {
				line += fmt.Sprintf(" before %d", *r.BeforeMinutes)
			}
		}
		if made.Recurrence != nil {
			line += fmt.Sprintf(" again %+v", *made.Recurrence)
		}
		lines = append(lines, line)
	}
	return lines
}

// A law, over random trees: a template of a tree, used on a day, gives the tree,
// its dates as far from that day as they were from the first. Seen red with the
// day of use left out, with steps in no order, and with what waits counted per level.
func TestATemplateOfATreeGivesTheTreeOnAnotherDay(t *testing.T) {
	eachHome(t, func(h *home) {
		r := rand.New(rand.NewPCG(7, 11))
		for round := range 8 {
			tree := h.someTree(r)
			var kept []mindflow.Task
			for _, task := range tree {
				kept = append(kept, h.read(task.ID))
			}
			berlin, _ := mindflow.LoadZone("Europe/Berlin")
			from, _ := mindflow.FirstDate(kept, berlin)
			template, created, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromTask: tree[0].ID})
			if err != nil || !created || len(template.Content.Tasks()) != len(tree) {
				h.t.Fatalf("round %d: %+v, %v", round, template, err)
			}
			day := mindflow.DateDay(2028, time.Month(1+r.IntN(12)), 1+r.IntN(28))
			before := h.actor().WorkspaceVersion
			made, err := h.app.UseTemplate(h.t.Context(), h.actor(), template.ID, app.Use{Date: day.String()})
			if err != nil || made.Tasks != len(tree) || made.Task == nil {
				h.t.Fatalf("round %d: %+v, %v", round, made, err)
			}
			if now := h.read(made.Task.ID); now.Version != made.Task.Version || now.Steps != made.Task.Steps {
				h.t.Errorf("answered %+v, kept %+v", made.Task, now)
			}
			if diff := cmp.Diff(h.retold(tree[0], from), h.retold(*made.Task, day)); diff != "" {
				h.t.Errorf("round %d, used on %s (-template +made):\n%s", round, day, diff)
			}
			events, err := h.w.story.store.Events(h.t.Context(), h.actor().WorkspaceID, before, 50)
			if err != nil || len(events) != len(tree) {
				h.t.Errorf("%d events of %d tasks, %v", len(events), len(tree), err)
			}
			for _, e := range events {
				if e.Verb != mindflow.TaskCreated || e.ChangeID() != events[0].ChangeID() {
					h.t.Errorf("told: %+v", e)
				}
			}
		}
	})
}

func TestATemplateOfAProjectMakesTheProject(t *testing.T) {
	eachHome(t, func(h *home) {
		trip := h.project("Trip")
		in := func(title string, d mindflow.Draft) mindflow.Task {
			h.t.Helper()
			h.w.clock.jump(h.w.clock.Now().Add(time.Second))
			d.Title, d.ProjectID = mindflow.Some(title), mindflow.Some(trip)
			task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
			if err != nil {
				h.t.Fatal(err)
			}
			return task
		}
		pack := in("pack", mindflow.Draft{DueDate: mindflow.Some("2027-05-01")})
		in("socks", mindflow.Draft{ParentID: mindflow.Some(pack.ID.String())})
		in("go", mindflow.Draft{DueDate: mindflow.Some("2027-05-03T08:00"), BlockedBy: mindflow.Some([]string{pack.ID.String()})})
		in("no more", mindflow.Draft{Status: mindflow.Some("cancelled")})
		project, err := mindflow.ParseID[mindflow.Project](trip)
		if err != nil {
			h.t.Fatal(err)
		}
		template, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromProject: project})
		if err != nil || template.Name != "Trip" || template.Content.Kind() != "project" {
			h.t.Fatalf("%+v, %v", template, err)
		}
		made, err := h.app.UseTemplate(h.t.Context(), h.actor(), template.ID, app.Use{Date: "2027-06-10", Name: "To Rome", ProjectID: project})
		if err != nil || made.Project == nil || made.Project.Name != "To Rome" || made.Project.ParentID != project || made.Tasks != 3 {
			h.t.Fatalf("%+v, %v", made, err)
		}
		page, err := h.app.ListTasks(h.t.Context(), h.actor(), app.TaskList{Project: made.Project.ID.String(), Sort: "position"})
		if err != nil || titles(page.Tasks) != "pack socks go" {
			h.t.Fatalf("%s, %v", titles(page.Tasks), err)
		}
		for i, want := range []string{"2027-06-10", "", "2027-06-12T06:00:00Z"} {
			if got := page.Tasks[i].Due.String(); got != want {
				h.t.Errorf("%s is due %s, want %s", page.Tasks[i].Title, got, want)
			}
		}
		if waits := page.Tasks[2].Details.BlockedBy; len(waits) != 1 || waits[0] != page.Tasks[0].ID {
			h.t.Errorf("going waits for %v", waits)
		}
		h.progress("pack 0/1", page.Tasks[0])
		change := h.lastChange()
		if _, err := h.app.Undo(h.t.Context(), h.actor(), change); err != nil {
			h.t.Errorf("undone: %v", err)
		}
		if _, err := h.app.Project(h.t.Context(), h.actor(), made.Project.ID); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("is there still: %v", err)
		}
	})
}

// What repeats is one task of a template, whatever was done of it, and its past counts
// for no date. Seen red with every occurrence that was done, and with the day of a step
// beneath one of them as the first.
func TestATemplateHasWhatRepeatsOnce(t *testing.T) {
	eachHome(t, func(h *home) {
		house := h.project("House")
		in := func(title, due, rule string, parent mindflow.TaskID) mindflow.Task {
			h.t.Helper()
			h.w.clock.jump(h.w.clock.Now().Add(time.Second))
			d := mindflow.Draft{Title: mindflow.Some(title), DueDate: mindflow.Some(due), ProjectID: mindflow.Some(house)}
			if rule != "" {
				d.Recurrence = mindflow.Some(mindflow.RecurrenceDraft{Rule: rule})
			}
			if !parent.IsZero() {
				d.ParentID = mindflow.Some(parent.String())
			}
			task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
			if err != nil {
				h.t.Fatal(err)
			}
			return task
		}
		clean := in("clean", "2027-05-01", "FREQ=DAILY", mindflow.TaskID{})
		in("sweep", "2027-04-30", "", clean.ID)
		for next := clean.ID; !next.IsZero() && h.read(next).Due.String() < "2027-05-04"; {
			next = h.complete(next, true).Details.Recurrence.NextID
		}
		ended := in("paint", "2027-05-02", "FREQ=DAILY;COUNT=2", mindflow.TaskID{})
		h.complete(h.complete(ended.ID, false).Details.Recurrence.NextID, false)
		in("move", "2027-05-20", "", mindflow.TaskID{})
		project, err := mindflow.ParseID[mindflow.Project](house)
		if err != nil {
			h.t.Fatal(err)
		}
		template, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromProject: project})
		if err != nil {
			h.t.Fatal(err)
		}
		var has []string
		for _, task := range template.Content.Tasks() {
			has = append(has, fmt.Sprintf("%s %d", task.Title, task.Due.Days))
		}
		// The last of the painting was due on the 3rd, the sweeping that is left on the 3rd.
		if want := []string{"clean 1", "sweep 0", "paint 0", "move 17"}; !slices.Equal(has, want) {
			h.t.Errorf("it has %v, want %v", has, want)
		}
		// That one is named, though it is over.
		of, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromTask: clean.ID})
		if err != nil || of.Content.Task.Title != "clean" || len(of.Content.Task.Steps) != 1 {
			h.t.Errorf("%+v, %v", of.Content.Task, err)
		}
	})
}

// lastChange names the newest one.
func (h *home) lastChange() mindflow.ChangeID {
	h.t.Helper()
	events, err := h.w.story.store.Events(h.t.Context(), h.actor().WorkspaceID, h.actor().WorkspaceVersion-1, 1)
	if err != nil || len(events) != 1 {
		h.t.Fatalf("%v, %v", events, err)
	}
	return events[0].ChangeID()
}

// The largest template costs as many statements as the smallest.
func TestATemplateOfAnySizeCostsTheSameStatements(t *testing.T) {
	eachHome(t, func(h *home) {
		var costs []int64
		for _, n := range []int{1, mindflow.MaxTemplateTasks - 1} {
			steps := make([]mindflow.TemplateTask, n)
			for i := range steps {
				steps[i] = mindflow.TemplateTask{Title: "step", Due: &mindflow.TemplateDate{Days: i}}
			}
			content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "top", Steps: steps}}
			template, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{Name: "x", Content: &content})
			if err != nil {
				h.t.Fatal(err)
			}
			actor, s := h.actor(), h.w.story.store
			before := s.Statements()
			made, err := h.app.UseTemplate(h.t.Context(), actor, template.ID, app.Use{})
			if err != nil || made.Task.Steps.Total != n {
				h.t.Fatalf("%+v, %v", made, err)
			}
			costs = append(costs, s.Statements()-before)
		}
		if costs[0] != costs[1] || costs[0] > 8 {
			h.t.Errorf("statements: %v", costs)
		}
	})
}

func TestWhatNoTemplateCanMakeIsRefusedWithItsPlace(t *testing.T) {
	task := func(title string, steps ...mindflow.TemplateTask) mindflow.TemplateTask {
		return mindflow.TemplateTask{Title: title, Steps: steps}
	}
	deep := task("6")
	for i := 5; i >= 0; i-- {
		deep = task(fmt.Sprint(i), deep)
	}
	waits := func(n ...int) mindflow.TemplateTask { return mindflow.TemplateTask{Title: "w", BlockedBy: n} }
	many := task("many", slices.Repeat([]mindflow.TemplateTask{task("x")}, mindflow.MaxTemplateTasks)...)
	large := task("large", slices.Repeat([]mindflow.TemplateTask{{Title: "x", Description: strings.Repeat("é", 2000)}}, 70)...)
	with := func(t mindflow.TemplateTask) mindflow.TemplateContent { return mindflow.TemplateContent{Task: &t} }
	repeating := func(rule string, until *mindflow.TemplateDate) mindflow.TemplateTask {
		return mindflow.TemplateTask{Title: "x", Due: &mindflow.TemplateDate{}, Recurrence: &mindflow.TemplateRecurrence{Rule: rule, Until: until}}
	}
	project := func(tasks ...mindflow.TemplateTask) mindflow.TemplateContent {
		return mindflow.TemplateContent{Project: &mindflow.TemplateProject{Name: "p", Tasks: tasks}}
	}
	for want, content := range map[string]mindflow.TemplateContent{
		"content must have either task or project":                                                {},
		"content.task.title is required":                                                          with(task(" ")),
		"content.task.steps[0].title is required":                                                 with(task("x", task(""))),
		"content.task.steps[0].steps[0].steps[0].steps[0].steps[0].steps[0] steps nest at most 5": with(deep),
		"content must not have more than 500":                                                     with(many),
		"content must not be longer than 262144":                                                  with(large),
		"content.project.tasks[1].blocked_by[0] must be another task":                             project(task("x"), waits(1)),
		"content.project.tasks[0].blocked_by[0] must be another task":                             project(waits(-1)),
		"content.project.tasks[0].blocked_by must not lead in a circle":                           project(waits(1), waits(2), waits(0)),
		"content.task.due_date days must be from":                                                 with(mindflow.TemplateTask{Title: "x", Due: &mindflow.TemplateDate{Days: 20_000}}),
		"content.task.recurrence.rule must not have an UNTIL":                                     with(repeating("FREQ=DAILY;until=20280101", nil)),
		"content.task.recurrence.rule must end by COUNT or by UNTIL":                              with(repeating("FREQ=DAILY;COUNT=3", &mindflow.TemplateDate{Days: 9})),
		"content.task.recurrence.until time must be HH:MM":                                        with(repeating("FREQ=DAILY", &mindflow.TemplateDate{Time: "x"})),
		"content.task.due_date time must be HH:MM":                                                with(mindflow.TemplateTask{Title: "x", Due: &mindflow.TemplateDate{Time: "7:00"}}),
		"content.task.start_date must not be after due_date":                                      with(mindflow.TemplateTask{Title: "x", Due: &mindflow.TemplateDate{Days: 1}, Start: &mindflow.TemplateDate{Days: 2}}),
		"content.task.reminders[0].at must have a time":                                           with(mindflow.TemplateTask{Title: "x", Reminders: []mindflow.TemplateReminder{{At: &mindflow.TemplateDate{Days: 1}}}}),
		"content.task.due_date is required: it is what a repeat counts from":                      with(mindflow.TemplateTask{Title: "x", Recurrence: &mindflow.TemplateRecurrence{Rule: "FREQ=DAILY"}}),
		"content.project.name is required":                                                        {Project: &mindflow.TemplateProject{}},
	} {
		bad := app.NewTemplate{Name: "x", Content: &content}.Check()
		if len(bad) == 0 || !strings.HasPrefix(bad[0].Field+" "+bad[0].Message, want) {
			t.Errorf("refused with %v, want %s", bad, want)
		}
	}
}

func TestTemplatesAreKeptChangedAndBroughtBack(t *testing.T) {
	eachHome(t, func(h *home) {
		ctx := h.t.Context()
		content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "x"}}
		n := app.NewTemplate{ID: mindflow.NewID[mindflow.Template](friday), Name: "X", Content: &content}
		first, created, err := h.app.CreateTemplate(ctx, h.actor(), n)
		if err != nil || !created {
			h.t.Fatal(err)
		}
		if again, created, err := h.app.CreateTemplate(ctx, h.actor(), n); err != nil || created || again.ID != first.ID {
			h.t.Errorf("the same again: %v %v", created, err)
		}
		n.Name = "Y"
		if _, _, err := h.app.CreateTemplate(ctx, h.actor(), n); mindflow.KindOf(err) != mindflow.KindConflict {
			h.t.Errorf("another with its id: %v", err)
		}
		renamed, err := h.app.EditTemplate(ctx, h.actor(), first.ID, app.TemplateDraft{Name: new("Z")}, mindflow.Match{Set: true, ETags: []string{"1"}})
		if err != nil || renamed.Name != "Z" || renamed.Version != 2 {
			h.t.Errorf("%+v, %v", renamed, err)
		}
		if _, err := h.app.EditTemplate(ctx, h.actor(), first.ID, app.TemplateDraft{}, mindflow.Match{Set: true, ETags: []string{"1"}}); mindflow.KindOf(err) != mindflow.KindStale {
			h.t.Errorf("of an old version: %v", err)
		}
		if err := h.app.DeleteTemplate(ctx, h.actor(), first.ID, mindflow.Match{}); err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.app.UseTemplate(ctx, h.actor(), first.ID, app.Use{}); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("a deleted one is used: %v", err)
		}
		if _, err := h.app.Undo(ctx, h.actor(), h.lastChange()); err != nil {
			h.t.Fatal(err)
		}
		list, err := h.app.Templates(ctx, h.actor())
		if err != nil || len(list) != 1 || list[0].Name != "Z" || list[0].Kind != "task" || list[0].Tasks != 1 {
			h.t.Errorf("listed: %+v, %v", list, err)
		}
		for i := len(list); i < mindflow.MaxTemplates; i++ {
			if _, _, err := h.app.CreateTemplate(ctx, h.actor(), app.NewTemplate{Name: "x", Content: &content}); err != nil {
				h.t.Fatal(err)
			}
		}
		if _, _, err := h.app.CreateTemplate(ctx, h.actor(), app.NewTemplate{Name: "x", Content: &content}); mindflow.KindOf(err) != mindflow.KindFull {
			h.t.Errorf("one too many: %v", err)
		}
		// A deleted one keeps its place, and so comes back.
		if err := h.app.DeleteTemplate(ctx, h.actor(), first.ID, mindflow.Match{}); err != nil {
			h.t.Fatal(err)
		}
		deleted := h.lastChange()
		if _, _, err := h.app.CreateTemplate(ctx, h.actor(), app.NewTemplate{Name: "x", Content: &content}); mindflow.KindOf(err) != mindflow.KindFull {
			h.t.Errorf("one in place of a deleted one: %v", err)
		}
		if _, err := h.app.Undo(ctx, h.actor(), deleted); err != nil {
			h.t.Errorf("brought back: %v", err)
		}
	})
}

// A repeat that ends on a day ends as long after the day of use.
func TestTheEndOfARepeatIsCountedFromTheDayOfUseToo(t *testing.T) {
	eachHome(t, func(h *home) {
		for rule, want := range map[string]string{
			"FREQ=WEEKLY;UNTIL=20261229":         "FREQ=WEEKLY;UNTIL=20270129", // due on a day
			"FREQ=WEEKLY;COUNT=4":                "FREQ=WEEKLY;COUNT=4",
			"FREQ=WEEKLY;UNTIL=20261229T160000Z": "FREQ=WEEKLY;UNTIL=20270129T170000", // at a time in Berlin
			"FREQ=WEEKLY;UNTIL=20261229T170000":  "FREQ=WEEKLY;UNTIL=20270129T170000",
		} {
			d := mindflow.Draft{Title: mindflow.Some("x"), DueDate: mindflow.Some("2026-12-01"), Recurrence: mindflow.Some(mindflow.RecurrenceDraft{Rule: rule})}
			if strings.Contains(rule, "T16") || strings.Contains(rule, "T17") {
				d.DueDate = mindflow.Some("2026-12-01T17:00")
			}
			task, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d)
			if err != nil {
				h.t.Fatal(err)
			}
			template, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromTask: task.ID})
			if err != nil {
				h.t.Fatal(err)
			}
			if bad := (app.TemplateDraft{Content: &template.Content}).Check(); len(bad) > 0 {
				h.t.Errorf("%s: as it was answered it is refused: %v", rule, bad)
			}
			made, err := h.app.UseTemplate(h.t.Context(), h.actor(), template.ID, app.Use{Date: "2027-01-01"})
			if err != nil || made.Task.Details.Recurrence.Rule != want {
				h.t.Errorf("%s became %+v, %v", rule, made.Task, err)
			}
		}
	})
}

func TestWhatIsTooFarApartBecomesNoTemplate(t *testing.T) {
	eachHome(t, func(h *home) {
		project := h.project("Long")
		for _, due := range []string{"1971-01-01", "2026-12-01"} {
			h.w.clock.jump(h.w.clock.Now().Add(time.Second))
			d := mindflow.Draft{Title: mindflow.Some("x"), DueDate: mindflow.Some(due), ProjectID: mindflow.Some(project)}
			if _, _, err := h.app.CreateTask(h.t.Context(), h.actor(), mindflow.TaskID{}, d); err != nil {
				h.t.Fatal(err)
			}
		}
		id, err := mindflow.ParseID[mindflow.Project](project)
		if err != nil {
			h.t.Fatal(err)
		}
		_, _, err = h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromProject: id})
		if err == nil || !strings.Contains(err.Error(), "from_project cannot become a template: content.project.tasks[1].due_date days must be from") {
			h.t.Errorf("%v", err)
		}
		if _, _, err := h.app.CreateTemplate(h.t.Context(), h.actor(), app.NewTemplate{FromProject: id, Day: "2000-01-01"}); err != nil {
			h.t.Error(err)
		}
	})
}

// What a use has made goes with one undoing, and comes back with another; a later
// edit of any of it is named and stands in the way.
func TestAUseIsTakenBackWhole(t *testing.T) {
	eachHome(t, func(h *home) {
		ctx := h.t.Context()
		steps := []mindflow.TemplateTask{{Title: "pack"}, {Title: "go", BlockedBy: []int{1}}}
		content := mindflow.TemplateContent{Project: &mindflow.TemplateProject{Name: "Trip", Tasks: []mindflow.TemplateTask{{Title: "prepare", Steps: steps}}}}
		template, _, err := h.app.CreateTemplate(ctx, h.actor(), app.NewTemplate{Name: "x", Content: &content})
		if err != nil {
			h.t.Fatal(err)
		}
		var made app.Made
		actor := h.actor()
		change, err := h.told(func(ctx context.Context) (err error) {
			made, err = h.app.UseTemplate(ctx, actor, template.ID, app.Use{})
			return err
		})
		if err != nil || change == "" {
			h.t.Fatal(change, err)
		}
		there := func() string {
			h.t.Helper()
			page, err := h.app.ListTasks(h.t.Context(), h.actor(), app.TaskList{Project: made.Project.ID.String(), Sort: "position"})
			if err != nil {
				h.t.Fatal(err)
			}
			return titles(page.Tasks)
		}
		page, err := h.app.ListTasks(ctx, h.actor(), app.TaskList{Project: made.Project.ID.String(), Search: "go"})
		if err != nil || len(page.Tasks) != 1 {
			h.t.Fatal(page.Tasks, err)
		}
		if _, err := h.app.EditTask(ctx, h.actor(), page.Tasks[0].ID, mindflow.Draft{Priority: mindflow.Some(5)}, mindflow.Match{}); err != nil {
			h.t.Fatal(err)
		}
		edit := h.lastChange()
		_, err = h.app.Undo(ctx, h.actor(), change)
		if e, ok := errors.AsType[*mindflow.Error](err); !ok || len(e.Overwrites) != 1 || e.Overwrites[0].Change != edit || e.Overwrites[0].Title != "go" {
			h.t.Fatalf("%v", err)
		}
		if there() != "prepare pack go" {
			h.t.Errorf("refused, and there is %s", there())
		}
		if _, err := h.app.Undo(ctx, h.actor(), edit); err != nil {
			h.t.Fatal(err)
		}
		undone, err := h.app.Undo(ctx, h.actor(), change)
		if err != nil || len(undone.Tasks) != 3 {
			h.t.Fatalf("%+v, %v", undone, err)
		}
		if _, err := h.app.Project(ctx, h.actor(), made.Project.ID); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("the project is there still: %v", err)
		}
		if _, err := h.app.Undo(ctx, h.actor(), undone.Change); err != nil {
			h.t.Fatal(err)
		}
		if there() != "prepare pack go" {
			h.t.Errorf("done again, and there is %s", there())
		}
	})
}

// A template's own changes are undone field by field, unless a later one of the same
// field would be overwritten.
func TestChangesOfATemplateAreUndone(t *testing.T) {
	eachHome(t, func(h *home) {
		ctx := h.t.Context()
		content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "x"}}
		template, _, err := h.app.CreateTemplate(ctx, h.actor(), app.NewTemplate{Name: "one", Content: &content})
		if err != nil {
			h.t.Fatal(err)
		}
		changes := map[string]mindflow.ChangeID{"made": h.lastChange()}
		other := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "y"}}
		for name, d := range map[string]app.TemplateDraft{"named": {Name: new("two")}, "filled": {Content: &other}} {
			if _, err := h.app.EditTemplate(ctx, h.actor(), template.ID, d, mindflow.Match{}); err != nil {
				h.t.Fatal(err)
			}
			changes[name] = h.lastChange()
		}
		_, err = h.app.Undo(ctx, h.actor(), changes["made"])
		if e, ok := errors.AsType[*mindflow.Error](err); !ok || len(e.Overwrites) != 2 || e.Overwrites[0].Verb != mindflow.TemplateUpdated {
			h.t.Errorf("what was edited since: %v", err)
		}
		if _, err := h.app.Undo(ctx, h.actor(), changes["named"]); err != nil {
			h.t.Fatal(err)
		}
		now, err := h.app.Template(ctx, h.actor(), template.ID)
		if err != nil || now.Name != "one" || now.Content.Task.Title != "y" {
			h.t.Errorf("%+v, %v", now, err)
		}
		for _, name := range []string{"filled", "made"} {
			if _, err := h.app.Undo(ctx, h.actor(), changes[name]); err != nil {
				h.t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.app.Template(ctx, h.actor(), template.ID); mindflow.KindOf(err) != mindflow.KindNotFound {
			h.t.Errorf("is there still: %v", err)
		}
	})
}

// Deleted, it stays while undoing may bring it back, and a day longer.
func TestADeletedTemplateIsSwept(t *testing.T) {
	sweptHouse(t, func(t *testing.T, clock *jumpyClock, _ *store.Store, a *app.App, actor mindflow.Actor) {
		content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "x"}}
		kept, _, err := a.CreateTemplate(t.Context(), actor, app.NewTemplate{Name: "kept", Content: &content})
		if err != nil {
			t.Fatal(err)
		}
		gone, _, err := a.CreateTemplate(t.Context(), actor, app.NewTemplate{Name: "gone", Content: &content})
		if err == nil {
			err = a.DeleteTemplate(t.Context(), actor, gone.ID, mindflow.Match{})
		}
		if err != nil {
			t.Fatal(err)
		}
		clock.jump(friday.Add(mindflow.Restorable - time.Hour))
		sweep(t, a, app.Swept{})
		clock.jump(friday.Add(mindflow.Restorable + 25*time.Hour))
		sweep(t, a, app.Swept{Templates: 1})
		if list, err := a.Templates(t.Context(), actor); err != nil || len(list) != 1 || list[0].ID != kept.ID {
			t.Errorf("left are %+v, %v", list, err)
		}
	})
}
