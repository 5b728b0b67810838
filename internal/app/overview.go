package app

import (
	"cmp"
	"context"
	"slices"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
)

// Overview is a person's day at a glance.
type Overview struct {
	Day        mindflow.Day
	Zone       mindflow.Zone
	Overdue    Group
	DueToday   Group
	InProgress Group
	NextUp     []Scored // the first of the ranking
	Waking     Group    // snoozed until later today
	Actionable int
}

// Group is tasks of one kind: how many there are, and the first of them.
type Group struct {
	Count int
	More  bool // there are more than were counted
	Tasks []mindflow.Task
}

// How many tasks an overview shows of each kind, and counts of those in progress.
const (
	shownOfEach     = 10
	shownNext       = 5
	countedProgress = 100
)

// DayOverview looks at the actor's day as it is now.
func (a *App) DayOverview(ctx context.Context, actor mindflow.Actor) (Overview, error) {
	page, err := a.ListTasks(ctx, actor, TaskList{
		Statuses: []mindflow.Status{mindflow.StatusInProgress}, Sort: "-updated_at", Limit: countedProgress,
	})
	if err != nil {
		return Overview{}, err
	}
	ranked, err := a.RankedTasks(ctx, actor, RankedList{Limit: shownNext})
	if err != nil {
		return Overview{}, err
	}
	now, version := a.now(), actor.WorkspaceVersion
	for range maxMoves {
		snap, p, err := a.together(ctx, actor, version, now)
		if err != nil {
			return Overview{}, err
		}
		o := Overview{
			Day: p.Zone.Today(now), Zone: p.Zone, NextUp: ranked.Tasks, Actionable: ranked.Total,
			InProgress: Group{Count: len(page.Tasks), More: page.Next != "", Tasks: page.Tasks[:min(len(page.Tasks), shownOfEach)]},
		}
		current := true
		m := score.At(p, now)
		for group, among := range map[*Group]func(*mindflow.Fact) bool{&o.Overdue: m.Overdue, &o.DueToday: m.DueToday, &o.Waking: m.WakesToday} {
			refs, count := firstOf(snap.facts, m, among)
			tasks, same, err := a.bodies.of(ctx, actor.WorkspaceID, refs)
			if err != nil {
				return Overview{}, err
			}
			for i, t := range tasks {
				tasks[i] = t.At(now)
			}
			group.Count, group.Tasks, current = count, tasks, current && same
		}
		if current {
			return o, nil
		}
		version = snap.version + 1
	}
	return Overview{}, errMoving
}

// firstOf are the tasks of a kind with the highest scores, and how many there are.
func firstOf(facts []mindflow.Fact, m *score.Moment, among func(*mindflow.Fact) bool) ([]mindflow.TaskRef, int) {
	var places []int
	for i := range facts {
		if among(&facts[i]) {
			places = append(places, i)
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(m.Score(&facts[b]), m.Score(&facts[a])) })
	refs := make([]mindflow.TaskRef, min(len(places), shownOfEach))
	for i := range refs {
		refs[i] = mindflow.TaskRef{ID: facts[places[i]].ID, Version: facts[places[i]].Version}
	}
	return refs, len(places)
}
