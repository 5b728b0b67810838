// Package depend knows what it means that tasks wait for each other.
package depend

import (
	"slices"

	"mindflow/internal/mindflow"
)

// Circle answers the shortest circle that a task would be in if it waited for
// some others: the task, one of these, and so on, each waiting for the next and
// the last for the task. It answers nothing when there would be none. The others
// come in their order; waits says what any task but the first waits for.
func Circle(task mindflow.TaskID, others []mindflow.TaskID, waits func(mindflow.TaskID) []mindflow.TaskID) []mindflow.TaskID {
	from := map[mindflow.TaskID]mindflow.TaskID{} // by whom each was reached first
	var reached []mindflow.TaskID
	reach := func(by mindflow.TaskID, all []mindflow.TaskID) bool {
		for _, id := range all {
			if id == task {
				return true
			}
			if _, known := from[id]; !known {
				from[id] = by
				reached = append(reached, id)
			}
		}
		return false
	}
	reach(task, others)
	for len(reached) > 0 {
		id := reached[0]
		reached = reached[1:]
		if !reach(id, waits(id)) {
			continue
		}
		circle := []mindflow.TaskID{id}
		for from[id] != task {
			id = from[id]
			circle = append(circle, id)
		}
		circle = append(circle, task)
		slices.Reverse(circle)
		return circle
	}
	return nil
}

// CircleAmong answers the shortest circle of the first of some tasks that is in
// one; nothing when none is. waits says what any task waits for.
func CircleAmong(tasks []mindflow.TaskID, waits func(mindflow.TaskID) []mindflow.TaskID) []mindflow.TaskID {
	// Where there is no circle, which is nearly always, one walk finds that out for all.
	if len(Closing(tasks, func(mindflow.TaskID) []mindflow.TaskID { return nil }, waits)) == 0 {
		return nil
	}
	for _, id := range tasks {
		if circle := Circle(id, waits(id), waits); len(circle) > 0 {
			return circle
		}
	}
	return nil
}
