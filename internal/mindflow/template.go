package mindflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Template is a task or a project to be made again and again, with steps, and
// dates counted from the day it is used.
type Template struct {
	ID          TemplateID
	WorkspaceID WorkspaceID
	Name        string
	Content     TemplateContent
	Version     Version
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   time.Time
}

// TemplateID names a template.
type TemplateID = ID[Template]

// Limits of templates, in characters, counts, bytes and days.
const (
	MaxTemplateName  = 100
	MaxTemplates     = 200 // a workspace
	MaxTemplateTasks = 500 // steps among them
	MaxTemplateBytes = 256 << 10
	MaxTemplateDays  = 18_262 // fifty years
)

// TemplateContent is what is made: one of the two.
type TemplateContent struct {
	Task    *TemplateTask    `json:"task,omitempty" doc:"One task, with its steps"`
	Project *TemplateProject `json:"project,omitempty" doc:"Or a project, with its tasks"`
}

// TemplateProject is a project to be made.
type TemplateProject struct {
	Name  string         `json:"name" doc:"1 to 100 characters"`
	Tasks []TemplateTask `json:"tasks" nullable:"false"`
}

// TemplateTask is a task to be made. What a draft would say of it stands under
// the same names; dates are counted from the day of use.
type TemplateTask struct {
	Title         string              `json:"title" doc:"1 to 200 characters"`
	Description   string              `json:"description,omitempty" doc:"At most 2000 characters"`
	Priority      *int                `json:"priority,omitempty" doc:"1 to 5; 3 when absent"`
	Due           *TemplateDate       `json:"due_date,omitempty"`
	Start         *TemplateDate       `json:"start_date,omitempty"`
	EffortMinutes *int                `json:"effort_estimate_minutes,omitempty" doc:"1 to 10080"`
	PreferredTime string              `json:"preferred_time,omitempty" doc:"morning, afternoon or evening"`
	Tags          []string            `json:"tags,omitempty" nullable:"false" doc:"At most 20"`
	Reminders     []TemplateReminder  `json:"reminders,omitempty" nullable:"false" doc:"At most 10"`
	Recurrence    *TemplateRecurrence `json:"recurrence,omitempty"`
	// BlockedBy counts the tasks of the content from 0 on, each before its steps.
	BlockedBy []int          `json:"blocked_by,omitempty" nullable:"false" doc:"Which tasks of the template it waits for: they are counted from 0 on as they stand there, each before its steps"`
	Steps     []TemplateTask `json:"steps,omitempty" nullable:"false" doc:"To a depth of 5"`
}

// TemplateDate is a day, or a time of that day.
type TemplateDate struct {
	Days int    `json:"days" doc:"After the day of use; before it when negative"`
	Time string `json:"time,omitempty" doc:"Of the wall clock (17:00); all day when absent"`
}

// TemplateReminder is a reminder to be made: one of the two.
type TemplateReminder struct {
	BeforeMinutes *int          `json:"before_minutes,omitempty" doc:"So long before the task is due"`
	At            *TemplateDate `json:"at,omitempty" doc:"With a time"`
}

// TemplateRecurrence says how a task repeats, as a draft does.
type TemplateRecurrence struct {
	Rule string `json:"rule" doc:"By RFC 5545, such as FREQ=WEEKLY;BYDAY=MO, without UNTIL"`
	From string `json:"from,omitempty" doc:"schedule or completion; schedule when absent"`
	// Until is the rule's end: a day where the task is due on one, else with a time.
	Until *TemplateDate `json:"until,omitempty" doc:"The last day it may come, with a time where the due date has one"`
}

// PlacedTask is a task of a template, and where it stands there.
type PlacedTask struct {
	*TemplateTask

	Parent int    // which task it is a step of; -1 for none
	Path   string // to it, in the JSON
}

// Tasks are all tasks of the content in the order in which they are counted.
func (c TemplateContent) Tasks() []PlacedTask {
	var all []PlacedTask
	switch {
	case c.Task != nil:
		all = placed(all, c.Task, -1, "task")
	case c.Project != nil:
		for i := range c.Project.Tasks {
			all = placed(all, &c.Project.Tasks[i], -1, fmt.Sprintf("project.tasks[%d]", i))
		}
	}
	return all
}

func placed(all []PlacedTask, t *TemplateTask, parent int, path string) []PlacedTask {
	self := len(all)
	all = append(all, PlacedTask{t, parent, path})
	for i := range t.Steps {
		all = placed(all, &t.Steps[i], self, fmt.Sprintf("%s.steps[%d]", path, i))
	}
	return all
}

// Kind is what the template makes: "task" or "project".
func (c TemplateContent) Kind() string {
	if c.Project != nil {
		return "project"
	}
	return "task"
}

// Check reports what is wrong with the content as a whole: its size, and how its
// tasks stand to one another. What each says is a draft's affair.
func (c TemplateContent) Check() []FieldError {
	var bad fieldErrors
	if c.Task == nil == (c.Project == nil) {
		bad.add("content", "must have either task or project")
		return bad
	}
	if c.Project != nil {
		if _, why := ParseProjectName(c.Project.Name); why != "" {
			bad.add("content.project.name", why)
		}
	}
	all := c.Tasks()
	if len(all) > MaxTemplateTasks {
		bad.add("content", fmt.Sprintf("must not have more than %d tasks and steps", MaxTemplateTasks))
		return bad
	}
	if encoded, err := json.Marshal(c); err != nil || len(encoded) > MaxTemplateBytes {
		bad.add("content", fmt.Sprintf("must not be longer than %d bytes", MaxTemplateBytes))
		return bad
	}
	levels := make([]int, len(all))
	for i, t := range all {
		if t.Parent >= 0 {
			levels[i] = levels[t.Parent] + 1
		}
		if levels[i] == MaxStepDepth+1 {
			bad.add("content."+t.Path, fmt.Sprintf("steps nest at most %d deep", MaxStepDepth))
		}
		t.check("content."+t.Path, i, len(all), &bad)
	}
	return bad
}

// check reports what no draft knows.
func (t *TemplateTask) check(path string, self, all int, bad *fieldErrors) {
	var until *TemplateDate
	if r := t.Recurrence; r != nil {
		if until = r.Until; untilOf(r.Rule) != "" {
			bad.add(path+".recurrence.rule", "must not have an UNTIL: until says it, in days")
		}
	}
	for _, d := range []struct {
		field string
		*TemplateDate
	}{{".due_date", t.Due}, {".start_date", t.Start}, {".recurrence.until", until}} {
		if why := d.fault(); why != "" {
			bad.add(path+d.field, why)
		}
	}
	for i, r := range t.Reminders {
		why := r.At.fault()
		if r.At != nil && why == "" && r.At.Time == "" {
			why = "must have a time"
		}
		if why != "" {
			bad.add(fmt.Sprintf("%s.reminders[%d].at", path, i), why)
		}
	}
	if len(t.BlockedBy) > MaxBlockers {
		bad.add(path+".blocked_by", fmt.Sprintf("must not be more than %d", MaxBlockers))
	}
	for i, n := range t.BlockedBy {
		if n < 0 || n >= all || n == self {
			bad.add(fmt.Sprintf("%s.blocked_by[%d]", path, i), fmt.Sprintf("must be another task of the template, from 0 to %d", all-1))
		}
	}
}

func (d *TemplateDate) fault() string {
	if d == nil {
		return ""
	}
	if d.Days < -MaxTemplateDays || d.Days > MaxTemplateDays {
		return fmt.Sprintf("days must be from %d to %d", -MaxTemplateDays, MaxTemplateDays)
	}
	if d.Time != "" && clockLayout(d.Time) == "" {
		return "time must be HH:MM"
	}
	return ""
}

// clockLayout is how a time of day is written; empty when it is none.
func clockLayout(s string) string {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && t.Format(layout) == s {
			return layout
		}
	}
	return ""
}

// on is the date as a person would write it, counted from a day.
func (d *TemplateDate) on(day Day) Field[string] {
	if d == nil {
		return Field[string]{}
	}
	text := (day + Day(d.Days)).String() //nolint:gosec // bounded by MaxTemplateDays
	if d.Time != "" {
		text += "T" + d.Time
		if clockLayout(d.Time) == "15:04" {
			text += ":00"
		}
	}
	return Some(text)
}

// Draft is what the template says of a task that is made on a day. Which tasks it
// waits for has no words yet.
func (t *TemplateTask) Draft(day Day) Draft {
	d := Draft{Title: Some(t.Title), DueDate: t.Due.on(day), StartDate: t.Start.on(day)}
	if t.Description != "" {
		d.Description = Some(t.Description)
	}
	if t.Priority != nil {
		d.Priority = Some(*t.Priority)
	}
	if t.EffortMinutes != nil {
		d.EffortMinutes = Some(*t.EffortMinutes)
	}
	if t.PreferredTime != "" {
		d.PreferredTime = Some(t.PreferredTime)
	}
	if len(t.Tags) > 0 {
		d.Tags = Some(t.Tags)
	}
	if len(t.Reminders) > 0 {
		drafts := make([]ReminderDraft, len(t.Reminders))
		for i, r := range t.Reminders {
			drafts[i] = ReminderDraft{BeforeMinutes: r.BeforeMinutes, At: r.At.on(day).Value}
		}
		d.Reminders = Some(drafts)
	}
	if r := t.Recurrence; r != nil {
		d.Recurrence = Some(RecurrenceDraft{Rule: r.Rule + r.Until.end(day), From: r.From})
	}
	return d
}

// The forms of a rule's UNTIL: a day, and a time on the wall.
const (
	untilDay  = "20060102"
	untilTime = "20060102T150405"
)

// end is how a rule says that it ends then, counted from a day.
func (d *TemplateDate) end(day Day) string {
	if d == nil {
		return ""
	}
	return ";UNTIL=" + strings.NewReplacer("-", "", ":", "").Replace(d.on(day).Value)
}

// untilOf is the value of a rule's UNTIL; empty when it has none.
func untilOf(rule string) string {
	for part := range strings.SplitSeq(rule, ";") {
		if name, value, _ := strings.Cut(part, "="); strings.EqualFold(name, "UNTIL") {
			return value
		}
	}
	return ""
}

// endless is a rule without its UNTIL, and the date that says the same, counted
// from a day; nil when it has none.
func endless(r Recurrence, from Day, z Zone) (rule string, until *TemplateDate) {
	value := untilOf(r.Rule)
	if value == "" {
		return r.Rule, nil
	}
	var end When
	wall, utc := strings.CutSuffix(value, "Z")
	switch len(wall) {
	case len(untilDay):
		t, _ := time.Parse(untilDay, wall) // the rule was read before
		end = OnDay(DayOf(t))
	default:
		in := z.Location()
		if utc {
			in = time.UTC
		}
		t, _ := time.ParseInLocation(untilTime, wall, in)
		end = AtInstant(t)
	}
	until = templateDate(end, from, z)
	until.Days = min(until.Days, MaxTemplateDays) // so late is never
	parts := strings.Split(r.Rule, ";")
	parts = slices.DeleteFunc(parts, func(part string) bool { return untilOf(part) != "" })
	return strings.Join(parts, ";"), until
}

// TemplateOf is what a template says of a task, its dates counted from a day by
// the wall clock in zone z. Steps, and what it waits for, are left to whoever
// knows the other tasks.
func TemplateOf(t Task, from Day, z Zone) TemplateTask {
	made := TemplateTask{
		Title: t.Title, Description: t.Description, Due: templateDate(t.Due, from, z), Start: templateDate(t.Start, from, z),
		PreferredTime: string(t.PreferredTime), Tags: slices.Clone(t.Tags),
	}
	if t.Priority != DefaultPriority {
		made.Priority = &t.Priority
	}
	if t.EffortMinutes != 0 {
		made.EffortMinutes = &t.EffortMinutes
	}
	for _, r := range t.Details.Reminders {
		if r.At.IsZero() {
			made.Reminders = append(made.Reminders, TemplateReminder{BeforeMinutes: &r.BeforeMinutes})
		} else {
			made.Reminders = append(made.Reminders, TemplateReminder{At: templateDate(AtInstant(r.At), from, z)})
		}
	}
	if r := t.Details.Recurrence; !r.IsZero() {
		rule, until := endless(r, from, z)
		made.Recurrence = &TemplateRecurrence{Rule: rule, From: string(r.From), Until: until}
	}
	return made
}

func templateDate(w When, from Day, z Zone) *TemplateDate {
	if day, ok := w.Day(); ok {
		return &TemplateDate{Days: int(day - from)}
	}
	at, ok := w.Instant()
	if !ok {
		return nil
	}
	wall := at.In(z.Location())
	layout := "15:04"
	if wall.Second() != 0 {
		layout = "15:04:05"
	}
	return &TemplateDate{Days: int(DayOf(wall) - from), Time: wall.Format(layout)}
}

// FirstDate is the earliest day that tasks speak of by the wall clock in zone z;
// false when none speaks of any.
func FirstDate(tasks []Task, z Zone) (Day, bool) {
	first, found := LastDay, false
	for _, t := range tasks {
		dates := []When{t.Due, t.Start}
		for _, r := range t.Details.Reminders {
			if !r.At.IsZero() {
				dates = append(dates, AtInstant(r.At))
			}
		}
		for _, w := range dates {
			if d := templateDate(w, 0, z); d != nil {
				first, found = min(first, Day(d.Days)), true //nolint:gosec // it was a day
			}
		}
	}
	return first, found
}

// Saved is the template as its next version, changed at the moment now.
func (t Template) Saved(now time.Time) Template {
	if now.Before(t.UpdatedAt) {
		now = t.UpdatedAt
	}
	t.Version, t.UpdatedAt = t.Version+1, now
	return t
}

// ETag names what a reader of the template has seen.
func (t Template) ETag() string { return Task{Version: t.Version}.ETag() }

// Subject is the template as what an event is about.
func (t Template) Subject() SubjectID { return SubjectID(t.ID) }

// ParseTemplateName tidies a name, and says what is wrong with it; empty when
// nothing is.
func ParseTemplateName(name string) (tidy, why string) { return ParseProjectName(name) }

// templateContent is the field of an event that holds a content.
const templateContent = "content"

func (t Template) fields() []fieldValue {
	content := ""
	if t.Content.Task != nil || t.Content.Project != nil {
		encoded, _ := json.Marshal(t.Content) // texts and numbers always encode
		content = string(encoded)
	}
	return []fieldValue{{"name", orNil(t.Name)}, {templateContent, orNil(content)}, {"deleted_at", instantOrNil(t.DeletedAt)}}
}

// TemplateChanges lists the fields in which two templates differ. Content is JSON
// in a text.
func TemplateChanges(before, after Template) Changes {
	changes := Changes{}
	changes.add(before.fields(), after.fields())
	return changes
}

// Told are changes as they are told to people: of what may be as large as a template's
// content only that it was changed.
func (c Changes) Told() Changes {
	if _, large := c[templateContent]; !large {
		return c
	}
	told := maps.Clone(c)
	told[templateContent] = Change{}
	return told
}

// With is the template with what an event says of one of its fields.
func (t Template) With(field string, value any) (Template, error) {
	var err error
	switch field {
	case "name":
		t.Name, err = told[string](value)
	case templateContent:
		var content string
		if content, err = told[string](value); err == nil {
			t.Content = TemplateContent{}
			err = json.Unmarshal([]byte(content), &t.Content)
		}
	case "deleted_at":
		t.DeletedAt, err = toldInstant(value)
	default:
		err = fmt.Errorf("no template has such a field")
	}
	if err != nil {
		return t, fmt.Errorf("read %s of an event: %w", field, err)
	}
	return t, nil
}

// ListedTemplate is a template in a list, without its content.
type ListedTemplate struct {
	Template

	Kind  string // what it makes: "task" or "project"
	Tasks int    // steps among them
}
