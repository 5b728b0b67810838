package main

import (
	"fmt"
	"slices"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// quickReminders are reminders as quick add reads them behind the word remind.
func quickReminders(c *console, api *client.Client, said []string) ([]mindflow.Reminder, error) {
	const title = "x"
	// Something is due today, before which one can be reminded.
	read, err := api.ParseTask(c.ctx, title+" today remind "+strings.Join(said, " remind "))
	if err != nil {
		return nil, err
	}
	isOther := func(token client.Piece) bool { return token.Kind != "reminders" }
	if read.Title != title || slices.ContainsFunc(read.Tokens[1:], isOther) {
		return nil, fmt.Errorf("%w: --remind is written as in quick add, such as \"30m before\" or \"tomorrow 9am\"", errUsage)
	}
	return read.Reminders, nil
}

// reminds says when one is reminded of a task: "reminds 1 h before and 09:00 tomorrow".
func (c *console) reminds(t client.Task) string {
	var when []string
	for _, r := range t.Reminders {
		switch {
		case !r.At.IsZero():
			when = append(when, c.moment(r.At))
		case r.BeforeMinutes == 0:
			when = append(when, "when it is due")
		default:
			when = append(when, span(r.BeforeMinutes)+" before")
		}
	}
	return "reminds " + together(when)
}
