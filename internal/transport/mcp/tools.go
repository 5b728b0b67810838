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
		meta: shownOnCard, use: s.whatsNext,
	}.add(s, server)
	offer[addIn, addOut]{
		name: "add_tasks", title: "Add tasks", effect: adds,
		about: "Adds 1 to 50 new tasks in one call: all of them, or none. " +
			"Use it when the person wants something remembered or planned; give each task as many fields as they told you, and do not make up the rest. " +
			"Put several tasks into one call; what a task is done in goes into its steps, one more step of a task that exists names it as step_of. Do not use it to change a task that exists (update_task). " +
			"With an idempotency_key of your own making a call can be sent again without adding anything twice.",
		limits: limitAdding, use: s.addTasks,
	}.add(s, server)
	offer[findIn, findOut]{
		name: "find_tasks", title: "Find tasks", effect: reads, again: true,
		about: "Tasks by words, status, tag, priority or due date, a page at a time. " +
			"Use it to look tasks up, to list some of them, or to learn an id. " +
			"Do not use it to decide what to do (whats_next), and do not rank what it answers yourself.",
		limits: limitFinding, use: s.findTasks,
	}.add(s, server)
	offer[updateIn, oneOut]{
		name: "update_task", title: "Change a task", effect: replaces, again: true,
		about: "Changes the fields you name and keeps the others; null clears one. " +
			"Use it to rename, re-date or re-prioritise a task, to have it repeat or reminded of, to begin it (in_progress), to reopen it (pending) or to give it up (cancelled), which ends a task that repeats. " +
			"Do not use it for a task that is done (complete_task), to be put off (snooze_task) or not done this once (skip_task). Tags replace all there were.",
		limits: limitUpdate, use: s.updateTask,
	}.add(s, server)
	offer[manyIn, manyOut]{
		name: "update_tasks", title: "Change several tasks", effect: replaces, again: true,
		about: "Changes up to 1000 tasks alike in one call, all of them or none, with one undo. " +
			"Use it to move, tag, re-prioritise, complete, put off or give up many: learn their ids with find_tasks, and say how many before you do. " +
			"Do not use it for one task (update_task, complete_task, snooze_task), or to set different things for each.",
		limits: limitMany, use: s.updateTasks,
	}.add(s, server)
	offer[completeIn, oneOut]{
		name: "complete_task", title: "Complete a task", effect: moves, again: true,
		about: "Marks a task as done; its open steps stay open unless with_steps says that they are done, too. Use it when the person says that they did it. " +
			"Do not use it for what they no longer want to do (update_task with the status cancelled). update_task with the status pending takes it back.",
		meta: calledByCard, limits: limitName, use: s.completeTask,
	}.add(s, server)
	offer[nameIn, oneOut]{
		name: "skip_task", title: "Skip a task this once", effect: moves,
		about: "Gives up the present occurrence of a task that repeats; the next one comes when it is due. " +
			"Use it when the person will not do it this time, but goes on with it: \"no gym today\". " +
			"Do not use it for what they do later today or tomorrow (snooze_task), have done (complete_task), or never want to do again (update_task with the status cancelled).",
		limits: limitName, use: s.skipTask,
	}.add(s, server)
	offer[snoozeIn, oneOut]{
		name: "snooze_task", title: "Put a task off", effect: moves,
		about: "Puts a task out of sight for a while, or until a date and time; then it comes back by itself. " +
			"Use it when the person cannot or does not want to do it now. " +
			"Do not use it to move a deadline (update_task with due_date).",
		meta: calledByCard, limits: limitName, use: s.snoozeTask,
	}.add(s, server)
	offer[moveIn, oneOut]{
		name: "move_task", title: "Put a task in its place", effect: moves, again: true,
		about: "Puts a task before or behind another of the same project, or of the same steps, in the order the person keeps by hand. " +
			"Use it when they say what comes first in a list of theirs; find_tasks sorted by position shows it. " +
			"Do not use it to make a task more urgent: the best task goes by scores (update_task with priority or due_date).",
		limits: limitMove, use: s.moveTask,
	}.add(s, server)
	offer[projectIn, projectOut]{
		name: "change_project", title: "Change a project", effect: replaces, again: true,
		about: "Renames a project, makes it a part of another, archives it or takes it up again, or puts it in its place among the others: one of these a call. " +
			"Use it when the person wants their projects arranged. " +
			"Do not use it to put a task into a project (update_task), or to make one: add_tasks and update_task make those they name.",
		limits: limitProject, use: s.changeProject,
	}.add(s, server)
	offer[saveIn, savedOut]{
		name: "save_template", title: "Keep as a template", effect: adds,
		about: "Keeps a task with its steps, or a project with its tasks, as a template; its dates count from the first of them. " +
			"Use it when the person will want the same again, at no fixed times. Do not use it for what repeats by itself (update_task with repeats).",
		limits: limitSave, use: s.saveTemplate,
	}.add(s, server)
	offer[useIn, useOut]{
		name: "use_template", title: "Use a template", effect: adds,
		about: "Makes what a template of the person's says: a task or a project with its steps, dates counted from a day. " +
			"Use it when they name one, or want again what they keep one for. Do not use it for anything else that is new (add_tasks).",
		limits: limitUse, use: s.useTemplate,
	}.add(s, server)
	offer[undoIn, undoOut]{
		name: "undo", title: "Take a change back", effect: moves,
		about: "Takes back what one call has changed, all of it or nothing: your last one, or the one whose change you name. " +
			"Use it when the person says that it was wrong. It refuses where it would overwrite what was changed since, and says what. " +
			"Do not use it to reopen a task that was done long ago (update_task with the status pending).",
		limits: limitUndo, use: s.undo,
	}.add(s, server)
	offer[explainIn, explainOut]{
		name: "explain_ranking", title: "Why one task comes before another", effect: reads, again: true,
		about: "Why one task comes before another: what the scores of both are made of, and what makes the difference. " +
			"Use it when the person asks why. Do not use it to find out what to do (whats_next).",
		limits: limitExplaining, use: s.explainRanking,
	}.add(s, server)
	offer[struct{}, dayOut]{
		name: "day_overview", title: "The day at a glance", effect: reads, again: true,
		about: "What is overdue, due today, in progress, next up, and snoozed until later today, with how many of each. " +
			"Use it to plan a day or to look back at one. Do not use it for the one next thing (whats_next), or for other days (find_tasks).",
		use: s.dayOverview,
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
