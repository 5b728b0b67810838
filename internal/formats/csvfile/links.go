package csvfile

import (
	"strings"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/quickadd"
	"mindflow/internal/rules/recurrence"
)

// links reads what the row says of a project, of other rows and of repeats.
func (t *translator) links() {
	if way := t.take("project"); t.written {
		t.Project(splitWay(way)...)
	} else {
		t.Project(way)
	}
	if parent := t.take("parent_id"); parent != "" {
		t.StepOf(mindflow.NFC(parent))
	}
	for _, id := range splitTags(t.take("blocked_by")) {
		t.WaitsFor(mindflow.NFC(id))
	}
	t.repeat()
}

// repeat reads a rule of RFC 5545, or quick add's words for one.
func (t *translator) repeat() {
	text, from := t.take("recurrence"), mindflow.FromSchedule
	counts := t.take("recurrence_from")
	switch mindflow.Fold(counts) {
	case "", string(mindflow.FromSchedule):
	case string(mindflow.FromCompletion):
		from = mindflow.FromCompletion
	default:
		t.unread("recurrence_from", counts, "is none of schedule and completion: it is the schedule here")
	}
	if text == "" {
		return
	}
	if why := t.repeats(text, from); why != "" {
		t.Note("recurrence %s", why)
		t.keep("recurrence", text)
	}
}

func (t *translator) repeats(text string, from mindflow.RecurFrom) (why string) {
	if !t.Task.Status.Open() {
		return "is of a task that is over, which does not repeat"
	}
	rule, err := recurrence.Parse(text)
	if err == nil {
		return t.Repeats(rule.String(), from, t.options.Zone, "")
	}
	at := t.Task.Due.Start(t.options.Zone)
	if at.IsZero() || len(text) > mindflow.MaxLine {
		return err.Error()
	}
	d := quickadd.Parse(strings.ToLower(text), at.Add(-time.Second), t.options.Zone, mindflow.AmericanEnglish)
	if d.Title != "" || d.Recurrence.Rule == "" {
		return err.Error()
	}
	if d.Recurrence.From == mindflow.FromCompletion {
		from = d.Recurrence.From
	}
	return t.Repeats(d.Recurrence.Rule, from, t.options.Zone, "")
}

// isPlainID reports whether an id is taken as it is.
func isPlainID(id string) bool {
	return len(id) <= maxID && !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' })
}

// joinWay sets a slash between the names on the way to a project. One inside a name
// and a backslash get a backslash in front.
func joinWay(way []string) string {
	escaped := make([]string, len(way))
	for i, name := range way {
		escaped[i] = parting.Replace(name)
	}
	return strings.Join(escaped, "/")
}

var parting = strings.NewReplacer(`\`, `\\`, "/", `\/`)

// splitWay takes the names apart again.
func splitWay(cell string) []string {
	var way []string
	var name strings.Builder
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == '\\' && i+1 < len(cell) && (cell[i+1] == '\\' || cell[i+1] == '/'):
			i++
			name.WriteByte(cell[i])
		case c == '/':
			way = append(way, name.String())
			name.Reset()
		default:
			name.WriteByte(c)
		}
	}
	return append(way, name.String())
}
