package phase4

import (
	"fmt"
	"math"
	"time"

	"mindflow/internal/mindflow"
)

// Account is a person, as our model holds them.
type Account struct {
	User         mindflow.User // without a workspace
	PasswordHash string
	Preferences  mindflow.Preferences
	Changes      mindflow.Changes // what was
	Remarks      []Remark
}

// ReadAccount reads a row of users, and the person's row of user_preferences,
// nil if there is none. A time that nobody knows is now. The only error is an
// id that names nothing.
func ReadAccount(user, preferences Row, now time.Time) (Account, error) {
	a := Account{PasswordHash: user["password_hash"]}
	r := read("users", user)
	var err error
	if a.User.ID, err = idOf[mindflow.User](r.id); err != nil {
		return a, fmt.Errorf("users: %w", err)
	}
	// As much of an address as there is: it is what the person signs in with.
	a.User.Email, _ = r.line("email", math.MaxInt)
	if _, err := mindflow.ParseEmail(a.User.Email); err != nil {
		r.remark("email", "is no address that mail could be sent to; it stays")
	}
	a.User.FullName, _ = r.line("full_name", mindflow.MaxFullName)

	updated, created := r.instant("updated_at"), r.instant("created_at")
	a.User.CreatedAt = first(created, updated, now)
	r.standIn("created_at", created, a.User.CreatedAt)
	a.User.DisabledAt = r.disabled(first(updated, a.User.CreatedAt))
	if _, ok := user["updated_at"]; ok {
		r.becomes("updated_at", inLogOnly)
	}
	if _, ok := user["plan"]; ok {
		r.becomes("plan", inLogOnly)
	}
	r.became("email", a.User.Email)
	if a.User.FullName != "" {
		r.became("full_name", a.User.FullName)
	}

	p := read("user_preferences", preferences)
	a.Preferences = p.preferences()
	a.Changes, a.Remarks = r.changes, append(r.remarks, p.remarks...)
	for field, change := range p.changes {
		if field == "id" {
			field = "preferences_id"
		}
		a.Changes[field] = change
	}
	return a, nil
}

const inLogOnly = "is kept in the log only"

// disabled is since when the account is, zero for not. The Python service let
// nobody in whose flag was not set.
func (r *reading) disabled(since time.Time) time.Time {
	active, known := r.row["is_active"]
	r.keep("is_active")
	switch {
	case !known:
		r.remark("is_active", "is not set: the account is disabled")
	case active != "true":
		r.remark("is_active", "is off: the account is disabled")
	default:
		return time.Time{}
	}
	return since
}

// preferences are the new weights in the old zone. What was is kept whole,
// since the old formula was another one.
func (r *reading) preferences() mindflow.Preferences {
	var zone mindflow.Zone
	name, ok := r.row["timezone"]
	if ok {
		var err error
		if zone, err = mindflow.LoadZone(mindflow.Tidy(name)); err != nil || zone.String() != name {
			r.becomes("timezone", "names no time zone: it becomes "+zone.String())
			r.became("timezone", zone.String())
		}
	}
	p := mindflow.DefaultPreferences(zone)
	for _, w := range []struct {
		field  string
		weight mindflow.Hundredths
	}{
		{"weight_urgency", p.Weights.Urgency}, {"weight_priority", p.Weights.Priority}, {"weight_effort", p.Weights.Effort},
	} {
		r.keep(w.field)
		r.became(w.field, w.weight)
		if was, ok := r.row[w.field]; ok && was != w.weight.String() {
			r.remark(w.field, "becomes "+w.weight.String()+", the weight of another formula")
		}
	}
	for _, field := range []string{"id", "weight_impact", "work_start_time", "work_end_time", "enable_habit_learning"} {
		if _, ok := r.row[field]; ok {
			r.becomes(field, inLogOnly)
		}
	}
	return p
}

// ReadStray reads preferences that belong to nobody: what stands in them is
// worth an entry of the log, and no more.
func ReadStray(row Row) (mindflow.EventID, mindflow.Changes, []Remark, error) {
	r := read("user_preferences", row)
	id, err := idOf[mindflow.Event](r.id)
	if err != nil {
		return id, nil, nil, fmt.Errorf("user_preferences: %w", err)
	}
	for field := range row {
		r.keep(field)
	}
	r.remark("user_id", "is nobody's: the row is kept in the log only")
	return id, r.changes, r.remarks, nil
}
