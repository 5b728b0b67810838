package mindflow

// Census is who and what there is on a server, in numbers.
type Census struct {
	Users, Disabled int            // the disabled are none of Users
	Tasks           map[Status]int // as they are kept; the deleted aside
	// Who signed in, or traded a refresh token, within the last day and within
	// the last 30 days.
	ActiveToday, ActiveThisMonth int
}
