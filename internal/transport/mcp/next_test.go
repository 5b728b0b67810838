package mcp_test

import (
	"testing"
	"time"
)

func TestWhatsNextNamesTheBestTaskAndWhy(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin").assistant()
		ada.call("add_tasks", `{"tasks": [
			{"title": "Water the plants", "priority": 2},
			{"title": "File the \"tax\" return", "priority": 5, "due_date": "2026-11-27", "effort_estimate_minutes": 15},
			{"title": "Call Bob", "due_date": "2026-11-28T09:00"},
			{"title": "Read", "priority": 1}
		]}`).ok()
		next := ada.call("whats_next", "").ok()
		next.want("best.task.title", `File the "tax" return`).want("best.task.due_date", "2026-11-27").want("timezone", "Europe/Berlin")
		next.want("best.reason", "Due today with high priority, quick win - good time to tackle this").want("actionable", "4")
		next.want("then.0.task.title", "Call Bob").want("then.0.task.due_date", "2026-11-28T09:00:00+01:00")
		next.want("then.1.task.title", "Water the plants").want("then.2", "-").want("valid_until", "2026-11-28T00:00:00+01:00")
		next.want("best.score", next.at("best.score"))
		next.says(`Best now: "File the \"tax\" return" (`+next.at("best.task.id")+")", "points = ", `Then: "Call Bob" (`, "until 2026-11-28T00:00:00+01:00")
	})
}

func TestWhatsNextIsKindWhenNothingIsToBeDone(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin").assistant()
		ada.call("whats_next", "").ok().says("Nothing is waiting to be done").want("best", "-").want("then", "[]").want("valid_until", "-")
		ada.call("add_tasks", `{"tasks": [{"title": "Later", "start_date": "2026-11-30"}]}`).ok()
		ada.call("whats_next", "").ok().says("Nothing needs doing right now", "2026-11-30T00:00:00+01:00").want("valid_until", "2026-11-30T00:00:00+01:00")
		srv.clock.Move(3 * 24 * time.Hour)
		ada.call("whats_next", "").ok().want("best.task.title", "Later")
	})
}
