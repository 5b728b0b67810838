package mcp_test

import (
	"strings"
	"testing"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// template keeps one of the person's.
func (p person) template(name string, content mindflow.TemplateContent) {
	p.srv.t.Helper()
	if _, _, err := p.srv.app.CreateTemplate(p.srv.t.Context(), p.actor, app.NewTemplate{Name: name, Content: &content}); err != nil {
		p.srv.t.Fatal(err)
	}
}

func TestATemplateIsCalledByItsName(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		person := srv.person("ada@example.com", "Europe/Berlin")
		ada := person.assistant()
		fits := ada.schemas()
		ada.call("use_template", `{"template": "trip"}`).fails("template is the name of no template; there are none", "Nothing was changed")
		pack := mindflow.TemplateTask{Title: "Pack", Due: &mindflow.TemplateDate{Days: -1, Time: "18:00"}}
		trip := mindflow.TemplateTask{Title: "Trip", Due: &mindflow.TemplateDate{Days: 2}, Steps: []mindflow.TemplateTask{pack}}
		person.template("A trip", mindflow.TemplateContent{Task: &trip})
		person.template("A trip by bike", mindflow.TemplateContent{Task: &trip})
		person.template("Fair", mindflow.TemplateContent{Project: &mindflow.TemplateProject{Name: "Fair", Tasks: []mindflow.TemplateTask{trip}}})

		used := ada.call("use_template", `{"template": "a TRIP", "date": "2027-05-01", "title": "Rome"}`).ok().fits(fits)
		used.want("made", "task").want("title", "Rome").want("due_date", "2027-05-03").want("tasks", "2").says(`Made "Rome" (`, ") with 1 step.")
		ada.call("find_tasks", `{"query": "pack"}`).ok().want("tasks.0.due_date", "2027-04-30T18:00:00+02:00").want("tasks.0.step_of", `"Rome" (`+used.at("id")+")")
		for _, e := range person.events() {
			if e.Verb == mindflow.TaskCreated && (e.Through() != "assistant, client Test Assistant" || string(e.ChangeID()) != used.change()) {
				srv.t.Errorf("told through %q, in %q", e.Through(), e.ChangeID())
			}
		}
		ada.call("undo", "").ok().want("undone", used.change()).says("2 tasks are as before")
		if got := ada.call("find_tasks", `{}`).ok().titles("tasks"); got != "" {
			srv.t.Errorf("there is still %s", got)
		}

		fair := ada.call("use_template", `{"template": "fair"}`).ok().fits(fits).want("made", "project").want("title", "Fair").says(`Made the project "Fair" (`, ") with 2 tasks.")
		if got := ada.call("find_tasks", `{"project": "`+fair.at("id")+`", "sort": "title"}`).ok().titles("tasks"); got != "Pack, Trip" {
			srv.t.Errorf("in the project: %s", got)
		}
		bike := ada.call("use_template", `{"template": "bike", "title": "Bike", "project": "fair"}`).ok()
		ada.call("find_tasks", `{"query": "Bike"}`).ok().want("tasks.0.project_id", fair.at("id")).want("tasks.0.id", bike.at("id"))
		ada.call("use_template", `{"template": "trip"}`).fails(`template could be any of these, to be named by their ids: "A trip" (`, `"A trip by bike" (`)
		ada.call("use_template", `{"template": " "}`).fails(`there are "A trip", "A trip by bike", "Fair"`)
		ada.call("use_template", `{"template": "Garden"}`).fails(`there are "A trip", "A trip by bike", "Fair"`)
		ada.call("use_template", `{"template": "fair", "date": "2027-02-30"}`).fails("date must be a day")
		ada.call("use_template", `{"template": "fair", "project": "Garden"}`).fails(`project is the name of no project; there are "Fair"`)
		ada.call("use_template", `{"template": "fair", "title": "`+strings.Repeat("x", 101)+`"}`).fails("title must not be longer than 100 characters")
		ada.call("use_template", `{"template": "019ac0de-0000-7000-8000-000000000000"}`).fails(`there are "A trip", "A trip by bike", "Fair"`)
		eve := srv.person("eve@example.com", "UTC").assistant()
		eve.call("use_template", `{"template": "fair"}`).fails("there are none")
	})
}

func TestATemplateIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		fits := ada.schemas()
		added := ada.call("add_tasks", `{"tasks": [{"title": "Trip", "due_date": "2027-05-03", "project": "Away", "steps": ["Pack", "Tickets"]}]}`).ok()
		kept := ada.call("save_template", `{"task": "trip"}`).ok().fits(fits).want("name", "Trip").says(`Kept as the template "Trip" (`)
		ada.call("use_template", `{"template": "trip", "date": "2028-01-01", "title": "Rome"}`).ok().want("tasks", "3").want("due_date", "2028-01-01")
		ada.call("undo", "").ok()
		ada.call("save_template", `{"project": "away", "name": "Journey"}`).ok().want("name", "Journey")
		ada.call("use_template", `{"template": "journey", "title": "North"}`).ok().want("made", "project").want("tasks", "3")
		ada.call("undo", `{"change": "`+kept.change()+`"}`).ok()
		ada.call("use_template", `{"template": "Trip"}`).fails(`there are "Journey"`)
		ada.call("save_template", `{}`).fails("task is required, or instead of it a project")
		ada.call("save_template", `{"task": "`+added.at("added.0.id")+`", "project": "away"}`).fails("task is required, or instead of it a project")
		ada.call("save_template", `{"project": "Nowhere"}`).fails("project is the name of no project")
		ada.call("save_template", `{"project": "away", "name": "`+strings.Repeat("x", 101)+`"}`).fails("name must not be longer than 100 characters")
	})
}
