package taskwarrior

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// translator makes one entry of one object.
type translator struct {
	*formats.Composer
	object
	options   formats.Options
	id        string // as a source
	recurring recurring
	midnights int // due and start dates that may have been days
}

// translate fills the entry from the object's attributes. It answers false if
// the object does not say what is to be done.
func (t *translator) translate() bool {
	description := t.take("description")
	if description.Kind() != '"' || !t.Title(textOf(description)) {
		return false
	}
	t.annotations()
	t.status()
	t.times()
	t.dates()
	t.priority()
	t.project()
	t.tags()
	t.depends()
	t.recurs()
	t.others()
	return true
}

// sourceID is the uuid, or else made of the whole object.
func (t *translator) sourceID(sources *formats.Sources) string {
	text := textOf(t.values["uuid"])
	if id, err := mindflow.ParseID[mindflow.Task](strings.TrimSpace(text)); err == nil {
		t.take("uuid")
		return id.String()
	}
	normalised := t.normalised()
	t.take("uuid")
	t.Note("it has no uuid, so it is recognised again only as long as it stays as it is")
	t.Field("uuid", text)
	return sources.ID(normalised)
}

// date takes a date attribute; zero if there is none. One we cannot keep becomes text.
func (t *translator) date(name string) time.Time {
	text := textOf(t.take(name))
	if text == "" {
		return time.Time{}
	}
	at, ok := parseDate(strings.TrimSpace(text))
	if !ok {
		t.Note("%s is no date of the years 1970 to 9998", name)
		t.Field(name, text)
		return time.Time{}
	}
	return at
}

// keep makes text of a date that has no place in the task.
func (t *translator) keep(name string, at time.Time) {
	if !at.IsZero() {
		t.Field(name, stamp(at, t.options))
	}
}

// status reads what state the task is in, and the dates that belong to it.
func (t *translator) status() {
	end := t.date("end")
	switch status := textOf(t.take("status")); status {
	case "completed":
		t.Task.Status, t.Task.CompletedAt = mindflow.StatusCompleted, end
		return
	case "deleted":
		t.Task.Status = mindflow.StatusCancelled
	case "pending", "waiting", "":
		t.openStatus()
	default:
		t.Note("its status is unknown: it is pending here")
		t.Field("status", status)
		t.openStatus()
	}
	t.keep("end", end)
}

// openStatus tells snoozed, in progress and pending apart. The snooze may be
// over: whether it is depends on when one asks. A task started only after its
// wait was over is being worked on.
func (t *translator) openStatus() {
	start, wait := t.date("start"), t.date("wait")
	switch {
	case !wait.IsZero() && (start.IsZero() || start.Before(wait)):
		t.Task.Status, t.Task.SnoozedUntil = mindflow.StatusSnoozed, wait.Truncate(time.Second)
		t.keep("start", start)
	case !start.IsZero():
		t.Task.Status = mindflow.StatusInProgress
		t.keep("wait", wait)
	}
}

// times reads when the task came and changed. A completion the file does not
// date is dated by the last change it knows.
func (t *translator) times() {
	t.Task.CreatedAt, t.Task.UpdatedAt = t.date("entry"), t.date("modified")
	if t.Task.Status == mindflow.StatusCompleted && t.Task.CompletedAt.IsZero() {
		t.Task.CompletedAt = t.Task.UpdatedAt
		if t.Task.CompletedAt.IsZero() {
			t.Task.CompletedAt = t.Task.CreatedAt
		}
		if !t.Task.CompletedAt.IsZero() {
			t.Note("it has no end: it counts as completed when it was last changed")
		}
	}
	// An ended task's wait and start have no place any more.
	for _, name := range [...]string{"start", "wait"} {
		t.keep(name, t.date(name))
	}
}

func (t *translator) dates() {
	due, scheduled := t.date("due"), t.date("scheduled")
	t.Task.Due = t.when(due)
	t.tellDay("due", t.Task.Due)
	start := t.when(scheduled)
	if start.Misses(t.Task.Due, t.options.Zone) {
		t.Note("scheduled is later than due, which a start date cannot be")
		t.keep("scheduled", scheduled)
		return
	}
	t.Task.Start = start
	t.tellDay("scheduled", start)
}

// when is the instant, or the day it is the beginning of in the zone the person named.
func (t *translator) when(at time.Time) mindflow.When {
	if at.IsZero() {
		return mindflow.When{}
	}
	if t.options.HasZone {
		if day, ok := formats.DayAt(at, t.options.Zone); ok {
			return mindflow.OnDay(day)
		}
	}
	return mindflow.AtInstant(at)
}

// tellDay says that an instant became a day, or counts one that may have been.
func (t *translator) tellDay(name string, w mindflow.When) {
	if day, ok := w.Day(); ok {
		t.Note("%s at the start of %s became that day", name, day)
	}
	if at, ok := w.Instant(); ok && !t.options.HasZone && maybeMidnight(at) {
		t.midnights++
	}
}

func (t *translator) priority() {
	switch priority := textOf(t.take("priority")); strings.TrimSpace(priority) {
	case "H":
		t.Task.Priority = 5
	case "M":
		t.Task.Priority = 4
	case "L":
		t.Task.Priority = 3
	case "":
		t.Task.Priority = 2
	default: // a person may define levels of their own
		t.Task.Priority = mindflow.DefaultPriority
		t.Note("its priority is none of H, M and L: it is %d here", mindflow.DefaultPriority)
		t.Field("priority", priority)
	}
}

// project reads the way to it: "Home.Garden" is Garden within Home.
func (t *translator) project() { t.Project(strings.Split(textOf(t.take("project")), ".")...) }

func (t *translator) tags() {
	var left []string
	for _, name := range textsOf(t.take("tags")) {
		if !t.Tag(name) {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		t.Note("only %d tags of %d characters fit", mindflow.MaxTags, mindflow.MaxTag)
		t.Field("tags", strings.Join(left, ", "))
	}
}

// depends reads the uuids of what has to be done before. Whether these are there,
// and whether none waits for itself, is seen once the file has been read.
func (t *translator) depends() {
	var odd []string
	for _, text := range textsOf(t.take("depends")) {
		if id, err := mindflow.ParseID[mindflow.Task](text); err == nil {
			t.WaitsFor(id.String())
		} else {
			odd = append(odd, text)
		}
	}
	if len(odd) > 0 {
		t.Text("Depends on: " + strings.Join(odd, ", "))
		t.Note("what it depends on without naming it by a uuid became text in the description")
	}
}

// annotation is a dated remark; at is zero if its date cannot be read.
type annotation struct {
	at   time.Time
	text string
}

// annotations become paragraphs, oldest first.
func (t *translator) annotations() {
	value := t.take("annotations")
	if value.Kind() != '[' {
		t.Field("annotations", textOf(value))
		return
	}
	var all []annotation
	for _, member := range listOf(value) {
		all = append(all, t.annotation(member))
	}
	slices.SortStableFunc(all, func(a, b annotation) int { return a.at.Compare(b.at) })
	for _, a := range all {
		t.Text(a.text)
	}
	if len(all) > 0 {
		t.Note("%s became text in the description", count(len(all), "annotation"))
	}
}

// annotation is kept as JSON if it is anything but a text and a date.
func (t *translator) annotation(v jsontext.Value) annotation {
	o, err := parseObject(v)
	text, entry := textOf(o.take("description")), textOf(o.take("entry"))
	if err != nil || len(o.rest()) > 0 {
		return annotation{text: "annotation: " + textOf(v)}
	}
	if at, ok := parseDate(entry); ok {
		return annotation{at, stamp(at, t.options) + ": " + text}
	}
	return annotation{text: strings.TrimPrefix(entry+": "+text, ": ")}
}

// others keeps what is left, dates we know to be dates in readable form.
func (t *translator) others() {
	for _, name := range t.rest() {
		value := textOf(t.take(name))
		switch name {
		case "id", "urgency":
			continue
		case "until":
			if at, ok := parseDate(value); ok {
				value = stamp(at, t.options)
			}
		}
		t.Field(name, value)
	}
}

func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
