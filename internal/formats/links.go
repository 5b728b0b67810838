package formats

import (
	"fmt"
	"slices"
	"strings"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// Links are what an entry says of things beside it, which only whoever keeps the
// tasks can find.
type Links struct {
	// Project is the way to its project, from the top: at most two legal names.
	Project []string
	// Parent is the entry it is a step of, and BlockedBy are those it waits for: each
	// by the entry's Name, or else by its source id.
	Parent    string
	BlockedBy []string
	// Series is a source id that all tasks of one series share. The first of them that
	// is taken in repeats, those that come after it do not.
	Series string
}

// MaxProjectDepth is how deep projects nest.
const MaxProjectDepth = 2

// Project puts the entry into a project: the way to it from the top. What lies
// deeper than projects nest becomes one name, and a name that is too long is cut,
// and stands whole in the description. Names of nothing are left out.
func (c *Composer) Project(way ...string) {
	var names []string
	for _, name := range way {
		if name = mindflow.Tidy(OneLine(name)); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > MaxProjectDepth {
		last := strings.Join(names[MaxProjectDepth-1:], ".")
		names = append(names[:MaxProjectDepth-1:MaxProjectDepth-1], last)
		c.Note("projects nest %d deep: what lies deeper is %q", MaxProjectDepth, short(last))
	}
	for i, name := range names {
		head, tail := Cut(name, mindflow.MaxProjectName)
		if tail != "" {
			c.Text("project: " + name)
			c.Note("the project's name is longer than %d characters: it was cut, and stands whole in the description", mindflow.MaxProjectName)
		}
		names[i] = mindflow.Tidy(head)
	}
	c.links.Project = names
}

// short is a text as notes name it.
func short(s string) string {
	head, tail := Cut(s, mindflow.MaxTag)
	if tail != "" {
		head += "…"
	}
	return head
}

// StepOf makes the entry a step of another.
func (c *Composer) StepOf(entry string) { c.links.Parent = entry }

// WaitsFor has the entry wait for others, each once.
func (c *Composer) WaitsFor(entries ...string) {
	for _, entry := range entries {
		if !slices.Contains(c.links.BlockedBy, entry) {
			c.links.BlockedBy = append(c.links.BlockedBy, entry)
		}
	}
}

// Called says what other entries of the file call the entry, where that is not its
// source id.
func (c *Composer) Called(name string) { c.name = name }

// Repeats makes the entry repeat from its due date on, in a zone, and says why it
// cannot; empty if it does. The due date is set before. Series is what the tasks of
// its series share, if the file has several.
func (c *Composer) Repeats(rule string, from mindflow.RecurFrom, z mindflow.Zone, series string) (why string) {
	parsed, err := recurrence.Parse(rule)
	if err != nil {
		return err.Error()
	}
	start, dated := recurrence.StartAt(c.Task.Due, z)
	if !dated {
		return "counts from a due date, which it does not have"
	}
	if _, err := parsed.From(start); err != nil {
		return err.Error()
	}
	if normal := parsed.String(); len(normal) <= mindflow.MaxRule {
		c.Task.Details.Recurrence = mindflow.Recurrence{Rule: normal, From: from, Timezone: z.String()}
		c.links.Series = series
		return ""
	}
	return fmt.Sprintf("is longer than %d characters", mindflow.MaxRule)
}
