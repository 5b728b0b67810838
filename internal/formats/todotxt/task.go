package todotxt

import (
	"cmp"
	"regexp"
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// translator makes one entry of one line.
type translator struct {
	*formats.Composer
	todo
	options formats.Options
	start   string   // what t: said
	rec     string   // what rec: said
	name    string   // what id: said
	parents []string // what p: said
	project bool     // it is in one
}

// translate fills the entry. It answers false if there is nothing left to call
// the task.
func (t *translator) translate() bool {
	var text []string
	for _, word := range t.words {
		if key, value, ok := keyValue(word); ok {
			t.attribute(key, value)
		} else {
			text = append(text, word)
		}
	}
	if len(text) == 0 {
		text = t.words
	}
	t.startDate()
	t.status()
	t.level()
	t.repeat()
	t.stepOf()
	title := t.TakeLabels(strings.Join(text, " "), t.label)
	for _, tag := range t.Task.Tags {
		if name, ok := strings.CutPrefix(tag, "project:"); ok {
			t.Note("project %q became the tag %q", name, tag)
		}
	}
	return t.Title(title)
}

// attribute takes a key:value into a field or the description.
func (t *translator) attribute(key, value string) {
	switch {
	case key == "due" && t.Task.Due.IsZero():
		t.Task.Due = t.date(key, value)
	case key == "t" && t.Task.Start.IsZero():
		t.Task.Start, t.start = t.date(key, value), value
	case key == "rec" && t.rec == "":
		t.rec = value
	case key == "id" && t.name == "":
		t.name = value
		t.Called(value)
	case key == "p":
		t.parents = append(t.parents, value)
	case key == "pri" && t.priority == "" && isLevel(value):
		t.priority = value
	default:
		t.Field(key, value)
	}
}

func (t *translator) date(key, value string) mindflow.When {
	w, err := mindflow.ParseWhen(value, t.options.Zone)
	if err != nil {
		t.Note("%s: %s", key, err)
		t.Field(key, value)
	}
	return w
}

func (t *translator) startDate() {
	if t.Task.Start.Misses(t.Task.Due, t.options.Zone) {
		t.Note("t: is later than due:, which a start date cannot be")
		t.Field("t", t.start)
		t.Task.Start = mindflow.When{}
	}
}

func (t *translator) status() {
	task := &t.Task
	if t.created != nil {
		task.CreatedAt = formats.StartOf(*t.created, t.options.Zone)
	}
	if !t.done {
		return
	}
	task.Status = mindflow.StatusCompleted
	if t.completed == nil {
		return
	}
	task.CompletedAt = formats.StartOf(*t.completed, t.options.Zone)
	if task.CreatedAt.IsZero() {
		task.CreatedAt = task.CompletedAt
	}
	task.UpdatedAt = task.CompletedAt
	if task.CreatedAt.After(task.UpdatedAt) {
		task.UpdatedAt = task.CreatedAt
	}
}

func (t *translator) level() {
	if t.priority != "" {
		t.Task.Priority = max(mindflow.MinPriority, mindflow.MaxPriority-int(t.priority[0]-'A'))
	}
}

// label takes +project, the first one as the project and others as tags, and
// @context as a tag.
func (t *translator) label(word string) (label, taken bool) {
	name := word[1:]
	switch {
	case name == "":
		return false, false
	case word[0] == '@':
		return true, t.Tag(name)
	case word[0] == '+' && !t.project:
		t.project = true
		t.Project(name)
		return true, true
	case word[0] == '+':
		return true, t.Tag("project:" + name)
	}
	return false, false
}

var recForm = regexp.MustCompile(`^(\+?)(\d{0,5})([dbwmy])$`)

var frequencies = map[string]string{"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}

// repeat reads rec:, as SimpleTask and topydo have it: a plus counts from the due
// date, none from the day the task was done. b is a workday.
func (t *translator) repeat() {
	if t.rec == "" {
		return
	}
	if why := t.repeats(); why != "" {
		t.Note("rec %s", why)
		t.Field("rec", t.rec)
	}
}

func (t *translator) repeats() (why string) {
	p := recForm.FindStringSubmatch(t.rec)
	switch {
	case t.done:
		return "is of a task that is done, which does not repeat"
	case p == nil:
		return "is no number of days, weeks, months or years"
	}
	from := mindflow.FromCompletion
	if p[1] != "" {
		from = mindflow.FromSchedule
	}
	times := cmp.Or(p[2], "1")
	rule := "FREQ=" + frequencies[p[3]] + ";INTERVAL=" + times
	if p[3] == "b" {
		if strings.TrimLeft(times, "0") != "1" {
			return "is a number of workdays: only each one can be told"
		}
		rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	}
	parsed, err := recurrence.Parse(rule)
	if err != nil {
		return err.Error()
	}
	if from == mindflow.FromSchedule && !t.Task.Due.IsZero() {
		parsed = parsed.Clamped(t.Task.Due.DayIn(t.options.Zone))
	}
	return t.Repeats(parsed.String(), from, t.options.Zone, "")
}

// stepOf reads p:, which names the id: of the task it is a step of. Of several the
// first one is it.
func (t *translator) stepOf() {
	for i, name := range t.parents {
		if i == 0 {
			t.StepOf(name)
		} else {
			t.Field("p", name)
		}
	}
}
