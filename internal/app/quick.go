package app

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/quickadd"
)

// Line is text from which a task is read, and how it is meant.
type Line struct {
	Text   string
	At     mindflow.Field[string] `json:",omitzero"` // when it was typed; now when absent
	Locale mindflow.Field[string] `json:",omitzero"` // the person's when absent
	// Fields are said besides, and go before what the text says.
	Fields mindflow.Draft `json:",omitzero"`
}

// Understood is what a text says about a task.
type Understood = quickadd.Draft

// ParseTask reads a task out of a text, and keeps nothing.
func (a *App) ParseTask(ctx context.Context, actor mindflow.Actor, line Line) (Understood, error) {
	if err := can.View.Within(actor.Scopes); err != nil {
		return Understood{}, err
	}
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return Understood{}, err
	}
	return line.read(p, a.now())
}

// QuickAdd adds the task that a line says, in a project of the name it says,
// which is made if there is none. A client may bring the task's id: with the same
// line it is the same task, whatever day it is.
func (a *App) QuickAdd(ctx context.Context, actor mindflow.Actor, id mindflow.TaskID, line Line) (mindflow.Task, bool, error) {
	p, err := a.preferencesOf(ctx, actor)
	if err != nil {
		return mindflow.Task{}, false, err
	}
	said, err := line.read(p, a.now())
	if err != nil {
		return mindflow.Task{}, false, mindflow.Invalid(append(mindflow.FieldsOf(err), line.Fields.Validate()...)...)
	}
	draft, project := line.draft(said)
	task, hash, err := a.newTask(ctx, actor, id, draft)
	if !id.IsZero() {
		var broken error
		if hash, broken = draftHash(line); broken != nil { // not of the draft, which tomorrow would be another
			return task, false, broken
		}
	}
	if err != nil {
		return a.repeated(ctx, actor, id, hash, err)
	}
	return a.makeTask(ctx, actor, task, hash, project)
}

// draft is what the line asks for, and the name of the task's project, if it is
// the text that names it.
func (l Line) draft(said Understood) (mindflow.Draft, string) {
	project := said.Project
	if l.Fields.ProjectID.Set {
		project = ""
	}
	return l.Fields.Over(draftOf(said)), project
}

// draftOf is what a text says, as a draft.
func draftOf(u Understood) mindflow.Draft {
	d := mindflow.Draft{Title: mindflow.Some(u.Title)}
	some(&d.Priority, u.Priority)
	some(&d.DueDate, u.DueDate)
	some(&d.StartDate, u.StartDate)
	some(&d.EffortMinutes, u.EffortMinutes)
	some(&d.PreferredTime, string(u.PreferredTime))
	if len(u.Tags) > 0 {
		d.Tags = mindflow.Some(u.Tags)
	}
	var reminders []mindflow.ReminderDraft
	for _, r := range u.Reminders {
		if r.At != "" {
			reminders = append(reminders, mindflow.ReminderDraft{At: r.At})
		} else {
			reminders = append(reminders, mindflow.ReminderDraft{BeforeMinutes: &r.BeforeMinutes})
		}
	}
	if len(reminders) > 0 {
		d.Reminders = mindflow.Some(reminders)
	}
	some(&d.Recurrence, mindflow.RecurrenceDraft{Rule: u.Recurrence.Rule, From: string(u.Recurrence.From)})
	return d
}

// some sets a field to a value, if there is one.
func some[T comparable](f *mindflow.Field[T], v T) {
	if v != *new(T) {
		*f = mindflow.Some(v)
	}
}

// isHidden reports whether a character is a control character, white space aside: that is folded.
func isHidden(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// read is what the line says to somebody, at a moment unless it names its own.
func (l Line) read(p mindflow.Preferences, now time.Time) (Understood, error) {
	var bad []mindflow.FieldError
	if mindflow.Length(l.Text) > mindflow.MaxLine {
		bad = append(bad, mindflow.FieldError{Field: "text", Message: fmt.Sprintf("must not be longer than %d characters", mindflow.MaxLine)})
	}
	if strings.ContainsFunc(l.Text, isHidden) {
		bad = append(bad, mindflow.FieldError{Field: "text", Message: "must not hold control characters"})
	}
	if l.At.Set && !l.At.Null {
		at, err := mindflow.ParseInstant(l.At.Value, p.Zone)
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: "at", Message: err.Error()})
		}
		now = at
	}
	locale := p.Locale
	if l.Locale.Set && !l.Locale.Null {
		said, err := mindflow.ParseLocale(l.Locale.Value)
		if err != nil {
			bad = append(bad, mindflow.FieldError{Field: "locale", Message: err.Error()})
		}
		locale = said
	}
	if len(bad) > 0 {
		return Understood{}, mindflow.Invalid(bad...)
	}
	return quickadd.Parse(l.Text, now, p.Zone, locale), nil
}
