package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/depend"
	"mindflow/internal/store"
)

// web is how the tasks of a workspace stand to each other, and shall.
type web struct {
	run   *importing
	found map[string]mindflow.TaskID // by what entries call them
	spots map[mindflow.TaskID]*spot
}

// spot is a task in the web.
type spot struct {
	store.Place

	id    mindflow.TaskID
	given bool // the file says what it is a step of
	steps []*spot
	waits []mindflow.TaskID // from now on
}

// web reads how those that the file names stand to each other, and all that have
// to do with them.
func (run *importing) web(ctx context.Context) (*web, error) {
	w := &web{run: run, spots: map[mindflow.TaskID]*spot{}}
	var err error
	if w.found, err = run.find(ctx); err != nil {
		return nil, err
	}
	var ids []mindflow.TaskID
	for _, l := range run.links {
		ids = append(ids, l.id)
	}
	for _, id := range w.found {
		ids = append(ids, id)
	}
	places, err := run.a.store.Linked(ctx, run.actor.WorkspaceID, ids)
	if err != nil {
		return nil, err
	}
	for id, project := range run.fresh {
		places[id] = store.Place{ProjectID: project}
	}
	for id, place := range places {
		w.spots[id] = &spot{Place: place, id: id}
	}
	for _, s := range w.spots {
		if above := w.spots[s.ParentID]; above != nil {
			above.steps = append(above.steps, s)
		}
	}
	return w, nil
}

// find answers the tasks that entries name, as far as they are there.
func (run *importing) find(ctx context.Context) (map[string]mindflow.TaskID, error) {
	sources := map[string]string{} // by what they are called
	var ask []string
	call := func(name string) {
		if _, asked := sources[name]; name == "" || asked {
			return
		}
		source := cmp.Or(run.names[name], name)
		sources[name] = source
		ask = append(ask, source)
	}
	for _, l := range run.links {
		call(l.parent)
		for _, name := range l.blockedBy {
			call(name)
		}
	}
	ids := map[string]mindflow.TaskID{}
	for piece := range slices.Chunk(ask, sourcesAtOnce) {
		known, err := run.a.store.Imported(ctx, run.actor.WorkspaceID, run.in.Format, piece)
		if err != nil {
			return nil, err
		}
		for source, is := range known {
			ids[source] = is.TaskID
		}
	}
	found := map[string]mindflow.TaskID{}
	for name, source := range sources {
		id, known := ids[source]
		if _, fresh := run.fresh[madeUp(source)]; fresh && !known {
			id, known = madeUp(source), true
		}
		if known {
			found[name] = id
		}
	}
	return found, nil
}

const nowhere = "which is neither in the file nor was imported before"

// place makes steps of those that are to be some, one after the other in the order
// of the file.
func (w *web) place() {
	for _, l := range w.run.links {
		me := w.spots[l.id]
		if l.parent == "" || me == nil || !me.ParentID.IsZero() {
			continue
		}
		id, there := w.found[l.parent]
		above := w.spots[id]
		switch {
		case !there || above == nil:
			l.open = true
			w.run.lost(l, "it is a step of %.100q, %s", l.parent, nowhere)
		case above.Deleted:
			w.run.lost(l, "it is a step of %.100q, which is deleted", l.parent)
		default:
			w.under(l, me, above)
		}
	}
	for _, l := range w.run.links {
		l.depth = len(w.above(w.spots[l.id]))
	}
	byDepth := slices.Clone(w.run.links)
	slices.SortStableFunc(byDepth, func(a, b *linkedEntry) int { return cmp.Compare(a.depth, b.depth) })
	for _, l := range byDepth {
		if l.stepOf.IsZero() {
			continue
		}
		me, above := w.spots[l.id], w.spots[l.stepOf]
		switch {
		case me.ProjectID == above.ProjectID:
		case l.known && me.hasOwn():
			w.staysOut(l, me, above)
		default:
			l.moves, l.project, me.ProjectID = true, above.ProjectID, above.ProjectID
		}
	}
}

// under makes a task a step of another, or of one above that where it would nest
// too deep.
func (w *web) under(l *linkedEntry, me, above *spot) {
	way := append([]*spot{above}, w.above(above)...)
	if slices.Contains(way, me) {
		w.run.lost(l, "it is a step of %.100q, and would be one of itself", l.parent)
		return
	}
	if l.known && me.ProjectID != above.ProjectID && (!me.ProjectID.IsZero() || me.hasOwn()) {
		w.run.lost(l, inAnother, l.parent)
		return
	}
	depth, mine := beneath(me, mindflow.MaxStepDepth)
	if over := len(way) + depth - mindflow.MaxStepDepth; over > 0 {
		if over >= len(way) {
			w.run.lost(l, "it is a step of %.100q: steps nest at most %d deep", l.parent, mindflow.MaxStepDepth)
			return
		}
		way = way[over:]
		w.run.note(formats.Note{Place: l.place, Message: fmt.Sprintf(
			"steps nest at most %d deep: it is a step of a task above %.100q", mindflow.MaxStepDepth, l.parent)})
	}
	root := way[len(way)-1]
	if _, others := beneath(root, mindflow.MaxStepDepth); others+1+mine > mindflow.MaxSteps {
		w.run.lost(l, "it is a step of %.100q: a task has at most %d steps", l.parent, mindflow.MaxSteps)
		return
	}
	if !me.ProjectID.IsZero() && root.ProjectID != me.ProjectID {
		w.run.note(formats.Note{Place: l.place, Message: "as a step it is in the project of its task"})
	}
	l.stepOf, me.ParentID, me.given = way[0].id, way[0].id, true
	way[0].steps = append(way[0].steps, me)
}

const inAnother = "it is a step of %.100q, and is not made one: it is in another project by now"

// staysOut leaves a task where it is whose steps would not come along into the project
// of the one it was to be a step of.
func (w *web) staysOut(l *linkedEntry, me, above *spot) {
	w.run.lost(l, inAnother, l.parent)
	l.stepOf, me.ParentID, me.given = mindflow.TaskID{}, mindflow.TaskID{}, false
	above.steps = slices.DeleteFunc(above.steps, func(s *spot) bool { return s == me })
}

// hasOwn reports whether a task has steps of which the file says nothing.
func (s *spot) hasOwn() bool {
	return slices.ContainsFunc(s.steps, func(step *spot) bool { return !step.given })
}

// above are those a task is beneath, the nearest first. There are never many, but
// where something is broken.
func (w *web) above(s *spot) []*spot {
	var way []*spot
	for s != nil && !s.ParentID.IsZero() && len(way) < 2*mindflow.MaxSteps {
		if s = w.spots[s.ParentID]; s != nil {
			way = append(way, s)
		}
	}
	return way
}

// beneath is how deep the steps beneath a task nest, as far as they may, and how
// many there are.
func beneath(s *spot, levels int) (depth, count int) {
	if levels == 0 {
		return 0, 0
	}
	for _, step := range s.steps {
		deeper, more := beneath(step, levels-1)
		depth, count = max(depth, 1+deeper), count+1+more
	}
	return depth, count
}

// wait has tasks wait for others, but for those that would wait for themselves by
// that.
func (w *web) wait() {
	var waiting []mindflow.TaskID
	for _, l := range w.run.links {
		me := w.spots[l.id]
		if me == nil || len(me.BlockedBy) > 0 {
			continue // it waits for what the person says
		}
		if me.waits = w.blockers(l); len(me.waits) > 0 {
			waiting = append(waiting, l.id)
		}
	}
	closing := depend.Closing(waiting,
		func(id mindflow.TaskID) []mindflow.TaskID { return w.of(id).BlockedBy },
		func(id mindflow.TaskID) []mindflow.TaskID { return w.of(id).waits })
	out := map[depend.Link[mindflow.TaskID]]bool{}
	for _, link := range closing {
		out[link] = true
	}
	for _, l := range w.run.links {
		w.settle(l, out)
	}
}

var noSpot = &spot{}

func (w *web) of(id mindflow.TaskID) *spot {
	if s := w.spots[id]; s != nil {
		return s
	}
	return noSpot
}

// blockers are those an entry names that are there.
func (w *web) blockers(l *linkedEntry) []mindflow.TaskID {
	var ids []mindflow.TaskID
	var missing, deleted, itself []string
	for _, name := range l.blockedBy {
		id, there := w.found[name]
		other := w.spots[id]
		switch {
		case !there || other == nil:
			missing = append(missing, name)
		case id == l.id:
			itself = append(itself, name)
		case other.Deleted:
			deleted = append(deleted, name)
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	if len(missing) > 0 {
		l.open = true
		w.run.lost(l, "it depends on %s, %s", listNames(missing), nowhere)
	}
	if len(deleted) > 0 {
		w.run.lost(l, "it depends on %s, which is deleted", listNames(deleted))
	}
	if len(itself) > 0 {
		w.run.lost(l, "it depends on itself")
	}
	return ids
}

// settle keeps what an entry waits for, without what closes a circle.
func (w *web) settle(l *linkedEntry, out map[depend.Link[mindflow.TaskID]]bool) {
	var closing []string
	for _, id := range w.of(l.id).waits {
		if !out[depend.Link[mindflow.TaskID]{From: l.id, To: id}] {
			l.waitsFor = append(l.waitsFor, id)
			continue
		}
		i := slices.IndexFunc(l.blockedBy, func(name string) bool { return w.found[name] == id })
		closing = append(closing, l.blockedBy[i])
	}
	if len(closing) > 0 {
		w.run.lost(l, "it depends on %s, and would wait for itself by that", listNames(closing))
	}
}

// maxListedNames bounds how many names a note lists.
const maxListedNames = 5

func listNames(names []string) string {
	more := len(names) - maxListedNames
	quoted := make([]string, 0, maxListedNames)
	for _, name := range names[:min(len(names), maxListedNames)] {
		quoted = append(quoted, fmt.Sprintf("%.100q", name))
	}
	said := strings.Join(quoted, ", ")
	if more > 0 {
		said += fmt.Sprintf(" and %d more", more)
	}
	return said
}
