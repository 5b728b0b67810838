package store

import (
	"context"
	"database/sql"
	"fmt"

	"mindflow/internal/mindflow"
)

// FactChanges is what happened to a workspace's open tasks since a version:
// the facts of those that are open now, the keys of those that are not, and
// the version at which both hold. Preferences is the version, at that time, of
// the preferences of whoever's personal workspace it is; zero for nobody's.
type FactChanges struct {
	Version     int64
	Preferences mindflow.Version
	Open        []mindflow.Fact
	Gone        []mindflow.Fact    // only ID and CreatedAt are set
	Waiting     []mindflow.Waiting // those of the open ones that wait for others
}

// One statement sees one state on both databases: versions and rows belong
// together without a transaction.
const (
	factColumns = `
SELECT coalesce((SELECT max(e.seq) FROM events e WHERE e.workspace_id = $1), 0),
       coalesce((SELECT max(p.version)
                   FROM members m JOIN users u ON u.id = m.user_id AND u.workspace_id = m.workspace_id
                                  JOIN user_preferences p ON p.user_id = u.id
                  WHERE m.workspace_id = $1), 0),
       t.id, t.created_at, t.status, coalesce(t.deleted_at, t.shelved_at), t.due_at, t.due_on, t.start_at, t.start_on,
       t.snoozed_until_at, t.effort_estimate_minutes, t.preferred_time, t.priority, t.version, t.blocked_by
  FROM workspaces w LEFT JOIN tasks t ON t.workspace_id = w.id AND `
	allFacts     = factColumns + `t.deleted_at IS NULL AND t.shelved_at IS NULL AND t.status IN ('pending', 'in_progress', 'snoozed') WHERE w.id = $1`
	changedFacts = factColumns + `t.changed_seq > $2 WHERE w.id = $1`
)

// Facts reads the facts that changed after version since; all of them when
// since is zero.
func (s *Store) Facts(ctx context.Context, w mindflow.WorkspaceID, since int64) (FactChanges, error) {
	query, args := changedFacts, []any{w.String(), since}
	if since == 0 {
		query, args = allFacts, args[:1]
	}
	var changes FactChanges
	var r factRow
	dest := r.dest(&changes)
	err := each(s.read(ctx), query, args, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if !r.created.Valid {
			return nil // no task at all
		}
		f, open, err := r.fact()
		switch {
		case err != nil:
			return err
		case open:
			changes.Open = append(changes.Open, f)
			return changes.waits(f.ID, r.blockers)
		default:
			changes.Gone = append(changes.Gone, mindflow.Fact{ID: f.ID, CreatedAt: f.CreatedAt})
		}
		return nil
	})
	if err != nil {
		return FactChanges{}, fmt.Errorf("read facts: %w", err)
	}
	return changes, nil
}

// waits notes what an open task waits for, if it does.
func (c *FactChanges) waits(id mindflow.TaskID, blockers []byte) error {
	if len(blockers) == 0 {
		return nil
	}
	ids, err := readIDs(blockers)
	c.Waiting = append(c.Waiting, mindflow.Waiting{Task: id, For: ids})
	return err
}

type factRow struct {
	id                                sql.RawBytes
	created, away                     sql.NullInt64 // away: deleted, or shelved with its project
	status, dueOn, startOn, preferred sql.RawBytes
	blockers                          sql.RawBytes
	dueAt, startAt, snoozed           sql.NullInt64
	effort, priority, version         sql.NullInt64
}

func (r *factRow) dest(c *FactChanges) []any {
	return []any{
		&c.Version, &c.Preferences, &r.id, &r.created, &r.status, &r.away, &r.dueAt, &r.dueOn, &r.startAt, &r.startOn,
		&r.snoozed, &r.effort, &r.preferred, &r.priority, &r.version, &r.blockers,
	}
}

func (r *factRow) fact() (mindflow.Fact, bool, error) {
	f := mindflow.Fact{
		CreatedAt: r.created.Int64, Version: mindflow.Version(r.version.Int64),
		DueAt: orNone(r.dueAt), StartAt: orNone(r.startAt), SnoozedUntil: orNone(r.snoozed),
		Effort: uint16(r.effort.Int64), Priority: uint8(r.priority.Int64), //nolint:gosec // both are bounded by the vocabulary
		Preferred: mindflow.PreferredTime(r.preferred).Part(),
	}
	var err error
	if err = f.ID.UnmarshalText(r.id); err != nil {
		return f, false, err
	}
	if f.DueOn, err = dayOrNone(r.dueOn); err != nil {
		return f, false, err
	}
	if f.StartOn, err = dayOrNone(r.startOn); err != nil {
		return f, false, err
	}
	return f, !r.away.Valid && mindflow.Status(r.status).Open(), nil
}

func orNone(n sql.NullInt64) int64 {
	if !n.Valid {
		return mindflow.NoInstant
	}
	return n.Int64
}

func dayOrNone(text []byte) (mindflow.Day, error) {
	if len(text) == 0 {
		return mindflow.NoDay, nil
	}
	return mindflow.ParseDay(string(text))
}
