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
