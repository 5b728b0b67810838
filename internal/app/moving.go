package app

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/order"
	"mindflow/internal/store"
)

// MoveTask puts a task somewhere else among its siblings: the tasks of the same
// project and the same parent. Where it stands there already nothing changes.
func (a *App) MoveTask(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, to mindflow.Move[mindflow.Task], m mindflow.Match) (mindflow.Task, error) {
	return a.changeTask(ctx, actor, id, m, func(tx *store.Tx, t mindflow.Task) (mindflow.Task, error) {
		if err := to.Check(); err != nil {
			return t, err
		}
		low, high, err := beside(tx, t, to)
		if err != nil || between(low, high, t) {
			return t, err
		}
		key, fits := order.Between(low.Key, high.Key)
		if !fits {
			key, err = makeRoom(tx, actor, t, high)
		}
		t.Details.Position = key
		return t, err
	})
}

// beside are the siblings between which a task shall stand; a zero one is an end.
func beside(tx *store.Tx, t mindflow.Task, to mindflow.Move[mindflow.Task]) (low, high store.Sibling, err error) {
	id, field, before := to.Beside()
	var at store.Sibling
	if !id.IsZero() {
		other, err := tx.Task(id)
		switch {
		case mindflow.KindOf(err) == mindflow.KindNotFound:
			return low, high, mindflow.InvalidField(field, "must be a task that is there")
		case err != nil:
			return low, high, err
		case id == t.ID:
			return low, high, mindflow.InvalidField(field, "must be another task")
		case other.Details.ProjectID != t.Details.ProjectID || other.Details.ParentID != t.Details.ParentID:
			return low, high, mindflow.InvalidField(field, "must be a task of the same project, and a step of the same task if it is one")
		}
		at = store.Sibling{ID: id, Key: other.PlaceKey()}
	}
	// At an end the last one is looked for from behind, the first from the front.
	next, _, err := tx.NextSibling(t, at, before != id.IsZero())
	if before != id.IsZero() {
		return next, at, err
	}
	return at, next, err
}

// between reports whether a task stands between two siblings already.
func between(low, high store.Sibling, t mindflow.Task) bool {
	return (low.ID.IsZero() || compareKeys(low.Key, low.ID, t.PlaceKey(), t.ID) < 0) &&
		(high.ID.IsZero() || compareKeys(t.PlaceKey(), t.ID, high.Key, high.ID) < 0)
}

func compareKeys[T any](x string, a mindflow.ID[T], y string, b mindflow.ID[T]) int {
	if c := bytes.Compare([]byte(x), []byte(y)); c != 0 {
		return c
	}
	return bytes.Compare(a[:], b[:])
}

// makeRoom gives a stretch of a task's siblings new keys, where between two of
// them there is no room left, and answers the task's own before high. Nothing
// changes its place by that.
func makeRoom(tx *store.Tx, actor mindflow.Actor, t mindflow.Task, high store.Sibling) (string, error) {
	siblings, err := tx.Siblings(t)
	if err != nil {
		return "", err
	}
	at := len(siblings)
	keys := make([]string, len(siblings))
	for i, s := range siblings {
		keys[i] = s.Key
		if s.ID == high.ID {
			at = i
		}
	}
	from, made := order.Respread(keys, at)
	key := made[at-from]
	moved := map[mindflow.TaskID]string{}
	for i, k := range slices.Concat(made[:at-from], made[at-from+1:]) {
		moved[siblings[from+i].ID] = k
	}
	tasks, err := tx.TasksByID(slices.Collect(maps.Keys(moved)))
	if err != nil {
		return "", err
	}
	tx.InOneCall()
	return key, saveTasks(tx, actor, tasks, mindflow.TaskUpdated, func(t mindflow.Task) (mindflow.Task, error) {
		t.Details.Position = moved[t.ID]
		return t, nil
	})
}

// MoveProject puts a project somewhere else among its siblings: the projects at
// the top, or of the same parent.
func (a *App) MoveProject(ctx context.Context, actor mindflow.Actor, id mindflow.ProjectID, to mindflow.Move[mindflow.Project], m mindflow.Match) (mindflow.Project, error) {
	return a.changeProject(ctx, actor, id, m, func(tx *store.Tx, all []mindflow.Project, p mindflow.Project) (mindflow.Project, error) {
		if err := to.Check(); err != nil {
			return p, err
		}
		siblings := siblingsOf(all, p)
		at, err := placeOf(all, siblings, p, to)
		if err != nil {
			return p, err
		}
		low, high := mindflow.Project{}, mindflow.Project{}
		if at > 0 {
			low = siblings[at-1]
		}
		if at < len(siblings) {
			high = siblings[at]
		}
		if (at == 0 || byPlace(low, p) < 0) && (at == len(siblings) || byPlace(p, high) < 0) {
			return p, nil
		}
		return placeProject(tx, actor, siblings, at, p)
	})
}

// siblingsOf are the others beside a project, deleted ones too, in their order.
func siblingsOf(all []mindflow.Project, p mindflow.Project) []mindflow.Project {
	var siblings []mindflow.Project
	for _, other := range all {
		if other.ParentID == p.ParentID && other.ID != p.ID {
			siblings = append(siblings, other)
		}
	}
	slices.SortFunc(siblings, byPlace)
	return siblings
}

// placeOf is how many of a project's siblings a move puts it behind.
func placeOf(all, siblings []mindflow.Project, p mindflow.Project, to mindflow.Move[mindflow.Project]) (int, error) {
	id, field, before := to.Beside()
	switch {
	case id.IsZero() && before:
		return 0, nil
	case id.IsZero():
		return len(siblings), nil
	case id == p.ID:
		return 0, mindflow.InvalidField(field, "must be another project")
	}
	if _, err := present(all, id); err != nil {
		return 0, mindflow.InvalidField(field, "must be a project that is there")
	}
	at := slices.IndexFunc(siblings, func(other mindflow.Project) bool { return other.ID == id })
	switch {
	case at < 0:
		return 0, mindflow.InvalidField(field, "must be a project of the same parent, or at the top as this one")
	case !before:
		at++
	}
	return at, nil
}

func placeProject(tx *store.Tx, actor mindflow.Actor, siblings []mindflow.Project, at int, p mindflow.Project) (mindflow.Project, error) {
	keys := make([]string, len(siblings))
	for i, s := range siblings {
		keys[i] = s.PlaceKey()
	}
	low, high := "", ""
	if at > 0 {
		low = keys[at-1]
	}
	if at < len(keys) {
		high = keys[at]
	}
	after := p
	if key, fits := order.Between(low, high); fits {
		after.Position = key
		return tx.SaveProject(p, after, actor)
	}
	from, made := order.Respread(keys, at)
	after.Position = made[at-from]
	list := []store.ProjectSaving{{Before: p, After: after}}
	for i, key := range slices.Concat(made[:at-from], made[at-from+1:]) {
		other := siblings[from+i]
		other.Position = key
		list = append(list, store.ProjectSaving{Before: siblings[from+i], After: other})
	}
	tx.InOneCall()
	kept, err := tx.SaveProjects(list, actor)
	if err != nil {
		return p, err
	}
	return kept[0], nil
}
