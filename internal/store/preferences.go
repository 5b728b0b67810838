package store

import (
	"context"
	"fmt"

	"mindflow/internal/mindflow"
)

const insertPreferences = `
INSERT INTO user_preferences (user_id, timezone, weight_urgency, weight_priority, weight_effort, time_of_day_bonus,
       morning_start, morning_end, afternoon_start, afternoon_end, evening_start, evening_end, version, locale)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

const updatePreferences = `
UPDATE user_preferences
   SET timezone = coalesce($2, timezone), weight_urgency = $3, weight_priority = $4, weight_effort = $5, time_of_day_bonus = $6,
       morning_start = $7, morning_end = $8, afternoon_start = $9, afternoon_end = $10, evening_start = $11, evening_end = $12,
       version = $13, locale = $14
 WHERE user_id = $1`

func preferenceColumns(user mindflow.UserID, p mindflow.Preferences) []any {
	w := p.Windows
	var locale any // null is that of who has not chosen
	if p.Locale != mindflow.AmericanEnglish {
		locale = string(p.Locale)
	}
	return []any{
		user.String(), p.Zone.String(),
		int64(p.Weights.Urgency), int64(p.Weights.Priority), int64(p.Weights.Effort), int64(p.Weights.TimeOfDayBonus),
		int64(w.Morning.Start), int64(w.Morning.End), int64(w.Afternoon.Start), int64(w.Afternoon.End),
		int64(w.Evening.Start), int64(w.Evening.End), int64(p.Version), locale,
	}
}

const preferencesByUser = `
SELECT timezone, weight_urgency, weight_priority, weight_effort, time_of_day_bonus,
       morning_start, morning_end, afternoon_start, afternoon_end, evening_start, evening_end, version, coalesce(locale, '')
  FROM user_preferences
 WHERE user_id = $1`

// Preferences reads a user's preferences.
func (s *Store) Preferences(ctx context.Context, user mindflow.UserID) (mindflow.Preferences, error) {
	return readPreferences(s.read(ctx), user)
}

// Preferences reads a user's preferences within the change.
func (tx *Tx) Preferences(user mindflow.UserID) (mindflow.Preferences, error) {
	return readPreferences(tx, user)
}

func readPreferences(q querier, user mindflow.UserID) (mindflow.Preferences, error) {
	var p mindflow.Preferences
	var zone, locale string
	w := &p.Windows
	err := one(q, preferencesByUser, []any{user.String()}, &zone,
		&p.Weights.Urgency, &p.Weights.Priority, &p.Weights.Effort, &p.Weights.TimeOfDayBonus,
		&w.Morning.Start, &w.Morning.End, &w.Afternoon.Start, &w.Afternoon.End, &w.Evening.Start, &w.Evening.End, &p.Version, &locale)
	if err != nil {
		return p, absent(err, "user")
	}
	// A machine may not know a zone that another one knew: UTC is better than no
	// answer, and lets the person choose again.
	p.Zone, _ = mindflow.LoadZone(zone)
	if p.Locale, err = mindflow.ParseLocale(locale); err != nil {
		p.Locale = mindflow.AmericanEnglish
	}
	return p, nil
}

// SavePreferences keeps changed preferences as their next version, with an
// event in the transaction's home, the user's personal workspace.
func (tx *Tx) SavePreferences(p mindflow.Preferences, changes mindflow.Changes, by mindflow.Actor) (mindflow.Preferences, error) {
	p.Version++
	columns := preferenceColumns(by.UserID, p)
	if _, named := changes["timezone"]; !named {
		columns[1] = nil // what stands there stays: it may be a zone this machine does not know
	}
	if err := tx.must(updatePreferences, columns...); err != nil {
		return p, fmt.Errorf("save preferences: %w", err)
	}
	return p, tx.Record(mindflow.Event{Verb: mindflow.PreferencesChanged, WorkspaceID: tx.home, Changes: changes}, by)
}
