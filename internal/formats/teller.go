package formats

import (
	"errors"
	"fmt"
	"io"
)

// patience is how many pieces may fail before any is read, until the file is
// taken for something else.
const patience = 100

// Teller yields what a reader finds. Problems wait until something was read: if
// nothing ever is, the file as a whole is the problem.
type Teller struct {
	yield    func(Item, error) bool
	offset   func() int64
	what     string // the file should be
	good     bool   // something was read
	held     []Problem
	problems int
}

// NewTeller yields items with the offset they have when they are told. What
// completes "this is not …".
func NewTeller(yield func(Item, error) bool, offset func() int64, what string) *Teller {
	return &Teller{yield: yield, offset: offset, what: what}
}

// Problems is how many were told.
func (t *Teller) Problems() int { return t.problems }

// Tell yields the item, or holds it. It answers false when reading is to stop.
func (t *Teller) Tell(item Item) bool {
	switch {
	case item.Problem == nil:
		t.good = true
		return t.Release() && t.Give(item)
	case t.good:
		t.problems++
		return t.Give(item)
	}
	t.problems++
	t.held = append(t.held, *item.Problem)
	if len(t.held) < patience {
		return true
	}
	t.Reject(fmt.Sprintf("none of its first %d pieces can be read as a task", patience))
	return false
}

// Release yields the problems that waited.
func (t *Teller) Release() bool {
	held := t.held
	t.held = nil
	for i := range held {
		if !t.Give(Item{Problem: &held[i]}) {
			return false
		}
	}
	return true
}

// Give yields the item at once.
func (t *Teller) Give(item Item) bool {
	item.Offset = t.offset()
	return t.yield(item, nil)
}

// Reject says why the file as a whole cannot be read; that is the end.
func (t *Teller) Reject(why string) {
	t.Give(ProblemAt(WholeFile, "this is not "+t.what+": "+why))
}

// End tells what ended the reading: io.EOF, ErrUTF16, or the file's error. It
// answers true if there is nothing left to tell but of the file as a whole.
func (t *Teller) End(err error) bool {
	switch {
	case errors.Is(err, io.EOF):
		return t.Release()
	case errors.Is(err, ErrUTF16):
		t.Give(ProblemAt(WholeFile, err.Error()))
	default:
		t.Fail(fmt.Errorf("read the file: %w", err))
	}
	return false
}

// Fail ends the reading with an error.
func (t *Teller) Fail(err error) {
	if t.Release() {
		t.yield(Item{}, err)
	}
}

// ProblemAt is the item of a problem.
func ProblemAt(place, message string) Item {
	return Item{Problem: &Problem{Place: place, Message: message}}
}

// SkippedAt is the item of an entry left out.
func SkippedAt(place, message string) Item {
	return Item{Skipped: &Skipped{Place: place, Message: message}}
}
