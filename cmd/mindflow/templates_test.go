package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mindflow/internal/client"
)

func TestATemplateAtATerminal(t *testing.T) {
	s := signedUp(t)
	expect(t, s.run(t, "templates"), exitDone, "", "You have no templates. Make one of a task: mindflow templates save …\n")
	s.must(t, "add", "--due=2026-12-01 17:00", "--start=2026-11-30", "--priority=4", "--tag=a b", "--effort=30m", "Trip")
	same(t, s.must(t, "templates", "save", "trip", "--name", "Small trip"), "Saved: Small trip (########), a task\n")
	same(t, s.must(t, "templates", "show", "small"), "Small trip (########)\n- Trip: due 1 day after at 17:00 · from on the day · priority 4 · 30 min · #a b\n")
	same(t, s.must(t, "templates", "use", "Small trip", "--date=tomorrow", "--title", "To Rome"),
		"Made: To Rome (########)\ndue 17:00 on Wed 2026-11-25 · from 2026-11-24 · 30 min · #a b\n")
	s.clock.wait(time.Second)
	s.must(t, "add", "#Garden", "Dig")
	s.clock.wait(time.Second)
	s.must(t, "add", "--due=2026-12-03", "#Garden", "Plant")
	same(t, s.must(t, "templates", "save", "--project=garden"), "Saved: Garden (########), a project, 2 tasks\n")
	same(t, s.must(t, "templates", "show", "garden"), "Garden (########)\nProject Garden\n- Dig\n- Plant: due on the day\n")
	same(t, s.must(t, "templates", "use", "garden", "--title=Orchard", "--in", "Garden", "--date=2027-01-02"), "Made the project: Orchard (########)\nWith 2 tasks.\n")
	if out := s.must(t, "list"); !strings.Contains(out, "2027-01-02\t\tPlant\n") {
		t.Error(out)
	}
	same(t, s.must(t, "templates", "rename", "garden", "Raised", "beds"), "Renamed: Raised beds (########), a project, 2 tasks\n")
	if lines := strings.Split(s.must(t, "templates"), "\n"); len(lines) != 3 || !strings.HasSuffix(lines[0], "\tproject\t2\tRaised beds") || !strings.HasSuffix(lines[1], "\ttask\t1\tSmall trip") {
		t.Error(lines)
	}
	if screen := s.show(t, 80, "templates", "--color=never"); !strings.Contains(screen, "ID        TEMPLATE     MAKES\n") || !strings.Contains(screen, "  Raised beds  a project, 2 tasks\n") {
		t.Error(screen)
	}
	var one client.Template
	if err := json.Unmarshal([]byte(s.must(t, "templates", "show", "beds", "--json")), &one); err != nil || one.Content.Project == nil || one.Tasks != 2 {
		t.Errorf("%+v, %v", one, err)
	}
	expect(t, s.run(t, "templates", "rename", "beds", " "), exitUsage, "",
		"mindflow: wrong usage: say what the template shall be called\nRun \"mindflow --help\" for how it is used.\n")
	expect(t, s.run(t, "templates", "use", "nothing"), exitFailed, "", "mindflow: no template has \"nothing\" in its name or at an end of its id\n")
	expect(t, s.run(t, "templates", "use", "beds", "--date=soon"), exitUsage, "", "mindflow: wrong usage: --date is today, tomorrow or a day such as 2026-11-27\nRun \"mindflow --help\" for how it is used.\n")
	expect(t, s.run(t, "templates", "use", "beds", "--in=Nowhere"), exitFailed, "", "mindflow: no project has \"Nowhere\" in its name or at an end of its id\n")
	expect(t, s.run(t, "templates", "save", "trip", "--project=garden"), exitUsage, "", "mindflow: wrong usage: name a task or, with --project, a project\nRun \"mindflow --help\" for how it is used.\n")
	s.must(t, "templates", "save", "--project=garden", "--name=Small trip")
	if r := s.run(t, "templates", "delete", "small trip"); r.code != exitFailed || !strings.HasPrefix(r.err, "mindflow: \"small trip\" can mean 2 templates; say which, by its id:\n  ") {
		t.Errorf("%+v", r)
	}
	same(t, s.must(t, "templates", "delete", shortID(one.ID)), "Deleted: Raised beds (########), a project, 2 tasks\n")
	if out := s.must(t, "templates", "list", "--json"); strings.Contains(out, "beds") || !strings.Contains(out, `"kind":"task"`) {
		t.Error(out)
	}
}
