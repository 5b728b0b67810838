package taskwarrior

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"mindflow/internal/formats"
)

// Read is the formats.Reader of Taskwarrior's exports.
func Read(r io.Reader, o formats.Options) iter.Seq2[formats.Item, error] {
	return func(yield func(formats.Item, error) bool) {
		scan := newScanner(r)
		offset := func() int64 { return scan.offset }
		run := reading{scan: scan, options: o, series: map[string]*series{}, Teller: formats.NewTeller(yield, offset, "what `task export` prints")}
		run.all()
	}
}

// reading is one pass through a file.
type reading struct {
	*formats.Teller
	scan    *scanner
	options formats.Options
	sources formats.Sources

	series map[string]*series // by the template's uuid
	order  []string           // in which they were met

	objects   int // seen so far
	midnights int // dates that a zone might make days
}

func (r *reading) all() {
	if err := r.scan.skipBOM(); err != nil {
		r.End(err)
		return
	}
	for {
		f, err := r.scan.next()
		switch {
		case errors.Is(err, io.EOF):
			r.end()
			return
		case err != nil:
			r.End(err)
			return
		}
		if item, now := r.item(f); now && !r.Tell(item) {
			return
		}
	}
}

// item is what a frame turns out to be, unless that is known at the end of the file
// only.
func (r *reading) item(f frame) (item formats.Item, now bool) {
	if f.kind == junk {
		return formats.ProblemAt(lines(f), "this is no task"), true
	}
	r.objects++
	place := fmt.Sprintf("entry %d, %s", r.objects, lines(frame{first: f.first, last: f.first}))
	if f.kind == broken {
		place = fmt.Sprintf("entry %d, %s", r.objects, lines(f))
		return formats.ProblemAt(place, f.why+"; nothing was read up to the next line that starts an entry"), true
	}
	o, err := parseObject(f.raw)
	if err != nil {
		return formats.ProblemAt(place, err.Error()), true
	}
	return r.entry(place, o)
}

func (r *reading) entry(place string, o object) (item formats.Item, now bool) {
	if textOf(o.values["status"]) == "recurring" {
		return r.keepTemplate(place, o)
	}
	t := &translator{Composer: formats.Compose(place), object: o, options: r.options}
	t.id = t.sourceID(&r.sources)
	if !t.translate() {
		return formats.ProblemAt(place, "it has no description, so there is nothing to do"), true
	}
	r.midnights += t.midnights
	if t.recurring.recur != "" {
		return r.hold(t)
	}
	return t.item(), true
}

// end says what can only be said of the file as a whole.
func (r *reading) end() {
	if !r.tellSeries() {
		return
	}
	if r.Problems() > 0 && r.objects == 0 {
		r.Reject("there is no JSON object in it")
		return
	}
	if !r.Release() {
		return
	}
	if r.scan.open > 0 && r.Problems() == 0 && !r.Give(note("its closing bracket is missing: the end may be cut off")) {
		return
	}
	if r.midnights > 0 {
		r.Give(note(fmt.Sprintf("%s may have been whole days, which Taskwarrior exports as midnights: "+
			"name the time zone of the file (--timezone) to import them as days", count(r.midnights, "due or scheduled date"))))
	}
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
