package taskwarrior

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"mindflow/internal/formats"
)

// patience is how many pieces may fail before any is read, until the file is
// taken for something else than an export.
const patience = 100

// Read is the formats.Reader of Taskwarrior's exports.
func Read(r io.Reader, o formats.Options) iter.Seq2[formats.Item, error] {
	return func(yield func(formats.Item, error) bool) {
		run := reading{scan: newScanner(r), options: o, yield: yield}
		run.all()
	}
}

// reading is one pass through a file.
type reading struct {
	scan    *scanner
	options formats.Options
	yield   func(formats.Item, error) bool
	sources formats.Sources

	objects   int               // seen so far
	problems  int               // found so far
	good      bool              // some object was a task
	held      []formats.Problem // those found before
	midnights int               // dates that a zone might make days
}

func (r *reading) all() {
	if err := r.scan.skipBOM(); err != nil {
		r.give(formats.Item{Problem: &formats.Problem{
			Place: formats.WholeFile, Message: "it is encoded as UTF-16: save it as UTF-8",
		}})
		return
	}
	for {
		f, err := r.scan.next()
		switch {
		case errors.Is(err, io.EOF):
			r.end()
			return
		case err != nil:
			if r.release() {
				r.yield(formats.Item{}, fmt.Errorf("read the export: %w", err))
			}
			return
		}
		if !r.tell(r.item(f)) {
			return
		}
	}
}

// item is what a frame turns out to be.
func (r *reading) item(f frame) formats.Item {
	if f.kind == junk {
		return problem(lines(f), "this is no task")
	}
	r.objects++
	place := fmt.Sprintf("entry %d, %s", r.objects, lines(frame{first: f.first, last: f.first}))
	if f.kind == broken {
		place = fmt.Sprintf("entry %d, %s", r.objects, lines(f))
		return problem(place, f.why+"; nothing was read up to the next line that starts an entry")
	}
	o, err := parseObject(f.raw)
	if err != nil {
		return problem(place, err.Error())
	}
	return r.entry(place, o)
}

func (r *reading) entry(place string, o object) formats.Item {
	if textOf(o.values["status"]) == "recurring" {
		return formats.Item{Skipped: &formats.Skipped{Place: place, Message: template(o)}}
	}
	t := translator{Composer: formats.Compose(place), object: o, options: r.options}
	id := t.sourceID(&r.sources)
	if !t.translate() {
		return problem(place, "it has no description, so there is nothing to do")
	}
	r.midnights += t.midnights
	e := t.Entry(id)
	return formats.Item{Entry: &e}
}

// template says why a recurring template is no task.
func template(o object) string {
	c := formats.Compose("")
	if !c.Title(textOf(o.values["description"])) {
		c.Task.Title = "(no description)"
	}
	often := ""
	if recur := formats.Compose(""); recur.Title(textOf(o.values["recur"])) {
		often = " (" + recur.Task.Title + ")"
	}
	return fmt.Sprintf("%q is the template of a recurring task%s: it is not imported, the tasks made from it are", c.Task.Title, often)
}

// tell yields the item. Problems wait until something was read: if nothing
// ever is, the file as a whole is the problem.
func (r *reading) tell(item formats.Item) bool {
	switch {
	case item.Problem == nil:
		r.good = true
		return r.release() && r.give(item)
	case r.good:
		r.problems++
		return r.give(item)
	}
	r.problems++
	r.held = append(r.held, *item.Problem)
	if len(r.held) < patience {
		return true
	}
	r.give(noExport(fmt.Sprintf("none of its first %d pieces can be read as a task", patience)))
	return false
}

// release yields the problems that waited.
func (r *reading) release() bool {
	held := r.held
	r.held = nil
	for i := range held {
		if !r.give(formats.Item{Problem: &held[i]}) {
			return false
		}
	}
	return true
}

func (r *reading) give(item formats.Item) bool {
	item.Offset = r.scan.offset
	return r.yield(item, nil)
}

// end says what can only be said of the file as a whole.
func (r *reading) end() {
	if r.problems > 0 && r.objects == 0 {
		r.give(noExport("there is no JSON object in it"))
		return
	}
	if !r.release() {
		return
	}
	if r.scan.open > 0 && r.problems == 0 && !r.give(note("its closing bracket is missing: the end may be cut off")) {
		return
	}
	if r.midnights > 0 {
		r.give(note(fmt.Sprintf("%s may have been whole days, which Taskwarrior exports as midnights: "+
			"name the time zone of the file (--timezone) to import them as days", count(r.midnights, "due or scheduled date"))))
	}
}

func noExport(why string) formats.Item {
	return problem(formats.WholeFile, "this is not what `task export` prints: "+why)
}

func problem(place, message string) formats.Item {
	return formats.Item{Problem: &formats.Problem{Place: place, Message: message}}
}

func note(message string) formats.Item {
	return formats.Item{Note: &formats.Note{Place: formats.WholeFile, Message: message}}
}

func lines(f frame) string {
	if f.first == f.last {
		return fmt.Sprintf("line %d", f.first)
	}
	return fmt.Sprintf("lines %d–%d", f.first, f.last)
}
