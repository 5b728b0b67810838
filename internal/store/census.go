package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

const (
	countUsers = `SELECT count(*), count(disabled_at) FROM users`
	countTasks = `SELECT status, count(*) FROM tasks WHERE deleted_at IS NULL GROUP BY status`
	// Ended sessions count: their users were here. They are kept for longer than a month.
	countActive = `
SELECT count(DISTINCT CASE WHEN seen_at > $1 THEN user_id END), count(DISTINCT user_id)
  FROM sessions
 WHERE seen_at > $2`
)

// Census counts users and tasks. It reads whole tables: not for every request.
func (s *Store) Census(ctx context.Context, now time.Time) (mindflow.Census, error) {
	c := mindflow.Census{Tasks: make(map[mindflow.Status]int, len(mindflow.Statuses))}
	all := 0
	if err := one(s.read(ctx), countUsers, nil, &all, &c.Disabled); err != nil {
		return c, fmt.Errorf("count users: %w", err)
	}
	c.Users = all - c.Disabled
	err := each(s.read(ctx), countTasks, nil, func(rows *sql.Rows) error {
		var status mindflow.Status
		n := 0
		err := rows.Scan(&status, &n)
		c.Tasks[status] = n
		return err
	})
	if err != nil {
		return c, fmt.Errorf("count tasks: %w", err)
	}
	day, month := now.Add(-24*time.Hour), now.Add(-30*24*time.Hour)
	err = one(s.read(ctx), countActive, []any{day.UnixMicro(), month.UnixMicro()}, &c.ActiveToday, &c.ActiveThisMonth)
	if err != nil {
		return c, fmt.Errorf("count active users: %w", err)
	}
	return c, nil
}
