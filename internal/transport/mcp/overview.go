package mcp

import (
	"context"
	"strconv"
	"strings"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// dayOut answers day_overview.
type dayOut struct {
	Day        string       `json:"day"`
	Timezone   string       `json:"timezone"`
	Overdue    groupView    `json:"overdue"`
	DueToday   groupView    `json:"due_today"`
	InProgress groupView    `json:"in_progress"`
	NextUp     []scoredView `json:"next_up" jsonschema:"the first of the ranking, best first"`
	Waking     groupView    `json:"snoozed_until_today" jsonschema:"out of sight until later today"`
	Actionable int          `json:"actionable" jsonschema:"how many tasks could be done now"`
}

// groupView is tasks of one kind.
type groupView struct {
	Count int        `json:"count"`
	More  bool       `json:"more,omitempty" jsonschema:"there are more than were counted"`
	Tasks []taskView `json:"tasks" jsonschema:"the first of them; find_tasks has all"`
}

func viewGroup(g *app.Group, z mindflow.Zone) groupView {
	return groupView{g.Count, g.More, viewAll(g.Tasks, z)}
}

func (s *Server) dayOverview(ctx context.Context, actor mindflow.Actor, _ struct{}) (dayOut, string, error) {
	o, err := s.app.DayOverview(ctx, actor)
	if err != nil {
		return dayOut{}, "", err
	}
	z := o.Zone
	out := dayOut{
		Day: o.Day.String(), Timezone: z.String(), Actionable: o.Actionable, NextUp: []scoredView{},
		Overdue: viewGroup(&o.Overdue, z), DueToday: viewGroup(&o.DueToday, z),
		InProgress: viewGroup(&o.InProgress, z), Waking: viewGroup(&o.Waking, z),
	}
	for i := range o.NextUp {
		out.NextUp = append(out.NextUp, viewScored(&o.NextUp[i], z))
	}
	return out, out.text(), nil
}

func (out *dayOut) text() string {
	var b strings.Builder
	b.WriteString(out.Day + ": ")
	b.WriteString(strconv.Itoa(out.Overdue.Count) + " overdue, " + strconv.Itoa(out.DueToday.Count) + " due today, ")
	b.WriteString(strconv.Itoa(out.InProgress.Count) + " in progress, " + strconv.Itoa(out.Waking.Count) + " snoozed until later today. ")
	if len(out.NextUp) == 0 {
		b.WriteString("Nothing needs doing right now.")
		return b.String()
	}
	best := &out.NextUp[0]
	b.WriteString("Next up: " + named(best.Task.Title, best.Task.ID) + ". " + best.Reason + ".")
	return b.String()
}
