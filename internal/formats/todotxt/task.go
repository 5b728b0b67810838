package todotxt

import (
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// translator makes one entry of one line.
type translator struct {
	*formats.Composer
	todo
	options formats.Options
	start   string // what t: said
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
	title := t.TakeTags(strings.Join(text, " "), label)
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

// label is the tag of +project and @context.
func label(word string) string {
	switch name := word[1:]; {
	case name == "":
	case word[0] == '@':
		return name
	case word[0] == '+':
		return "project:" + name
	}
	return ""
}
