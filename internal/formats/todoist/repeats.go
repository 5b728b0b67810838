package todoist

import (
	"regexp"
	"strings"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/quickadd"
)

// said are Todoist's ways to say what quick add says otherwise.
var said = []struct {
	form    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`^ev(!?) `), "every$1 "},
	{regexp.MustCompile(`^daily\b`), "every day"},
	{regexp.MustCompile(`^weekly\b`), "every week"},
	{regexp.MustCompile(`^monthly\b`), "every month"},
	{regexp.MustCompile(`^quarterly\b`), "every quarter"},
	{regexp.MustCompile(`^(?:yearly|annually)\b`), "every year"},
	{regexp.MustCompile(`^every(!?) (\d{1,2})(?:st|nd|rd|th)?( at .*)?$`), "every$1 month on the $2.$3"},
	{regexp.MustCompile(`^every(!?) last day\b`), "every$1 month on the 31st"},
	{regexp.MustCompile(`\bending `), "until "},
	{regexp.MustCompile(`\b(at|um) (\d{1,2})$`), "$1 $2:00"},
}

// repeat reads a date that recurs, in English or German, as quick add does: the due
// date is the next such day, at the moment of reading. It answers false where all
// of it is not understood.
func (t *translator) repeat(name, text, language, zone string) bool {
	locale := mindflow.AmericanEnglish
	switch language = strings.ToLower(language); {
	case strings.HasPrefix(language, "de"):
		locale = mindflow.German
	case language != "" && !strings.HasPrefix(language, "en"):
		return false
	}
	z, known := t.options.Zone, true
	if zone != "" {
		named, err := mindflow.LoadZone(zone)
		if known = err == nil; known {
			z = named
		}
	}
	if t.options.Now.IsZero() || len(text) > mindflow.MaxLine {
		return false
	}
	line := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, s := range said {
		line = s.form.ReplaceAllString(line, s.instead)
	}
	line = ordinals.ReplaceAllStringFunc(line, ordinal)
	d := quickadd.Parse(line, t.options.Now, z, locale)
	due, err := mindflow.ParseWhen(d.DueDate, z)
	if _, timed := due.Instant(); d.Title != "" || d.Recurrence.Rule == "" || err != nil || timed && !known || !onlyDates(d) {
		return false
	}
	t.Task.Due = due
	if why := t.Repeats(d.Recurrence.Rule, d.Recurrence.From, z, ""); why != "" {
		t.Task.Due = mindflow.When{}
		return false
	}
	t.Task.PreferredTime = d.PreferredTime
	t.Note("%s %q repeats: the next time is %s", name, text, due)
	return true
}

var ordinals = regexp.MustCompile(`on the \d{1,2}\.`)

// ordinal makes "on the 3rd" of "on the 3.".
func ordinal(text string) string {
	text = strings.TrimSuffix(text, ".")
	ending := "th"
	if n := len(text); text[n-2] != '1' {
		switch text[n-1] {
		case '1':
			ending = "st"
		case '2':
			ending = "nd"
		case '3':
			ending = "rd"
		}
	}
	return text + ending
}

// onlyDates reports whether a text says nothing but when.
func onlyDates(d quickadd.Draft) bool {
	for _, token := range d.Tokens {
		switch token.Kind {
		case quickadd.Recurrence, quickadd.DueDate, quickadd.PreferredTime:
		default:
			return false
		}
	}
	return true
}
