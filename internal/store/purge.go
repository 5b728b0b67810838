package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// What is purged is looked for by a reader, piece by piece in the order of a
// key, and taken away by its key: a change never searches a table, and holds
// no lock for longer than its piece. The condition stands in both, since what
// was found may be in use again.
const (
	overSessions = `(expires_at < $1 OR ended_at < $1)`
	findSessions = `SELECT CAST(id AS TEXT) FROM sessions WHERE ` + overSessions + ` AND id > $2 ORDER BY id LIMIT $3`

	spentTokens = `expires_at < $1`
	findTokens  = `SELECT token_hash FROM refresh_tokens WHERE ` + spentTokens + ` AND token_hash > $2 ORDER BY token_hash LIMIT $3`

	overGrants = `(expires_at < $1 OR ended_at < $1)`
	findGrants = `SELECT CAST(id AS TEXT) FROM grants WHERE ` + overGrants + ` AND id > $2 ORDER BY id LIMIT $3`

	spentGrantTokens = `expires_at < $1`
	findGrantTokens  = `SELECT token_hash FROM grant_tokens WHERE ` + spentGrantTokens + ` AND token_hash > $2 ORDER BY token_hash LIMIT $3`

	oldJobs  = `(finished_at < $1 OR failed_at < $1)`
	findJobs = `SELECT CAST(id AS TEXT) FROM jobs WHERE ` + oldJobs + ` AND id > $2 ORDER BY id LIMIT $3`

	overLinks = `expires_at < $1`
	findLinks = `SELECT token_hash FROM links WHERE ` + overLinks + ` AND token_hash > $2 ORDER BY token_hash LIMIT $3`

	spentChallenges = `expires_at < $1`
	findChallenges  = `SELECT challenge_hash FROM spent_challenges WHERE ` + spentChallenges + ` AND challenge_hash > $2 ORDER BY challenge_hash LIMIT $3`
)

// firstID sorts before every id.
const firstID = "00000000-0000-0000-0000-000000000000"

// OverSessions names at most limit sessions that ended or expired before a
// moment, in order, after the one named last; after the empty name it begins.
func (s *Store) OverSessions(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findSessions, before, orFirst(after), limit)
}

// SpentTokens names refresh tokens that expired before a moment, likewise.
func (s *Store) SpentTokens(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findTokens, before, after, limit)
}

// OverGrants names grants that ended or expired before a moment, likewise.
func (s *Store) OverGrants(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findGrants, before, orFirst(after), limit)
}

// OverGrantTokens names tokens of grants that expired before a moment, likewise.
func (s *Store) OverGrantTokens(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findGrantTokens, before, after, limit)
}

// OldJobs names jobs that were finished or given up before a moment, likewise.
func (s *Store) OldJobs(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findJobs, before, orFirst(after), limit)
}

// OverLinks names links that expired before a moment, likewise.
func (s *Store) OverLinks(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findLinks, before, after, limit)
}

// SpentChallenges names challenges that ended before a moment, likewise.
func (s *Store) SpentChallenges(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findChallenges, before, after, limit)
}

func orFirst(id string) string {
	if id == "" {
		return firstID
	}
	return id
}

func (s *Store) names(ctx context.Context, query string, before time.Time, after string, limit int) ([]string, error) {
	var names []string
	err := each(s.read(ctx), query, []any{before.UnixMicro(), after, limit}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is over: %w", err)
	}
	return names, nil
}

// PurgeSessions takes sessions away that ended or expired before a moment, and
// their refresh tokens with them.
func (tx *Tx) PurgeSessions(names []string, before time.Time) (int, error) {
	return tx.purge("sessions", overSessions, "id", names, before)
}

// PurgeTokens takes refresh tokens away that expired before a moment.
func (tx *Tx) PurgeTokens(names []string, before time.Time) (int, error) {
	return tx.purge("refresh_tokens", spentTokens, "token_hash", names, before)
}

// PurgeGrants takes grants away that ended or expired before a moment, and their
// tokens with them.
func (tx *Tx) PurgeGrants(names []string, before time.Time) (int, error) {
	return tx.purge("grants", overGrants, "id", names, before)
}

// PurgeGrantTokens takes tokens of grants away that expired before a moment.
func (tx *Tx) PurgeGrantTokens(names []string, before time.Time) (int, error) {
	return tx.purge("grant_tokens", spentGrantTokens, "token_hash", names, before)
}

// PurgeJobs takes jobs away that were finished or given up before a moment.
func (tx *Tx) PurgeJobs(names []string, before time.Time) (int, error) {
	return tx.purge("jobs", oldJobs, "id", names, before)
}

// PurgeLinks takes links away that expired before a moment.
func (tx *Tx) PurgeLinks(names []string, before time.Time) (int, error) {
	return tx.purge("links", overLinks, "token_hash", names, before)
}

// PurgeChallenges takes challenges away that ended before a moment.
func (tx *Tx) PurgeChallenges(names []string, before time.Time) (int, error) {
	return tx.purge("spent_challenges", spentChallenges, "challenge_hash", names, before)
}

func (tx *Tx) purge(table, condition, key string, names []string, before time.Time) (int, error) {
	w := where{args: []any{before.UnixMicro()}}
	w.and(condition)
	in(&w, key, names)
	n, err := tx.count("DELETE FROM "+table+" WHERE "+w.String(), w.args...)
	if err != nil {
		err = fmt.Errorf("purge %s: %w", table, err)
	}
	return n, err
}

const findDeletedTasks = `SELECT workspace_id, id FROM tasks WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2`

// DeletedTasks names at most limit tasks that were deleted before a moment, by
// workspace, the oldest deletion first.
func (s *Store) DeletedTasks(ctx context.Context, before time.Time, limit int) (map[mindflow.WorkspaceID][]mindflow.TaskID, error) {
	found := map[mindflow.WorkspaceID][]mindflow.TaskID{}
	err := each(s.read(ctx), findDeletedTasks, []any{before.UnixMicro(), limit}, func(rows *sql.Rows) error {
		var w mindflow.WorkspaceID
		var id mindflow.TaskID
		err := rows.Scan(&w, &id)
		found[w] = append(found[w], id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for deleted tasks: %w", err)
	}
	return found, nil
}

// A project goes after the last of its tasks.
const findDeletedProjects = `
SELECT p.workspace_id, p.id
  FROM projects p
 WHERE p.deleted_at < $1
   AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.workspace_id = p.workspace_id AND t.project_id = p.id)
 ORDER BY p.deleted_at
 LIMIT $2`

// DeletedProjects names at most limit projects that were deleted before a moment
// and hold no task any more, by workspace.
func (s *Store) DeletedProjects(ctx context.Context, before time.Time, limit int) (map[mindflow.WorkspaceID][]mindflow.ProjectID, error) {
	found := map[mindflow.WorkspaceID][]mindflow.ProjectID{}
	err := each(s.read(ctx), findDeletedProjects, []any{before.UnixMicro(), limit}, func(rows *sql.Rows) error {
		var w mindflow.WorkspaceID
		var id mindflow.ProjectID
		err := rows.Scan(&w, &id)
		found[w] = append(found[w], id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for deleted projects: %w", err)
	}
	return found, nil
}

// PurgeProjects takes deleted projects of a workspace away. Nobody sees that:
// their events stay.
func (tx *Tx) PurgeProjects(workspace mindflow.WorkspaceID, ids []mindflow.ProjectID, before time.Time) (int, error) {
	if err := tx.Lock(workspace); err != nil {
		return 0, err
	}
	var w where
	w.and("p.workspace_id = " + w.arg(workspace.String()))
	w.and("p.deleted_at < " + w.arg(before.UnixMicro()))
	w.and("NOT EXISTS (SELECT 1 FROM tasks t WHERE t.workspace_id = p.workspace_id AND t.project_id = p.id)")
	in(&w, "p.id", mindflow.IDTexts(ids))
	n, err := tx.count("DELETE FROM projects AS p WHERE "+w.String(), w.args...)
	if err != nil {
		err = fmt.Errorf("purge projects: %w", err)
	}
	return n, err
}

// PurgeTasks takes deleted tasks of a workspace away with their texts, and
// records that there is room again: nobody sees another change. Their events and
// sources stay.
func (tx *Tx) PurgeTasks(workspace mindflow.WorkspaceID, ids []mindflow.TaskID, before time.Time) (int, error) {
	if err := tx.Lock(workspace); err != nil {
		return 0, err
	}
	if err := tx.readEnd(workspace); err != nil {
		return 0, err
	}
	var w where
	w.and("t.workspace_id = " + w.arg(workspace.String()))
	w.and("t.deleted_at < " + w.arg(before.UnixMicro()))
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	in(&w, "t.id", names)
	gone, err := readTasks(tx, "SELECT "+taskColumns+" FROM "+taskTables+" WHERE "+w.String(), w.args)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	if _, err := tx.exec("DELETE FROM tasks AS t WHERE "+w.String(), w.args...); err != nil {
		return 0, fmt.Errorf("purge tasks: %w", err)
	}
	end := tx.log(workspace)
	for _, t := range gone {
		tx.noteSteps(&t, &mindflow.Task{})
		end.usage = end.usage.Minus(mindflow.UsageOf(t))
	}
	return len(gone), tx.Record(mindflow.Event{
		Verb: mindflow.TasksPurged, WorkspaceID: workspace, Changes: mindflow.Changes{"tasks": {Before: len(gone)}},
	}, mindflow.Actor{Channel: mindflow.ThroughSystem})
}
