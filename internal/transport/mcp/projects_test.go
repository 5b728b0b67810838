package mcp_test

import (
	"strings"
	"testing"
)

func TestProjectsAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		added := ada.call("add_tasks", `{"tasks": [{"title": "Paint", "project": "House"}, {"title": "Tile", "project": " house "}, {"title": "Free"}]}`).ok()
		if house := added.at("added.0.project_id"); house == "" || added.at("added.1.project_id") != house {
			t.Errorf("two projects: %s", added.body)
		}
		for project, want := range map[string]string{"HOUSE": "Tile, Paint", added.at("added.0.project_id"): "Tile, Paint", "none": "Free"} {
			if got := ada.call("find_tasks", `{"project": "`+project+`"}`).ok().titles("tasks"); got != want {
				t.Errorf("in %s: %s, want %s", project, got, want)
			}
		}
		ada.call("find_tasks", `{"project": "Garden"}`).fails(`project is the name of no project; there are "House"`)
		ada.call("update_task", `{"task": "Free", "project": "Garden"}`).ok()
		if got := ada.call("find_tasks", `{"project": "Garden"}`).ok().titles("tasks"); got != "Free" {
			t.Errorf("in the garden: %s", got)
		}
		ada.call("update_task", `{"task": "Free", "project": "`+added.at("added.0.project_id")+`"}`).ok().want("task.project_id", added.at("added.0.project_id"))
		ada.call("update_task", `{"task": "Free", "project": "019ac0de-0000-7000-8000-000000000000"}`).fails("project must be a project that is there")
		ada.call("update_task", `{"task": "Free", "project": null}`).ok()
		if got := ada.call("find_tasks", `{"project": "none"}`).ok().titles("tasks"); got != "Free" {
			t.Errorf("in none: %s", got)
		}
		ada.call("add_tasks", `{"tasks": [{"title": "x", "project": " "}]}`).fails("tasks[0].project is required")
		ada.call("update_task", `{"task": "Free", "project": "`+strings.Repeat("x", 101)+`"}`).fails("project must not be longer than 100 characters")
		sorted := ada.call("find_tasks", `{"sort": "position"}`).ok().titles("tasks")
		if sorted != "Paint, Tile, Free" {
			t.Errorf("in their order: %s", sorted)
		}
	})
}

func TestProjectsAreArranged(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		fits := ada.schemas()
		added := ada.call("add_tasks", `{"tasks": [{"title": "Paint", "project": "House"}, {"title": "Dig", "project": "Garden"}, {"title": "Drive", "project": "Car"}]}`).ok()
		house, garden := added.at("added.0.project_id"), added.at("added.1.project_id")

		named := ada.call("change_project", `{"project": "house", "name": "Home"}`).ok().fits(fits).want("id", house).want("name", "Home").says(`The project "Home" (`, "is changed")
		ada.call("undo", `{"change": "`+named.change()+`"}`).ok()
		under := ada.call("change_project", `{"project": "Garden", "under": "House"}`).ok().fits(fits).want("under", house)
		ada.call("change_project", `{"project": "Car", "under": "Garden"}`).fails("under must be a project at the top")
		ada.call("change_project", `{"project": "`+garden+`", "under": null}`).ok().want("under", "-")
		ada.call("undo", "").ok()
		ada.call("undo", `{"change": "`+under.change()+`"}`).ok()

		ada.call("change_project", `{"project": "Garden", "archived": true}`).ok().fits(fits).want("archived", "true").says("is put away with all in it")
		ada.call("change_project", `{"project": "Garden", "archived": true}`).ok().want("change", "-").says("nothing has changed")
		if got := ada.call("find_tasks", `{"sort": "title"}`).ok().titles("tasks"); got != "Drive, Paint" {
			t.Errorf("beside what is put away: %s", got)
		}
		ada.call("update_task", `{"task": "Paint", "project": "`+garden+`"}`).fails("archived")
		ada.call("change_project", `{"project": "Garden", "archived": false}`).ok().want("archived", "-")
		if got := ada.call("find_tasks", `{"sort": "title"}`).ok().titles("tasks"); got != "Dig, Drive, Paint" {
			t.Errorf("taken up again: %s", got)
		}

		ada.call("change_project", `{"project": "Garden", "to": "last"}`).ok()
		ada.call("change_project", `{"project": "Garden", "before": "Car"}`).ok().fits(fits).says("is moved")
		ada.call("change_project", `{"project": "House", "to": "last"}`).ok()
		ada.call("find_tasks", `{"project": "Garage"}`).fails(`there are "Garden", "Car", "House"`)

		for arguments, why := range map[string]string{
			`{"project": "Car"}`: "name and under, or else archived, or else a place, is required",
			`{"project": "Car", "name": "Bus", "archived": true}`:        "one of them a call",
			`{"project": "Car", "to": "middle"}`:                         "to must be first or last",
			`{"project": "Car", "to": "first", "after": "House"}`:        "before is required, or instead of it one of after and to",
			`{"project": "Car", "before": "Garage"}`:                     "before is the name of no project",
			`{"project": "none", "archived": true}`:                      "project is required",
			`{"project": "Car", "name": " "}`:                            "name is required",
			`{"project": "Car", "colour": "red"}`:                        "colour",
			`{"project": "` + added.at("added.0.id") + `", "name": "x"}`: "There is no such project",
		} {
			ada.call("change_project", arguments).fails(why)
		}
		eve := srv.person("eve@example.com", "UTC").assistant()
		eve.call("change_project", `{"project": "`+house+`", "archived": true}`).fails("There is no such project")
	})
}

func TestTasksArePutInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		fits := ada.schemas()
		ada.call("add_tasks", `{"tasks": [{"title": "One"}, {"title": "Two"}, {"title": "Three"}, {"title": "Elsewhere", "project": "House"}]}`).ok()
		order := func(want string) {
			t.Helper()
			if got := ada.call("find_tasks", `{"sort": "position", "project": "none"}`).ok().titles("tasks"); got != want {
				t.Errorf("in order: %s, want %s", got, want)
			}
		}
		order("One, Two, Three")
		moved := ada.call("move_task", `{"task": "three", "before": "One"}`).ok().fits(fits).says(`"Three" (`, "is moved")
		order("Three, One, Two")
		ada.call("move_task", `{"task": "Three", "after": "Two"}`).ok()
		ada.call("move_task", `{"task": "Two", "to": "first"}`).ok()
		order("Two, One, Three")
		ada.call("undo", "").ok()
		order("One, Two, Three")
		ada.call("undo", `{"change": "`+moved.change()+`"}`).fails("later change")
		ada.call("move_task", `{"task": "One"}`).fails("before is required, or instead of it one of after and to")
		ada.call("move_task", `{"task": "One", "before": "Nothing"}`).fails("There is no such task")
		ada.call("move_task", `{"task": "One", "before": "Elsewhere"}`).fails("before must be")
		ada.call("move_task", `{"task": "One", "to": "last", "after": "Two"}`).fails("before is required")
	})
}
