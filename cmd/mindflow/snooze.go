package main

import (
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type snoozeCommand struct {
	output
	meantTask

	For   string `placeholder:"TIME" xor:"how" help:"For so long: 30m, 2h, 1d (keeps the time of day) or 1w."`
	Until string `placeholder:"DATE" xor:"how" help:"Until tomorrow, a day's start such as 2026-12-01, or 2026-12-01T09:00 in your time zone."`
	Hours *int   `placeholder:"N" xor:"how" help:"For so many hours, 1 to 8760; 3 when nothing is said."`
}

// Run snoozes the task that is meant.
func (cmd snoozeCommand) Run(c *console) error {
	said, err := cmd.said("is to be snoozed")
	if err != nil {
		return err
	}
	if _, err := readUntil(cmd.Until, mindflow.Zone{}, c.clock()); err != nil {
		return err
	}
	api, err := signedIn(c)
	if err != nil {
		return err
	}
	snooze := client.Snooze{Hours: cmd.Hours, Duration: cmd.For, Until: cmd.Until}
	if isDay(cmd.Until) {
		zone, err := personsZone(c, api)
		if err != nil {
			return err
		}
		if snooze.Until, err = readUntil(cmd.Until, zone, c.clock()); err != nil {
			return err
		}
	}
	id, err := cmd.find(c, api, said)
	if err != nil {
		return err
	}
	task, err := api.SnoozeTask(c.ctx, id, snooze)
	if err != nil {
		return err
	}
	did := "Snoozed"
	if until, ok := instant(task.SnoozedUntil); ok {
		did += " until " + c.moment(until)
	}
	return printTask(c, cmd.output, did, task)
}

// isDay reports whether a date says no time.
func isDay(date string) bool {
	_, err := mindflow.ParseDay(date)
	return err == nil || relative(date)
}

// readUntil is --until as the server reads it: a day is its first instant.
func readUntil(said string, z mindflow.Zone, now time.Time) (string, error) {
	if said == "" {
		return "", nil
	}
	date, err := readDate("--until", said, z, now)
	if err != nil {
		return "", err
	}
	if day, err := mindflow.ParseDay(date); err == nil {
		date = z.Start(day).UTC().Format(time.RFC3339)
	}
	return date, nil
}
