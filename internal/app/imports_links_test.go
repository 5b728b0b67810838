package app_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// importing imports files for one person.
type importing struct {
	*testing.T

	app   *app.App
	store *store.Store
	actor mindflow.Actor
	url   string
}

func eachImporting(t *testing.T, fn func(t importing)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		url := storetest.URL(t, kind)
		s := storetest.Open(t, url, time.Now)
		a, actor := someone(t, s, app.Settings{})
		fn(importing{t, a, s, actor, url})
	})
}

// take imports a file, after a dry run, which has to say the same.
func (t importing) take(format, file string) app.ImportReport {
	t.Helper()
	dry, err := t.app.Import(t.Context(), t.actor, app.Import{Format: format, DryRun: true}, strings.NewReader(file))
	if err != nil {
		t.Fatalf("dry run: %v", err)
	}
	wet, err := t.app.Import(t.Context(), t.actor, app.Import{Format: format}, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	dry.DryRun = false
	if fmt.Sprintf("%+v", dry) != fmt.Sprintf("%+v", wet) {
		t.Errorf("promised %+v\ndone     %+v", dry, wet)
	}
	return wet
}

func (t importing) remarked(r app.ImportReport, kind app.RemarkKind, words string) {
	t.Helper()
	if !slices.ContainsFunc(r.Remarks, func(r app.ImportRemark) bool { return r.Kind == kind && strings.Contains(r.Message, words) }) {
		t.Errorf("no remark %s %q among %+v", kind, words, r.Remarks)
	}
}

// all are the tasks by their titles.
func (t importing) all() map[string]mindflow.Task {
	t.Helper()
	tasks, err := t.store.TasksAfter(t.Context(), t.actor.WorkspaceID, mindflow.TaskID{}, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]mindflow.Task{}
	for _, task := range tasks {
		all[task.Title] = task
	}
	return all
}

// ways are the projects, by what they are called: "Home/Garden".
func (t importing) ways() map[string]mindflow.ProjectID {
	t.Helper()
	list, err := t.app.Projects(t.Context(), t.actor, false)
	if err != nil {
		t.Fatal(err)
	}
	names := map[mindflow.ProjectID]string{}
	for _, p := range list {
		names[p.ID] = p.Name + "/"
	}
	ways := map[string]mindflow.ProjectID{}
	for _, p := range list {
		ways[names[p.ParentID]+p.Name] = p.ID
	}
	return ways
}

func (t importing) edit(id mindflow.TaskID, d mindflow.Draft) mindflow.Task {
	t.Helper()
	task, err := t.app.EditTask(t.Context(), t.actor, id, d, mindflow.Match{})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// forget makes the sources what a server left that had no place for links.
func (t importing) forget() {
	t.Helper()
	(&servers{t: t.T, url: t.url}).sql(`UPDATE task_sources SET linked_at = NULL`)
}

func uuid(n int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", n) }

// What a task depends on comes after it, and before it, in one file and in another.
var linkedTasks = strings.Join([]string{
	`{"uuid":"` + uuid(1) + `","description":"Paint","project":"Home.Garden","depends":["` + uuid(2) + `","` + uuid(3) + `"]}`,
	`{"uuid":"` + uuid(2) + `","description":"Buy paint","project":"home"}`,
	`{"uuid":"` + uuid(3) + `","description":"Choose a colour","project":"Work.A.B","depends":"` + uuid(2) + `"}`,
	`{"uuid":"` + uuid(4) + `","description":"Rent","due":"20261201T100000Z","recur":"monthly"}`,
	`{"uuid":"` + uuid(5) + `","description":"Plain"}`,
}, "\n")

func TestProjectsAndDependenciesAreImported(t *testing.T) {
	eachImporting(t, func(t importing) {
		r := t.take("taskwarrior", linkedTasks)
		if r.Created != 5 || r.Known+r.Gained+r.Lost != 0 || r.Projects != 4 {
			t.Errorf("%+v", r)
		}
		tasks, ways := t.all(), t.ways()
		for title, way := range map[string]string{"Paint": "Home/Garden", "Buy paint": "Home", "Choose a colour": "Work/A.B", "Plain": ""} {
			if tasks[title].Details.ProjectID != ways[way] {
				t.Errorf("%s is not in %q of %v", title, way, ways)
			}
		}
		want := []mindflow.TaskID{tasks["Buy paint"].ID, tasks["Choose a colour"].ID}
		if got := tasks["Paint"].Details.BlockedBy; !slices.Equal(got, want) {
			t.Errorf("Paint waits for %v, want %v", got, want)
		}
		if again := tasks["Rent"].Details.Recurrence; again.Rule != "FREQ=MONTHLY" || again.Slot != "2026-12-01T10:00:00" || again.Series != tasks["Rent"].ID {
			t.Errorf("%+v", again)
		}
		if r := t.take("taskwarrior", linkedTasks); r.Created+r.Gained+r.Lost+r.Projects != 0 || r.Known != 5 {
			t.Errorf("again: %+v", r)
		}
		later := t.take("taskwarrior", `{"uuid":"`+uuid(6)+`","description":"Later","depends":"`+uuid(1)+`"}`)
		if got := t.all()["Later"].Details.BlockedBy; later.Lost != 0 || !slices.Equal(got, []mindflow.TaskID{tasks["Paint"].ID}) {
			t.Errorf("%+v, %v", later, got)
		}
	})
}

// All of an import is one change.
func TestAnImportWithLinksIsUndoneAsOne(t *testing.T) {
	eachImporting(t, func(t importing) {
		t.take("taskwarrior", linkedTasks)
		if len(t.ways()) != 4 || len(t.all()) != 5 {
			t.Fatalf("%v, %v", t.ways(), t.all())
		}
		change, err := t.app.LastChange(t.Context(), t.actor)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := t.app.Undo(t.Context(), t.actor, change); err != nil || len(t.ways())+len(t.all()) != 0 {
			t.Errorf("%v, %v, %v", err, t.ways(), t.all())
		}
	})
}

func TestADependencyThatCannotBeIsReportedAndItsTaskKept(t *testing.T) {
	eachImporting(t, func(t importing) {
		line := func(n int, on ...int) string {
			ids := make([]string, len(on))
			for i, id := range on {
				ids[i] = uuid(id)
			}
			return fmt.Sprintf(`{"uuid":"%s","description":"%d","depends":"%s"}`+"\n", uuid(n), n, strings.Join(ids, ","))
		}
		r := t.take("taskwarrior", line(1, 2)+line(2, 3)+line(3, 1)+line(4, 4)+line(5, 99)+line(6, 1))
		if r.Created != 6 || r.Lost != 3 {
			t.Errorf("%+v", r)
		}
		t.remarked(r, app.RemarkLost, `"`+uuid(1)+`", and would wait for itself`)
		t.remarked(r, app.RemarkLost, "it depends on itself")
		t.remarked(r, app.RemarkLost, `"`+uuid(99)+`", which is neither in the file nor was imported before`)
		tasks := t.all()
		if got := tasks["1"].Details.BlockedBy; !slices.Equal(got, []mindflow.TaskID{tasks["2"].ID}) || len(tasks["3"].Details.BlockedBy) > 0 || len(tasks["6"].Details.BlockedBy) != 1 {
			t.Errorf("%v, %v", got, tasks["3"].Details.BlockedBy)
		}
		// What was not there comes with another file, and then with the first one again.
		if r := t.take("taskwarrior", line(99)); r.Created != 1 {
			t.Errorf("%+v", r)
		}
		if r := t.take("taskwarrior", line(5, 99)); r.Known != 1 || r.Gained != 1 || len(t.all()["5"].Details.BlockedBy) != 1 {
			t.Errorf("%+v", r)
		}
		// One that was there by now waits for the other way round.
		t.take("taskwarrior", line(7))
		t.edit(t.all()["7"].ID, mindflow.Draft{BlockedBy: mindflow.Some([]string{t.all()["6"].ID.String()})})
		r = t.take("taskwarrior", line(8, 7)+line(9, 8))
		if r.Lost != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// Fails when anything is linked that the person has linked otherwise, or unlinked,
// and when what was lost is not looked for.
func TestWhatWasImportedBeforeGainsWhatItLost(t *testing.T) {
	eachImporting(t, func(t importing) {
		// A server of before knew none of it.
		var before strings.Builder
		for n, title := range []string{"", "Paint", "Buy paint", "Choose a colour", "Rent", "Plain"} {
			if n > 0 {
				fmt.Fprintf(&before, `{"uuid":"%s","description":"%s","due":"%s"}`+"\n", uuid(n), title, map[bool]string{true: "20261201T100000Z"}[n == 4])
			}
		}
		t.take("taskwarrior", before.String())
		t.forget()
		tasks := t.all()
		own, _, err := t.app.CreateProject(t.Context(), t.actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some("Mine")})
		if err != nil {
			t.Fatal(err)
		}
		t.edit(tasks["Buy paint"].ID, mindflow.Draft{ProjectID: mindflow.Some(own.ID.String())})
		t.edit(tasks["Choose a colour"].ID, mindflow.Draft{BlockedBy: mindflow.Some([]string{tasks["Plain"].ID.String()})})

		r := t.take("taskwarrior", linkedTasks)
		if r.Created != 0 || r.Known != 5 || r.Gained != 3 || r.Lost != 0 || r.Projects != 4 {
			t.Errorf("%+v", r)
		}
		t.remarked(r, app.RemarkChanged, "it was imported before, and gains its project “Home.Garden”")
		t.remarked(r, app.RemarkChanged, "it was imported before, and gains how it repeats")
		t.remarked(r, app.RemarkChanged, "it was imported before, and gains what it waits for")
		after, ways := t.all(), t.ways()
		if d := after["Paint"].Details; d.ProjectID != ways["Home/Garden"] || len(d.BlockedBy) != 2 {
			t.Errorf("Paint: %+v", d)
		}
		if d := after["Buy paint"].Details; d.ProjectID != own.ID {
			t.Errorf("Buy paint: %+v", d)
		}
		if d := after["Choose a colour"].Details; !slices.Equal(d.BlockedBy, []mindflow.TaskID{tasks["Plain"].ID}) || d.ProjectID != ways["Work/A.B"] {
			t.Errorf("Choose a colour: %+v", d)
		}
		if d := after["Rent"].Details; d.Recurrence.Rule != "FREQ=MONTHLY" {
			t.Errorf("Rent: %+v", d)
		}
		// What the person takes away then stays away.
		t.edit(after["Paint"].ID, mindflow.Draft{ProjectID: mindflow.Null[string](), BlockedBy: mindflow.Some([]string{})})
		t.edit(after["Rent"].ID, mindflow.Draft{Recurrence: mindflow.Null[mindflow.RecurrenceDraft]()})
		if r := t.take("taskwarrior", linkedTasks); r.Gained+r.Created+r.Projects != 0 || r.Known != 5 {
			t.Errorf("again: %+v", r)
		}
		if d := t.all()["Paint"].Details; !d.IsZero() {
			t.Errorf("Paint: %+v", d)
		}
	})
}

// What is gained is a change like others.
func TestWhatWasGainedIsUndone(t *testing.T) {
	eachImporting(t, func(t importing) {
		t.take("taskwarrior", linkedTasks)
		change, err := t.app.LastChange(t.Context(), t.actor)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range t.all() { // as if they had been imported by a server of before
			t.edit(task.ID, mindflow.Draft{
				ProjectID: mindflow.Null[string](), BlockedBy: mindflow.Some([]string{}), Recurrence: mindflow.Null[mindflow.RecurrenceDraft](),
			})
		}
		t.forget()
		before := t.all()
		if r := t.take("taskwarrior", linkedTasks); r.Gained != 4 || r.Projects != 0 {
			t.Errorf("%+v", r)
		}
		gained, err := t.app.LastChange(t.Context(), t.actor)
		if err != nil || gained == change {
			t.Fatal(gained, err)
		}
		if _, err := t.app.Undo(t.Context(), t.actor, gained); err != nil {
			t.Fatal(err)
		}
		for title, task := range t.all() {
			if !task.Same(before[title]) {
				t.Errorf("%s: %+v, was %+v", title, task, before[title])
			}
		}
	})
}

func TestTheLaterTasksOfASeriesAreSingleOnes(t *testing.T) {
	eachImporting(t, func(t importing) {
		made := func(n int, due string) string {
			return fmt.Sprintf(`{"uuid":"%s","description":"Rent %d","due":"%s","recur":"monthly","parent":"%s"}`+"\n", uuid(n), n, due, uuid(100))
		}
		template := fmt.Sprintf(`{"uuid":"%s","description":"Rent","status":"recurring","due":"20261201T100000Z","recur":"monthly","mask":"--"}`+"\n", uuid(100))
		if r := t.take("taskwarrior", template+made(1, "20261201T100000Z")+made(2, "20270101T100000Z")); r.Created != 2 || r.Skipped != 1 {
			t.Errorf("%+v", r)
		}
		r := t.take("taskwarrior", made(3, "20270201T100000Z"))
		t.remarked(r, app.RemarkChanged, "another task of its series was imported before")
		if r := t.take("taskwarrior", template); r.Created != 0 { // all made from it are over
			t.Errorf("%+v", r)
		}
		tasks := t.all()
		if len(tasks) != 3 || !tasks["Rent 1"].Details.Recurrence.IsZero() || tasks["Rent 2"].Details.Recurrence.IsZero() || !tasks["Rent 3"].Details.Recurrence.IsZero() {
			t.Errorf("%+v", tasks)
		}
	})
}

func TestStepsAreImported(t *testing.T) {
	eachImporting(t, func(t importing) {
		file := "TYPE,CONTENT,INDENT\nsection,Work,\n"
		for i := range 8 {
			file += fmt.Sprintf("task,t%d,%d\n", i, i+1)
		}
		r := t.take("todoist", file+"task,a,1\ntask,b,2\ntask,c,2\n")
		if r.Created != 11 || r.Lost != 0 || r.Projects != 1 {
			t.Errorf("%+v", r)
		}
		t.remarked(r, app.RemarkChanged, "steps nest at most 5 deep")
		tasks, work := t.all(), t.ways()["Work"]
		for child, parent := range map[string]string{"t0": "", "t1": "t0", "t5": "t4", "t6": "t4", "t7": "t4", "a": "", "b": "a", "c": "a"} {
			if d := tasks[child].Details; d.ParentID != tasks[parent].ID || d.ProjectID != work {
				t.Errorf("%s is a step of %v, not %s", child, d.ParentID, parent)
			}
		}
		if tasks["a"].Steps.Total != 2 {
			t.Errorf("a has %+v", tasks["a"].Steps)
		}
		page, err := t.app.StepsOf(t.Context(), t.actor, tasks["a"].ID, 10, "")
		if err != nil || len(page.Tasks) != 2 || page.Tasks[0].Title != "b" {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

func TestStepsOfATodoTxtFileMayComeFirst(t *testing.T) {
	eachImporting(t, func(t importing) {
		r := t.take("todotxt", "deep p:2\nstep +other p:1 id:2\nwhole +Big id:1\nlost p:9\nitself id:3 p:3\n")
		if r.Created != 5 || r.Lost != 2 {
			t.Errorf("%+v", r)
		}
		t.remarked(r, app.RemarkLost, `it is a step of "9", which is neither`)
		t.remarked(r, app.RemarkLost, `it is a step of "3", and would be one of itself`)
		t.remarked(r, app.RemarkChanged, "as a step it is in the project of its task")
		tasks, ways := t.all(), t.ways()
		for title, parent := range map[string]string{"deep": "step", "step": "whole", "whole": ""} {
			if d := tasks[title].Details; d.ParentID != tasks[parent].ID || d.ProjectID != ways["Big"] {
				t.Errorf("%s: %+v in %v", title, d, ways)
			}
		}
		// The names are the file's alone.
		if r := t.take("todotxt", "another p:1\n"); r.Lost != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// A person has made steps of an imported task since: they come along.
func TestStepsComeAlongIntoAProjectThatIsGained(t *testing.T) {
	eachImporting(t, func(t importing) {
		const file = "title,id,project\nwhole,1,Big\nstep,2,Other\n"
		t.take("csv", "title,id\nwhole,1\nstep,2\n")
		t.forget()
		tasks := t.all()
		t.edit(tasks["step"].ID, mindflow.Draft{ParentID: mindflow.Some(tasks["whole"].ID.String())})
		if r := t.take("csv", file); r.Gained != 1 {
			t.Errorf("%+v", r)
		}
		tasks = t.all()
		if big := t.ways()["Big"]; tasks["whole"].Details.ProjectID != big || tasks["step"].Details.ProjectID != big {
			t.Errorf("%+v, %+v", tasks["whole"].Details, tasks["step"].Details)
		}
	})
}

// Fails when an import ends where there is no room for another project.
func TestProjectsBeyondTheLastBecomeTags(t *testing.T) {
	eachImporting(t, func(t importing) {
		var file strings.Builder
		file.WriteString("title,project\n")
		for i := range mindflow.MaxProjects + 3 {
			fmt.Fprintf(&file, "task %d,Project %d\n", i, i)
		}
		r := t.take("csv", file.String())
		if r.Created != mindflow.MaxProjects+3 || r.Projects != mindflow.MaxProjects || r.Lost != 0 {
			t.Errorf("%+v", r)
		}
		if got := t.all()["task 502"]; !slices.Equal(got.Tags, []string{"project:Project 502"}) {
			t.Errorf("%+v", got)
		}
	})
}

// Seen red with the project that was dropped in silence, and for ever.
func TestAProjectThatFindsNoRoomIsGainedLater(t *testing.T) {
	eachImporting(t, func(t importing) {
		old := func(way string) string {
			return `{"uuid":"` + uuid(1) + `","description":"old","project":"` + way + `"}`
		}
		t.take("taskwarrior", old(""))
		t.forget()
		var file strings.Builder
		file.WriteString("title,project\n")
		for i := range mindflow.MaxProjects {
			fmt.Fprintf(&file, "task %d,Project %d\n", i, i)
		}
		t.take("csv", file.String())
		for _, way := range []string{"Big", "Project 7.Big"} {
			r := t.take("taskwarrior", old(way))
			if r.Known != 1 || r.Gained != 0 || r.Lost != 1 || !t.all()["old"].Details.ProjectID.IsZero() {
				t.Errorf("%s: %+v", way, r)
			}
			t.remarked(r, app.RemarkLost, fmt.Sprintf("as many as there may be: it is not put into its project %q", way))
		}
		r := t.take("taskwarrior", old("Project 7"))
		if r.Gained != 1 || t.all()["old"].Details.ProjectID != t.ways()["Project 7"] {
			t.Errorf("with room: %+v", r)
		}
	})
}

// Seen red with the import that was refused each time: the person's own step stayed in
// another project than its task.
func TestATaskWithStepsOfItsOwnIsNotTakenIntoAnotherProject(t *testing.T) {
	eachImporting(t, func(t importing) {
		t.take("csv", "title,id\nC,1\nown,2\n")
		t.forget()
		tasks := t.all()
		t.edit(tasks["own"].ID, mindflow.Draft{ParentID: mindflow.Some(tasks["C"].ID.String())})
		const file = "title,id,parent_id,project\nC,1,3,\nB,3,4,\nA,4,,P\n"
		r := t.take("csv", file)
		if r.Created != 2 || r.Lost != 1 {
			t.Errorf("%+v", r)
		}
		t.remarked(r, app.RemarkLost, `it is a step of "3", and is not made one: it is in another project by now`)
		tasks = t.all()
		if tasks["B"].Details.ParentID != tasks["A"].ID || tasks["B"].Details.ProjectID != t.ways()["P"] || !tasks["C"].Details.IsZero() || tasks["own"].Details.ParentID != tasks["C"].ID {
			t.Errorf("%+v", tasks)
		}
		if r := t.take("csv", file); r.Lost+r.Created+r.Gained != 0 || r.Known != 3 {
			t.Errorf("again: %+v", r)
		}
	})
}

// Fails when the work grows with the square of how long a chain is.
func TestAWholeCircleOfTasksIsImportedInSeconds(t *testing.T) {
	eachImporting(t, func(t importing) {
		n := 5000
		if strings.HasPrefix(t.url, "postgres") { // where each statement is a journey
			n = 500
		}
		var file strings.Builder
		for i := range n {
			fmt.Fprintf(&file, `{"uuid":"%s","description":"t%d","project":"P%d","depends":"%s"}`+"\n", uuid(i), i, i%50, uuid((i+1)%n))
		}
		began, worked := time.Now(), processorTime(t.T)
		r, err := t.app.Import(t.Context(), t.actor, app.Import{Format: "taskwarrior"}, strings.NewReader(file.String()))
		if err != nil || r.Created != n || r.Lost != 1 || r.Projects != 50 {
			t.Errorf("%d created, %d lost, %d projects, %v", r.Created, r.Lost, r.Projects, err)
		}
		took := time.Since(began)
		if n == 5000 { // all the work is in here, and is as much on a machine that is busy
			took = processorTime(t.T) - worked
		}
		if took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// processorTime is how long this process has worked.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
