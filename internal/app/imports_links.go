package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

const (
	// maxLinks is how many other entries those of a file may name: they are
	// remembered until its end, since what is named may come last.
	maxLinks = 200_000
	// linkRows bounds a transaction that links tasks.
	linkRows = 64
	// sourcesAtOnce is how many source ids one statement asks for.
	sourcesAtOnce = 500
)

// linkedEntry is what an entry says of others, until the file has been read.
type linkedEntry struct {
	place, source string
	id            mindflow.TaskID
	known, gained bool     // imported before; it counts as having gained something
	parent        string   // the one it is a step of
	blockedBy     []string // those it waits for

	// What comes of it.
	stepOf   mindflow.TaskID
	project  mindflow.ProjectID
	moves    bool // it comes into that project with the task it is a step of
	waitsFor []mindflow.TaskID
	depth    int
	open     bool // not all it names is there, or finds room: the next time it may be
}

func (l *linkedEntry) changes() bool { return !l.stepOf.IsZero() || len(l.waitsFor) > 0 }

// named remembers what others call an entry. Of two with one name the first is it.
func (run *importing) named(e *formats.Entry) {
	if _, taken := run.names[e.Name]; e.Name != "" && !taken && len(run.names) < maxLinks {
		run.names[e.Name] = e.SourceID
	}
}

// linksOf keeps what an entry says of others.
func (run *importing) linksOf(e *formats.Entry, is taken) {
	l := &linkedEntry{
		place: e.Place, source: e.SourceID, id: is.id, project: is.project, known: is.known, gained: len(is.gained) > 0, open: is.crowded,
		parent: e.Links.Parent, blockedBy: e.Links.BlockedBy,
	}
	if more := len(l.blockedBy) - mindflow.MaxBlockers; more > 0 {
		l.blockedBy = l.blockedBy[:mindflow.MaxBlockers]
		run.lost(l, "a task waits for at most %d others: %d more are lost", mindflow.MaxBlockers, more)
	}
	run.refs += 1 + len(l.blockedBy)
	if run.refs > maxLinks {
		run.refs = maxLinks
		run.lost(l, "the file names more than %d tasks that others are steps of or wait for: those of this one are lost", maxLinks)
		return
	}
	run.links = append(run.links, l)
}

func (run *importing) lost(l *linkedEntry, format string, args ...any) {
	run.note(formats.Note{Place: l.place, Lost: true, Message: fmt.Sprintf(format, args...)})
}

// link takes in what the entries of the file say of each other, now that all of
// them are there: first it is worked out, then written in small transactions.
func (run *importing) link(ctx context.Context) error {
	if len(run.links) == 0 {
		return nil
	}
	w, err := run.web(ctx)
	if err != nil {
		return err
	}
	w.place()
	w.wait()
	slices.SortStableFunc(run.links, func(a, b *linkedEntry) int { return cmp.Compare(a.depth, b.depth) }) // what is above comes first
	if run.in.DryRun {
		err = run.pretendLinks()
	} else {
		err = run.writeLinks(ctx)
	}
	if err != nil {
		return run.cutShort(err)
	}
	run.tellGains()
	return nil
}

func (run *importing) tellGains() {
	for _, l := range run.links {
		var gained []string
		if !l.stepOf.IsZero() {
			gained = append(gained, "the task it is a step of")
		}
		if len(l.waitsFor) > 0 {
			gained = append(gained, "what it waits for")
		}
		if !l.known || len(gained) == 0 {
			continue
		}
		run.note(gainedNote(l.place, gained))
		if !l.gained {
			run.report.Gained++
		}
	}
}

func (run *importing) pretendLinks() error {
	before := run.held
	for _, l := range run.links {
		if l.changes() {
			run.held = run.held.Plus(mindflow.Usage{Events: 1})
		}
	}
	return run.a.settings.Quotas.Check(mindflow.Growth{Before: before, After: run.held})
}

func (run *importing) writeLinks(ctx context.Context) error {
	for piece := range slices.Chunk(run.links, linkRows) {
		began := time.Now() //nolint:forbidigo // a duration, not a moment: the monotonic clock
		_, err := write(ctx, run.a, run.actor, can.Edit, func(tx *store.Tx) (struct{}, error) {
			return struct{}{}, run.linkPiece(tx, piece)
		})
		run.giveWay(ctx, err, began)
		if err != nil {
			return err
		}
		if run.in.Progress != nil {
			run.in.Progress(run.report)
		}
	}
	return nil
}

// linkPiece keeps what comes of some entries, as far as it fits what has become of
// their tasks since.
func (run *importing) linkPiece(tx *store.Tx, piece []*linkedEntry) error {
	ids := make([]mindflow.TaskID, 0, len(piece))
	var whole []string
	for _, l := range piece {
		if l.changes() {
			ids = append(ids, l.id)
		}
		if !l.open {
			whole = append(whole, l.source)
		}
	}
	tasks, err := tx.TasksNamed(ids)
	if err != nil {
		return err
	}
	var savings []store.Saving
	for _, l := range piece {
		before, there := tasks[l.id]
		if !there || !before.DeletedAt.IsZero() {
			continue
		}
		savings = append(savings, store.Saving{Before: before, After: l.linked(before), Verb: mindflow.TaskUpdated})
	}
	if _, err := tx.SaveTasks(savings, run.actor); err != nil {
		return err
	}
	if err := checkPlaces(tx, savings); err != nil {
		return linkedMeanwhile(err)
	}
	return tx.LinkedSources(run.in.Format, whole)
}

// linked is a task with what its entry says of others, where it says nothing
// itself.
func (l *linkedEntry) linked(t mindflow.Task) mindflow.Task {
	d := &t.Details
	if !l.stepOf.IsZero() && d.ParentID.IsZero() {
		d.ParentID = l.stepOf
		if l.moves {
			d.ProjectID = l.project
		}
	}
	if len(d.BlockedBy) == 0 {
		d.BlockedBy = l.waitsFor
	}
	return t
}

// linkedMeanwhile says that what was worked out does not fit any more.
func linkedMeanwhile(err error) error {
	if mindflow.KindOf(err) != mindflow.KindInvalid {
		return err
	}
	return mindflow.Conflict("Tasks were changed while the file was taken in, and what it says of them does not fit any more; send it again, nothing will be doubled")
}
