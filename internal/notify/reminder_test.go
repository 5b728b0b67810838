package notify

import (
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/test/hostile"
)

func reminderOf(title string, due mindflow.When) mindflow.Mail {
	zone, _ := mindflow.LoadZone("Europe/Berlin")
	return mindflow.Mail{
		Name: "Ada", Link: "https://mind.example.org/tasks/1", Task: &mindflow.TaskMail{Title: title, Due: due, Zone: zone},
	}
}

func TestAReminderSaysWhichTaskAndWhenItIsDue(t *testing.T) {
	at := mindflow.AtInstant(time.Date(2026, 11, 28, 16, 0, 0, 0, time.UTC))
	day, _ := mindflow.ParseDay("2026-11-28")
	for _, c := range []struct {
		due  mindflow.When
		want string
	}{
		{at, "\nDue 28 November 2026, 17:00 CET.\n"},
		{mindflow.OnDay(day), "\nDue Saturday, 28 November 2026.\n"},
	} {
		l := wordsOf(reminderOf("Call  Bob", c.due))
		if l.Subject != "Reminder: Call Bob" || !strings.Contains(l.text(), "\nCall Bob\n"+c.want) {
			t.Errorf("%s\n%s", l.Subject, l.text())
		}
	}
	if text := wordsOf(reminderOf("x", mindflow.When{})).text(); strings.Contains(text, "Due") {
		t.Error(text)
	}
	if s := wordsOf(reminderOf(strings.Repeat("ä", 200), at)).Subject; len([]rune(s)) != len("Reminder: ")+maxSubject+1 {
		t.Error(s)
	}
}

// Seen failing with the title as it was typed.
func TestAReminderMakesNoLinkOfATitle(t *testing.T) {
	plain := shape(t, wordsOf(reminderOf("x", mindflow.When{})).html())
	for _, title := range append([]string{"see https://evil.example.org/x or mail@evil.example.org"}, hostile.Texts...) {
		l := wordsOf(reminderOf(title, mindflow.When{}))
		if strings.ContainsAny(l.Subject, "\r\n") || strings.Contains(l.text(), "evil.example") || strings.Contains(l.text(), "\u202e") {
			t.Errorf("%q", l.text())
		}
		if got := shape(t, l.html()); got != plain {
			t.Errorf("%q makes another page: %s", title, got)
		}
	}
}
