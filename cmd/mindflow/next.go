package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type nextCommand struct {
	output
}

// Help documents what scripts see when there is nothing to do.
func (nextCommand) Help() string {
	return `Says which task is the best one now, why, and until when.

With nothing to do it says so and exits with 0 as well. With --json it then prints the same object with task, score and reasoning null; its valid_until is when a task comes up, if that is known.`
}

// Run asks for the best task.
func (cmd nextCommand) Run(c *console) error {
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	best, err := api.Best(c.ctx)
	if nothing, ok := errors.AsType[*client.NothingToDoError](err); ok {
		return cmd.printNothing(c, nothing.Next)
	}
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, best)
	}
	return printBest(c, cmd.paint(c), best)
}

// nothing is the answer's form when no task is actionable.
type nothing struct {
	Task       *client.Task         `json:"task"`
	Score      *mindflow.Hundredths `json:"score"`
	Reasoning  *client.Reasoning    `json:"reasoning"`
	ValidUntil *string              `json:"valid_until"`
}

func (cmd nextCommand) printNothing(c *console, next time.Time) error {
	if cmd.JSON {
		n := nothing{}
		if !next.IsZero() {
			until := next.UTC().Format(time.RFC3339)
			n.ValidUntil = &until
		}
		return writeJSON(c.out, n)
	}
	p := cmd.paint(c)
	text := p.bold("Nothing to do now.") + " Enjoy it, or add something: mindflow add \"…\"\n"
	if !next.IsZero() {
		text = p.bold("Nothing to do now.") + " The next task comes up " + c.moment(next) + ".\n"
	}
	_, err := io.WriteString(c.out, text)
	return err
}

func printBest(c *console, p paint, b client.Best) error {
	until := "until something changes"
	if t, ok := instant(b.ValidUntil); ok {
		until = "until " + c.moment(t)
	}
	lines := []string{
		p.bold(printable(b.Task.Title)),
		recommendation(p, b.Reasoning),
		"",
		arithmetic(p, b.Reasoning),
	}
	if facts := c.facts(b.Task); facts != "" {
		lines = append(lines, facts)
	}
	lines = append(lines, p.faint("Best "+until+". When it is done: mindflow done "+shortID(b.Task.ID)))
	_, err := fmt.Fprintln(c.out, strings.Join(lines, "\n"))
	return err
}

// overdue is the urgency of what is late.
const overdue mindflow.Hundredths = 125

func recommendation(p paint, r client.Reasoning) string {
	if r.DeadlineUrgency >= overdue {
		return p.red(printable(r.Recommendation))
	}
	return printable(r.Recommendation)
}

// arithmetic writes a score as the sum it is. Time of day multiplies; what that
// adds or takes away stands as a part, so that the parts add up to the total.
func arithmetic(p paint, r client.Reasoning) string {
	sign, timeOfDay := "+", r.TimeOfDayScore
	if timeOfDay < 0 {
		sign, timeOfDay = "-", -timeOfDay
	}
	return fmt.Sprintf("Score %s = %s deadline + %s priority + %s effort %s %s time of day (× %s)",
		p.green(r.TotalScore.String()), r.DeadlineUrgencyScore, r.PriorityScore, r.EffortBonusScore, sign, timeOfDay, r.TimeOfDayMultiplier)
}

// shortID is the end of a task's id. Its beginning tells only when the task was
// made, and is the same for all that were made within a minute.
func shortID[T any](id mindflow.ID[T]) string {
	s := id.String()
	return s[len(s)-8:]
}

// facts are a task's other fields, on one line.
func (c *console) facts(t client.Task) string {
	var facts []string
	if t.DueDate != nil {
		facts = append(facts, "due "+c.when(*t.DueDate))
	}
	if t.StartDate != nil {
		facts = append(facts, "from "+c.when(*t.StartDate))
	}
	if t.EffortMinutes != nil {
		facts = append(facts, span(*t.EffortMinutes))
	}
	if t.PreferredTime != nil {
		facts = append(facts, "best in the "+printable(*t.PreferredTime))
	}
	if t.Status == mindflow.StatusInProgress {
		facts = append(facts, "in progress")
	}
	for _, tag := range t.Tags {
		facts = append(facts, "#"+printable(tag))
	}
	return strings.Join(facts, " · ")
}

// span writes minutes as 45 min, 2 h or 1 h 30 min.
func span(minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// when writes a day as it is, and an instant by the machine's clock.
func (c *console) when(date string) string {
	if t, ok := instant(&date); ok {
		return c.moment(t)
	}
	return printable(date)
}

// instant reads an instant of an answer.
func instant(s *string) (time.Time, bool) {
	if s == nil {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, *s)
	return t, err == nil
}

// moment writes an instant as somebody here would say it now.
func (c *console) moment(t time.Time) string {
	t, now := t.In(c.local), c.clock().In(c.local)
	switch int(mindflow.DayOf(t) - mindflow.DayOf(now)) {
	case 0:
		return t.Format("15:04") + " today"
	case 1:
		return t.Format("15:04") + " tomorrow"
	}
	return t.Format("15:04 on Mon 2006-01-02")
}
