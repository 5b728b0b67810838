package mcp

import (
	"context"
	"strings"

	"mindflow/internal/mindflow"
)

// nextOut answers whats_next.
type nextOut struct {
	Best       *scoredView  `json:"best,omitempty" jsonschema:"absent when nothing is to be done now"`
	Then       []scoredView `json:"then" jsonschema:"the next two, best first"`
	Actionable int          `json:"actionable" jsonschema:"how many tasks could be done now"`
	ValidUntil string       `json:"valid_until,omitempty" jsonschema:"when the answer will be another one though no task changes; absent for never"`
	At         string       `json:"at" jsonschema:"when this was so"`
	ReadOnly   bool         `json:"read_only,omitempty" jsonschema:"you were not allowed to change tasks"`
	Timezone   string       `json:"timezone"`
}

// thenShown is how many tasks after the best one are told.
const thenShown = 2

func (s *Server) whatsNext(ctx context.Context, actor mindflow.Actor, _ struct{}) (nextOut, string, error) {
	next, err := s.app.WhatsNext(ctx, actor, thenShown)
	if err != nil {
		return nextOut{}, "", err
	}
	z, err := s.zone(ctx, actor)
	if err != nil {
		return nextOut{}, "", err
	}
	out := nextOut{
		Then: []scoredView{}, Actionable: next.Actionable, ValidUntil: instant(next.Until, z),
		At: instant(next.At, z), ReadOnly: next.ReadOnly, Timezone: z.String(),
	}
	if next.Best == nil {
		return out, nothingNow(out.ValidUntil), nil
	}
	best := viewScored(&next.Best.Scored, z)
	out.Best = &best
	for i := range next.Then {
		out.Then = append(out.Then, viewScored(&next.Then[i], z))
	}
	views := []*taskView{&out.Best.Task}
	for i := range out.Then {
		views = append(views, &out.Then[i].Task)
	}
	return out, out.text(), s.nameParents(ctx, actor, views...)
}

// nothingNow is kind about an empty answer.
func nothingNow(until string) string {
	if until == "" {
		return "Nothing is waiting to be done: there is no open task that could be started. Time to rest, or to add what is on the person's mind."
	}
	return "Nothing needs doing right now. The next task comes up at " + until + "; until then there is time to rest."
}

func (out *nextOut) text() string {
	var b strings.Builder
	b.WriteString("Best now: " + named(out.Best.Task.Title, out.Best.Task.ID) + ". " + out.Best.Reason + ". ")
	b.WriteString(out.Best.Parts.sum(out.Best.Score) + ".")
	for i, s := range out.Then {
		b.WriteString([]string{" Then: ", ", then "}[min(i, 1)] + named(s.Task.Title, s.Task.ID))
	}
	if len(out.Then) > 0 {
		b.WriteString(".")
	}
	if out.ValidUntil != "" {
		b.WriteString(" This holds until " + out.ValidUntil + " unless a task changes.")
	} else {
		b.WriteString(" This holds until a task changes.")
	}
	return b.String()
}
