package mcp

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/mindflow"
)

// tools is everything an assistant can do.
func (s *Server) tools(server *mcp.Server) {
	offer[struct{}, nextOut]{
		name: "whats_next", title: "What to do now", effect: reads, again: true,
		about: "The one task to do now, why, the two after it, and until when this holds. " +
			"Use it when the person asks what to do, what matters most, or has time to spare. " +
			"Do not use it to look a task up (find_tasks), or to see the whole day (day_overview).",
		use: s.whatsNext,
	}.add(s, server)
	offer[addIn, addOut]{
		name: "add_tasks", title: "Add tasks", effect: adds,
		about: "Adds 1 to 50 new tasks in one call: all of them, or none. " +
			"Use it when the person wants something remembered or planned; give each task as many fields as they told you, and do not make up the rest. " +
			"Put several tasks into one call. Do not use it to change a task that exists (update_task). " +
			"With an idempotency_key of your own making a call can be sent again without adding anything twice.",
		limits: limitAdding, use: s.addTasks,
	}.add(s, server)
}

// zone is the one the person lives in. A program that may only write is not told
// it, and answered in UTC.
func (s *Server) zone(ctx context.Context, actor mindflow.Actor) (mindflow.Zone, error) {
	p, err := s.app.Preferences(ctx, actor)
	if mindflow.KindOf(err) == mindflow.KindForbidden {
		return mindflow.Zone{}, nil
	}
	return p.Zone, err
}
