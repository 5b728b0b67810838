package quickadd

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

// table is testdata/quickadd.json: cases that any implementation can run.
type table struct {
	About []string `json:"about"`
	Cases []struct {
		Rule     string          `json:"rule"`
		Text     string          `json:"text"`
		At       time.Time       `json:"at"`
		Timezone string          `json:"timezone"`
		Locale   mindflow.Locale `json:"locale"`
		Want     wanted          `json:"want"`
	} `json:"cases"`
}

type wanted struct {
	Title         string                 `json:"title"`
	Priority      int                    `json:"priority,omitempty"`
	DueDate       string                 `json:"due_date,omitempty"`
	StartDate     string                 `json:"start_date,omitempty"`
	Project       string                 `json:"project,omitempty"`
	Tags          []string               `json:"tags,omitempty"`
	Effort        int                    `json:"effort_estimate_minutes,omitempty"`
	PreferredTime mindflow.PreferredTime `json:"preferred_time,omitempty"`
	Reminders     []wantedReminder       `json:"reminders,omitempty"`
	Recurrence    *wantedRepeat          `json:"recurrence,omitempty"`
	Tokens        []wantedToken          `json:"tokens"`
}

type wantedReminder struct {
	At            string `json:"at,omitempty"`
	BeforeMinutes int    `json:"before_minutes,omitempty"`
}

type wantedRepeat struct {
	Rule string `json:"rule"`
	From string `json:"from"`
}

type wantedToken struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  Kind   `json:"kind"`
	Text  string `json:"text"`
}

func view(d Draft) wanted {
	w := wanted{
		Title: d.Title, Priority: d.Priority, DueDate: d.DueDate, StartDate: d.StartDate, Project: d.Project,
		Tags: d.Tags, Effort: d.EffortMinutes, PreferredTime: d.PreferredTime, Tokens: []wantedToken{},
	}
	for _, r := range d.Reminders {
		w.Reminders = append(w.Reminders, wantedReminder(r))
	}
	if r := d.Recurrence; r.Rule != "" {
		w.Recurrence = &wantedRepeat{r.Rule, string(r.From)}
	}
	for _, t := range d.Tokens {
		w.Tokens = append(w.Tokens, wantedToken(t))
	}
	return w
}

func cases(tb testing.TB) table {
	tb.Helper()
	text, err := os.ReadFile("testdata/quickadd.json")
	if err != nil {
		tb.Fatal(err)
	}
	var t table
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		tb.Fatal(err)
	}
	return t
}

func zone(tb testing.TB, name string) mindflow.Zone {
	tb.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		tb.Fatal(name, err)
	}
	return z
}

func TestEveryCaseOfTheTable(t *testing.T) {
	for _, c := range cases(t).Cases {
		t.Run(c.Rule+"/"+c.Text, func(t *testing.T) {
			got := Parse(c.Text, c.At, zone(t, c.Timezone), c.Locale)
			if diff := cmp.Diff(c.Want, view(got)); diff != "" {
				t.Errorf("%q in %s (-want +got):\n%s", c.Text, c.Locale, diff)
			}
			lawful(t, c.Text, c.At, zone(t, c.Timezone), c.Locale)
		})
	}
}

// lawful holds whatever the text.
func lawful(tb testing.TB, text string, at time.Time, z mindflow.Zone, l mindflow.Locale) {
	tb.Helper()
	d := Parse(text, at, z, l)
	points := []rune(text)
	if !utf8.ValidString(text) {
		points = nil // texts that reach it are valid
	}
	end := 0
	var rest strings.Builder
	for _, token := range d.Tokens {
		if token.Start < end || token.End <= token.Start || points != nil && token.End > len(points) {
			tb.Fatalf("%q: tokens out of order or of the text: %v", text, d.Tokens)
		}
		if points != nil && string(points[token.Start:token.End]) != token.Text {
			tb.Fatalf("%q: [%d, %d) is not %q", text, token.Start, token.End, token.Text)
		}
		if points != nil {
			rest.WriteString(string(points[end:token.Start]))
		}
		end = token.End
	}
	if points != nil {
		rest.WriteString(string(points[end:]))
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := bare(d.Title), bare(rest.String()); got != want {
			tb.Fatalf("%q: title %q is not the text minus its tokens, %q", text, d.Title, rest.String())
		}
	}
	if d.Title != strings.Join(strings.Fields(d.Title), " ") {
		tb.Fatalf("%q: white space of %q is not folded", text, d.Title)
	}
	if len(d.Tokens) == 0 && d.Title != strings.Join(strings.Fields(text), " ") {
		tb.Fatalf("%q: no token, yet the title is %q", text, d.Title)
	}
	lawfulFields(tb, text, d, z)
	// In quotation marks nothing is a token.
	if !strings.ContainsRune(text, '"') {
		quoted := `"` + strings.Join(strings.Fields(text), " ") + `"`
		if again := Parse(quoted, at, z, l); quoted != `""` && again.Title != quoted {
			tb.Fatalf("%s is not its own title: %q, %v", quoted, again.Title, again.Tokens)
		}
	}
}

// asksForStart finds the words for a start date: two dates that were both asked
// for may contradict one another, and are refused later.
var asksForStart = regexp.MustCompile(`(?i)\b(from|starting|not\s+before|ab|beginnend|nicht\s+vor)\b`)

// lawfulFields asks whether a task can have what was read.
func lawfulFields(tb testing.TB, text string, d Draft, z mindflow.Zone) {
	tb.Helper()
	draft := mindflow.Draft{Title: mindflow.Some("title")}
	if d.Priority != 0 {
		draft.Priority = mindflow.Some(d.Priority)
	}
	if d.DueDate != "" {
		draft.DueDate = mindflow.Some(d.DueDate)
	}
	if d.StartDate != "" && !asksForStart.MatchString(text) {
		draft.StartDate = mindflow.Some(d.StartDate)
	}
	if d.EffortMinutes != 0 {
		draft.EffortMinutes = mindflow.Some(d.EffortMinutes)
	}
	if d.PreferredTime != mindflow.AnyTime {
		draft.PreferredTime = mindflow.Some(string(d.PreferredTime))
	}
	if d.Tags != nil {
		draft.Tags = mindflow.Some(d.Tags)
	}
	if bad := draft.Validate(); bad != nil {
		tb.Fatalf("%q: %v", text, bad)
	}
	for _, r := range d.Reminders {
		if r.At == "" {
			continue
		}
		if _, err := mindflow.ParseInstant(r.At, z); err != nil {
			tb.Fatalf("%q: reminder at %s: %v", text, r.At, err)
		}
	}
}
