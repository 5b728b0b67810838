package storetest

import (
	"bytes"
	"cmp"
	"flag"
	"slices"
	"strconv"
	"strings"

	"mindflow/internal/mindflow"
)

// holds is what a query's filters mean, said once more and simply.
func holds(q mindflow.TaskQuery, task mindflow.Task) bool {
	due := task.Due.Start(q.Zone)
	switch {
	case !task.DeletedAt.IsZero(),
		len(q.Statuses) > 0 && !slices.Contains(q.Statuses, task.At(q.At).Status),
		len(q.Priorities) > 0 && !slices.Contains(q.Priorities, task.Priority),
		!q.DueFrom.IsZero() && (task.Due.IsZero() || due.Before(q.DueFrom)),
		!q.DueBefore.IsZero() && (task.Due.IsZero() || !due.Before(q.DueBefore)):
		return false
	}
	if len(q.TagKeys) > 0 && !slices.ContainsFunc(task.Tags, func(tag string) bool { return slices.Contains(q.TagKeys, mindflow.Fold(tag)) }) {
		return false
	}
	texts := append([]string{task.Title, task.Description}, task.Tags...)
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(mindflow.Fold(text), q.SearchKey) })
}

// compare is what a query's order means: by value, those without one last
// either way, then by id. A day that was skipped starts together with the next
// one and comes before it.
func compare(q mindflow.TaskQuery, a, b mindflow.Task) int {
	c := 0
	switch q.Order.Field {
	case mindflow.ByCreatedAt:
		c = a.CreatedAt.Compare(b.CreatedAt)
	case mindflow.ByUpdatedAt:
		c = a.UpdatedAt.Compare(b.UpdatedAt)
	case mindflow.ByPriority:
		c = cmp.Compare(a.Priority, b.Priority)
	case mindflow.ByTitle:
		c = strings.Compare(mindflow.Fold(a.Title), mindflow.Fold(b.Title))
	case mindflow.ByPosition:
		c = strings.Compare(a.PlaceKey(), b.PlaceKey())
	case mindflow.ByDueDate:
		if a.Due.IsZero() != b.Due.IsZero() {
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		c = a.Due.Start(q.Zone).Compare(b.Due.Start(q.Zone))
		if c == 0 && !a.Due.IsZero() {
			c = cmp.Compare(dayOf(q.Zone, a.Due), dayOf(q.Zone, b.Due))
		}
	}
	if c == 0 {
		c = bytes.Compare(a.ID[:], b.ID[:])
	}
	if q.Order.Down {
		c = -c
	}
	return c
}

func dayOf(z mindflow.Zone, w mindflow.When) mindflow.Day {
	if day, ok := w.Day(); ok {
		return day
	}
	at, _ := w.Instant()
	return z.Today(at)
}

// Expected is the whole list a query asks for.
func Expected(q mindflow.TaskQuery, tasks map[mindflow.TaskID]mindflow.Task) []mindflow.TaskID {
	var found []mindflow.Task
	for _, task := range tasks {
		if holds(q, task) {
			found = append(found, task)
		}
	}
	slices.SortFunc(found, func(a, b mindflow.Task) int { return compare(q, a, b) })
	ids := make([]mindflow.TaskID, len(found))
	for i, task := range found {
		ids[i] = task.ID
	}
	return ids
}

// Share is how many of rapid's examples a property tries each of which costs
// many requests: so many of the hundred that are usual, and as large a share of
// any other number that -rapid.checks asks for.
func Share(percent int) int {
	checks := 100
	if f := flag.Lookup("rapid.checks"); f != nil {
		if n, err := strconv.Atoi(f.Value.String()); err == nil {
			checks = n
		}
	}
	return checks * percent / 100
}
