package todoist

import (
	"strconv"
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/formats/sheet"
	"mindflow/internal/mindflow"
)

// translator makes one entry of one row and the comments behind it.
type translator struct {
	*formats.Composer
	*sheet.Row
	*reading
	id       string
	comments int
}

// translate fills the entry. It answers false if there is nothing to call the task.
func (t *translator) translate(content string) bool {
	if !t.Title(t.TakeTags(content, label)) {
		return false
	}
	t.Text(t.take("DESCRIPTION"))
	t.Project(t.project, t.section)
	t.indent()
	t.priority()
	t.dates()
	t.duration()
	if author := t.take("AUTHOR"); author != "" {
		t.Text("AUTHOR: " + author) // stands in every row: a remark each would hide the others
	}
	for name, value := range t.Rest() {
		t.Field(name, value)
	}
	return true
}

// take takes a cell; Todoist writes None in some that are empty.
func (t *translator) take(name string) string {
	text := t.Take(t.column(name))
	if text == "None" && strings.HasPrefix(name, "DURATION") {
		return ""
	}
	return text
}

// label is the tag of @name.
func label(word string) string {
	if word[0] == '@' {
		return word[1:]
	}
	return ""
}

// maxIndent is how deep tasks can be below one another.
const maxIndent = 10

func (t *translator) indent() {
	text := t.take("INDENT")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxIndent {
		n = 1
		t.unread("INDENT", text, "is no depth")
	}
	t.StepOf(t.partOf(n, t.id))
}

func (t *translator) priority() {
	text := t.take("PRIORITY")
	t.Task.Priority = 2
	if len(text) == 1 && text[0] >= '1' && text[0] <= '4' {
		t.Task.Priority = 6 - int(text[0]-'0')
		return
	}
	t.unread("PRIORITY", text, "is none of 1 to 4: it counts as 4")
}

// unread keeps as text what is there and is not understood.
func (t *translator) unread(name, text, why string) {
	if text != "" {
		t.Note("%s %s", name, why)
		t.Field(name, text)
	}
}

func (t *translator) dates() {
	zone := t.take("TIMEZONE")
	language := t.take("DATE_LANG")
	t.Task.Due = t.date("DATE", language, zone)
	deadline := t.Cell(t.column("DEADLINE"))
	due := t.date("DEADLINE", t.take("DEADLINE_LANG"), zone)
	switch {
	case due.IsZero():
	case t.Task.Due.IsZero():
		t.Task.Due = due
		t.Note("its deadline became the due date")
	default:
		t.Field("DEADLINE", deadline)
	}
}

// date takes a date of a language and a zone. One that is not understood
// becomes text.
func (t *translator) date(name, language, zone string) mindflow.When {
	text := t.take(name)
	if text == "" {
		return mindflow.When{}
	}
	m, err := t.parse(text, language, zone)
	if err == nil {
		if m.Near {
			t.Note("%s %q names no year: it was read as %s", name, text, m.When)
		}
		return m.When
	}
	if name == "DATE" && t.repeat(name, text, language, zone) {
		return t.Task.Due
	}
	if isRecurring(text) {
		t.Note("it recurs in a way that is not understood, and is a single task here")
	} else {
		t.Note("%s %s", name, err)
	}
	t.Field(name, text)
	if how := strings.Trim(language+", "+zone, ", "); how != "" {
		t.Text(name + " is in " + how)
	}
	return mindflow.When{}
}

func (t *translator) parse(text, language, zone string) (formats.Moment, error) {
	o := t.options
	if zone != "" {
		z, err := mindflow.LoadZone(zone)
		if err == nil {
			o.Zone = z
		} else if _, day := mindflow.ParseDay(text); day != nil {
			return formats.Moment{}, formats.ErrNoDate // a time nobody knows where
		}
	}
	if !strings.HasPrefix(strings.ToLower(language), "en") && language != "" {
		w, err := mindflow.ParseWhen(text, o.Zone)
		if err != nil {
			return formats.Moment{}, formats.ErrNoDate
		}
		return formats.Moment{When: w}, nil
	}
	return formats.ParseMoment(text, o)
}

// isRecurring knows the English words for it.
func isRecurring(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "every") || strings.HasPrefix(text, "ev ") || text == "daily" || text == "weekly" || text == "monthly" || text == "yearly"
}

const minutesOfDay = 24 * 60

func (t *translator) duration() {
	text, unit := t.take("DURATION"), t.take("DURATION_UNIT")
	n, err := strconv.Atoi(text)
	switch strings.ToLower(unit) {
	case "", "minute", "minutes":
	case "day", "days":
		n = min(n, mindflow.MaxEffort) * minutesOfDay
	default:
		n = 0
	}
	if err == nil && n >= mindflow.MinEffort && n <= mindflow.MaxEffort {
		t.Task.EffortMinutes = n
		return
	}
	if text = strings.TrimSpace(text + " " + unit); text != "" {
		t.Note("its duration is none of 1 to %d minutes", mindflow.MaxEffort)
		t.Field("DURATION", text)
	}
}

// comment becomes a paragraph with its date and author.
func (t *translator) comment(row *sheet.Row, content string) {
	t.comments++
	var by []string
	for _, name := range []string{"DATE", "AUTHOR"} {
		if cell := row.Take(t.column(name)); cell != "" {
			by = append(by, cell)
		}
	}
	if len(by) > 0 {
		content = strings.Join(by, ", ") + ": " + content
	}
	t.Text(content)
	for name, value := range row.Rest() {
		t.Field("comment's "+name, value)
	}
}
