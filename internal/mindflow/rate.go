package mindflow

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Rate is how often something may be done: no span of Per sees it more than
// Limit times. The zero Rate is no limit.
type Rate struct {
	Limit int
	Per   time.Duration
}

// Bounds of a rate. Each occurrence within Per is remembered, so both keep
// memory bounded.
const (
	MaxRateLimit = 100_000
	MaxRatePer   = 24 * time.Hour
)

var errRate = errors.New(`must be a rate such as 60/min, 10/s or 10/15min, or off; at most 100000, over at most 24h`)

var rateUnits = map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour}

// ParseRate reads "60/min", "10/s", "1000/h", "10/15min" or "off".
func ParseRate(s string) (Rate, error) {
	if s == "off" {
		return Rate{}, nil
	}
	limit, span, ok := strings.Cut(s, "/")
	digits := len(span) - len(strings.TrimLeft(span, "0123456789"))
	count, unit := span[:digits], rateUnits[span[digits:]]
	if count == "" {
		count = "1"
	}
	n, nOK := natural(limit, MaxRateLimit)
	times, timesOK := natural(count, int(MaxRatePer/time.Second))
	r := Rate{Limit: n, Per: time.Duration(times) * unit}
	if !ok || !nOK || !timesOK || unit == 0 || r.Per > MaxRatePer {
		return Rate{}, errRate
	}
	return r, nil
}

// natural reads a number from 1 to most, written in digits alone.
func natural(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= most && strings.Trim(s, "0123456789") == ""
}

// Off reports whether there is no limit.
func (r Rate) Off() bool { return r.Limit == 0 }

// String is the form ParseRate reads.
func (r Rate) String() string {
	if r.Off() {
		return "off"
	}
	for _, unit := range []string{"h", "min", "s"} {
		if size := rateUnits[unit]; r.Per >= size && r.Per%size == 0 {
			count := strconv.Itoa(int(r.Per / size))
			if count == "1" {
				count = ""
			}
			return strconv.Itoa(r.Limit) + "/" + count + unit
		}
	}
	return strconv.Itoa(r.Limit) + "/" + r.Per.String() // none that can be read has this form
}

// UnmarshalText reads a setting.
func (r *Rate) UnmarshalText(b []byte) error {
	parsed, err := ParseRate(string(b))
	if err == nil {
		*r = parsed
	}
	return err
}

// Limited is what a rate is held against.
type Limited uint8

// What is limited.
const (
	LimitedChanges   Limited = iota // of a user
	LimitedReads                    // of a user
	LimitedSignIns                  // and the like, from a client's address
	LimitedRefreshes                // of a session
	LimitedGuesses                  // of an account's password, from devices it has not signed in from
	LimitedDevice                   // guesses of an account's password from one device it has signed in from
	LimitedMails                    // to an address, of what somebody not signed in there may ask for
	LimitedClients                  // programs that introduce themselves, and failed exchanges of tokens, from a client's address; documents read for a user
	LimitedKinds                    // how many there are
)

var limitedNames = [LimitedKinds]string{"changes", "reads", "sign-ins", "refreshes", "guesses", "device", "mails", "clients"}

// String names it, in one word.
func (l Limited) String() string { return limitedNames[l] }

// LimitKey is one thing that is counted: what, and whose. Of a name longer than
// an id, Whose is a part of its hash.
type LimitKey struct {
	What  Limited
	Whose [16]byte
}

// Taken is what came of asking for a slot within a rate.
type Taken struct {
	Allowed bool
	// Remaining is how many more would be allowed right now.
	Remaining int
	// Reset is when one slot more will be free than now, by waiting alone. When
	// nothing is allowed it is when something will be.
	Reset time.Duration
	// At is the moment it was taken or refused, in Unix microseconds of the
	// limiter's own clock. It names the slot when that is given back.
	At int64
	// OwnAt names the same slot in the memory of this server, where a limiter
	// that is shared by several keeps both.
	OwnAt int64
}
