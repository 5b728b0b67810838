package jobs

import "time"

// MaxAttempts is how often a job is taken up.
const MaxAttempts = maxAttempts

// DayOf is the latest day whose time for d has come.
func DayOf(d Daily, now time.Time) string { return dayOf(d, now).String() }

// Backoff is how long to wait after so many attempts.
func Backoff(first time.Duration, attempts int) time.Duration {
	return (&Runner{settings: Settings{Backoff: first}}).backoff(attempts)
}
