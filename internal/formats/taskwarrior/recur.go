package taskwarrior

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// maxSeries is how many series are told apart: what is known of each is kept until
// the end of the file. Tasks of others are single ones.
const maxSeries = 1000

// series is what a recurring task is in a file: a template, and the tasks made from
// it. The last of these that is open goes on as the one that repeats.
type series struct {
	template *template
	last     *translator
	due      time.Time // the last one's
}

// template is a recurring task itself.
type template struct {
	place string
	object
}

// recurring is what an open task says of how it recurs.
type recurring struct {
	parent string // uuid of the template
	recur  string
	until  time.Time
}

// bookkeeping is what Taskwarrior notes about series for itself alone.
var bookkeeping = []string{"imask", "mask", "parent", "rtype"}

// recurs takes what the object says of how it recurs. What is over does not recur.
func (t *translator) recurs() {
	recur := textOf(t.values["recur"])
	if recur == "" {
		return
	}
	parent := ""
	if id, err := mindflow.ParseID[mindflow.Task](strings.TrimSpace(textOf(t.values["parent"]))); err == nil {
		parent = id.String()
	}
	for _, name := range bookkeeping {
		t.take(name)
	}
	if !t.Task.Status.Open() {
		return
	}
	t.take("recur")
	t.recurring = recurring{parent, recur, t.date("until")}
}

// single says that a task which recurs is a single one here, and why.
func (t *translator) single(format string, args ...any) {
	t.Note(format, args...)
	t.keep("until", t.recurring.until)
}

// repeat makes the task repeat as it recurs, by the days of the first one where
// that is known.
func (t *translator) repeat(first mindflow.When) {
	zone := t.options.Zone
	rule, why := "", "is no frequency of days, weeks, months or years"
	if parsed, err := recurrence.Parse(frequency(t.recurring.recur)); err == nil {
		if first.IsZero() {
			first = t.Task.Due
		}
		if !first.IsZero() {
			parsed = parsed.Clamped(first.DayIn(zone))
		}
		rule = parsed.String() + t.ending()
		why = t.Repeats(rule, mindflow.FromSchedule, zone, t.recurring.parent)
	}
	if why != "" {
		t.Field("recur", t.recurring.recur)
		t.single("recur %s: it is a single task here", why)
	}
}

// ending is the part of a rule that says until when, in the form of the due date.
func (t *translator) ending() string {
	until := t.recurring.until
	if until.IsZero() {
		return ""
	}
	if _, timed := t.Task.Due.Instant(); timed {
		return until.UTC().Format(";UNTIL=20060102T150405Z")
	}
	return until.In(t.options.Zone.Location()).Format(";UNTIL=20060102")
}

// spans are Taskwarrior's words for a frequency, as the beginning of a rule and how
// many of it.
var spans = map[string]struct {
	frequency string
	times     int
}{
	"daily": {"DAILY", 1}, "day": {"DAILY", 1}, "weekly": {"WEEKLY", 1}, "biweekly": {"WEEKLY", 2}, "fortnight": {"WEEKLY", 2},
	"monthly": {"MONTHLY", 1}, "bimonthly": {"MONTHLY", 2}, "quarterly": {"MONTHLY", 3}, "semiannual": {"MONTHLY", 6},
	"annual": {"YEARLY", 1}, "yearly": {"YEARLY", 1}, "biannual": {"YEARLY", 2}, "biyearly": {"YEARLY", 2},
}

// units are those of a number, by their beginnings: "2wks", "3 months", "1qtr".
var units = []struct {
	begins, frequency string
	times             int
}{
	{"d", "DAILY", 1}, {"w", "WEEKLY", 1}, {"mi", "", 0}, {"m", "MONTHLY", 1}, {"q", "MONTHLY", 3}, {"y", "YEARLY", 1},
}

var (
	numberForm = regexp.MustCompile(`^(\d{0,5}) ?([a-z]+)$`)
	periodForm = regexp.MustCompile(`^P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:0+[HMS])+)?$`)
)

// frequency is the rule of a frequency; empty if it is none of days or longer.
func frequency(recur string) string {
	recur = strings.TrimSpace(recur)
	if p := periodForm.FindStringSubmatch(strings.ToUpper(recur)); p != nil {
		return period(p[1:])
	}
	word := strings.ToLower(recur)
	if word == "weekdays" {
		return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	}
	if span, ok := spans[word]; ok {
		return every(span.times, span.frequency)
	}
	p := numberForm.FindStringSubmatch(word)
	if p == nil {
		return ""
	}
	n := 1
	if p[1] != "" {
		n, _ = strconv.Atoi(p[1]) // at most five digits
	}
	for _, unit := range units {
		if strings.HasPrefix(p[2], unit.begins) {
			return every(n*unit.times, unit.frequency)
		}
	}
	return ""
}

// period is the rule of years, months, weeks and days, as far as one rule can say
// them.
func period(parts []string) string {
	var n [4]int
	for i, part := range parts {
		n[i], _ = strconv.Atoi(part) // at most five digits, or none
	}
	months, days := 12*n[0]+n[1], 7*n[2]+n[3]
	switch {
	case months > 0 && days > 0 || months == 0 && days == 0:
		return ""
	case n[1] == 0 && months > 0:
		return every(n[0], "YEARLY")
	case months > 0:
		return every(months, "MONTHLY")
	case n[3] == 0:
		return every(n[2], "WEEKLY")
	}
	return every(days, "DAILY")
}

func every(n int, frequency string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("FREQ=%s;INTERVAL=%d", frequency, n)
}

// seriesOf is the series of a template, if there is room for it.
func (r *reading) seriesOf(id string) *series {
	s := r.series[id]
	if s == nil && len(r.series) < maxSeries {
		s = &series{}
		r.series[id] = s
		r.order = append(r.order, id)
	}
	return s
}

// hold keeps a task that recurs until the last one of its series is known. It
// answers the item that is to be told now, if there is one.
func (r *reading) hold(t *translator) (formats.Item, bool) {
	if t.recurring.parent == "" {
		t.repeat(mindflow.When{})
		return t.item(), true
	}
	s := r.seriesOf(t.recurring.parent)
	if s == nil {
		t.Field("recur", t.recurring.recur)
		t.single("the file has more than %d series: it is a single task here", maxSeries)
		return t.item(), true
	}
	due := t.Task.Due.Start(t.options.Zone)
	if s.last == nil {
		s.last, s.due = t, due
		return formats.Item{}, false
	}
	over := t
	if !due.Before(s.due) {
		over = s.last
		s.last, s.due = t, due
	}
	over.single("a later task of its series repeats: it is a single task here")
	return over.item(), true
}

func (t *translator) item() formats.Item {
	e := t.Entry(t.id)
	return formats.Item{Entry: &e}
}

// keepTemplate keeps a template until the tasks made from it are known.
func (r *reading) keepTemplate(place string, o object) (formats.Item, bool) {
	id, err := mindflow.ParseID[mindflow.Task](strings.TrimSpace(textOf(o.values["uuid"])))
	if err == nil {
		if s := r.seriesOf(id.String()); s != nil && s.template == nil {
			s.template = &template{place, o}
			return formats.Item{}, false
		}
	}
	return formats.SkippedAt(place, template{place, o}.called()+": it is not imported, the tasks made from it are"), true
}

// tellSeries tells what became of each series. It answers false when reading is to
// stop.
func (r *reading) tellSeries() bool {
	for _, id := range r.order {
		s := r.series[id]
		if s.last != nil {
			s.last.repeat(s.first(r.options))
			if !r.Tell(s.last.item()) {
				return false
			}
		}
		if s.template != nil && !r.Tell(r.ofTemplate(s)) {
			return false
		}
	}
	return true
}

// first is when the first task of a series was due, if its template is there.
func (s *series) first(o formats.Options) mindflow.When {
	if s.template == nil {
		return mindflow.When{}
	}
	at, ok := parseDate(strings.TrimSpace(textOf(s.template.values["due"])))
	if !ok {
		return mindflow.When{}
	}
	return (&translator{options: o}).when(at)
}

// ofTemplate is what becomes of a template: nothing where an open task was made
// from it, else the task that would be next.
func (r *reading) ofTemplate(s *series) formats.Item {
	t := s.template
	if s.last != nil {
		return formats.SkippedAt(t.place, t.called()+": the last open task made from it repeats in its place")
	}
	made := len(textOf(t.values["mask"])) // a character for each
	called := t.called()
	next, ok := r.next(t, made)
	switch {
	case !ok:
		return formats.SkippedAt(t.place, called+": it is not imported, the tasks made from it are")
	case next.Task.Details.Recurrence.IsZero():
		return formats.SkippedAt(t.place, called+": it is over")
	}
	r.midnights += next.midnights
	return next.item()
}

// next is the task that a template makes next, after so many. It does not repeat
// where the series is over.
func (r *reading) next(from *template, made int) (*translator, bool) {
	t := &translator{Composer: formats.Compose(from.place), object: from.object, options: r.options}
	t.id = t.sourceID(&r.sources)
	t.take("status")
	if !t.translate() || t.recurring.recur == "" {
		return nil, false
	}
	first := t.Task.Due
	t.repeat(mindflow.When{})
	again := t.Task.Details.Recurrence
	if again.IsZero() {
		return nil, false
	}
	rule, err := recurrence.Parse(again.Rule)
	start, dated := recurrence.StartAt(first, r.options.Zone)
	if err != nil || !dated {
		return nil, false
	}
	series, err := rule.From(start)
	if err != nil {
		return nil, false
	}
	day, ok := series.Nth(made + 1)
	if !ok {
		t.Task.Details.Recurrence = mindflow.Recurrence{}
		return t, true
	}
	t.Task.Due = start.On(day)
	if made > 0 {
		t.Note("%d tasks made from it are over: it is the next one", made)
	}
	return t, true
}

// called names a template.
func (t template) called() string {
	c := formats.Compose("")
	if !c.Title(textOf(t.values["description"])) {
		c.Task.Title = "(no description)"
	}
	often := ""
	if recur := formats.Compose(""); recur.Title(textOf(t.values["recur"])) {
		often = " (" + recur.Task.Title + ")"
	}
	return fmt.Sprintf("%q is the template of a recurring task%s", c.Task.Title, often)
}
