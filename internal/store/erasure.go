package store

import (
	"context"
	"database/sql"
	"fmt"

	"mindflow/internal/mindflow"
)

// belonging is a table with rows that are one person's: those that name the
// user, or the personal workspace.
type belonging struct {
	table, where string // $1 is the user, or the workspace
	workspace    bool
	key          string // many rows go in bites, by it
}

func (b belonging) owner(u mindflow.User) string {
	if b.workspace {
		return u.WorkspaceID.String()
	}
	return u.ID.String()
}

const (
	ofUser      = `user_id = $1`
	ofWorkspace = `workspace_id = $1`
)

// belongings are all of them, in an order in which their rows can go: first what
// refers to others.
var belongings = []belonging{
	{table: "jobs", where: ofPerson, key: "id"},
	{table: "idempotency_keys", where: ofWorkspace, workspace: true},
	{table: "task_sources", where: ofWorkspace, workspace: true, key: "source_id"},
	{table: "task_texts", where: ofWorkspace, workspace: true, key: "task_id"},
	{table: "tasks", where: ofWorkspace, workspace: true, key: "id"},
	{table: "projects", where: ofWorkspace, workspace: true, key: "id"},
	{table: "templates", where: ofWorkspace, workspace: true, key: "id"},
	{table: "events", where: ofWorkspace, workspace: true, key: "seq"},
	{table: "refresh_tokens", where: `session_id IN (SELECT id FROM sessions WHERE user_id = $1)`, key: "token_hash"},
	{table: "sessions", where: ofUser, key: "id"},
	{table: "grant_tokens", where: `grant_id IN (SELECT id FROM grants WHERE user_id = $1)`, key: "token_hash"},
	{table: "grants", where: ofUser, key: "id"},
	{table: "authorization_codes", where: ofUser},
	{table: "links", where: ofUser},
	{table: "recovery_codes", where: ofUser},
	{table: "second_factors", where: ofUser},
	{table: "passkeys", where: ofUser},
	{table: "user_preferences", where: ofUser},
	{table: "members", where: ofUser},
	{table: "members", where: ofWorkspace, workspace: true},
	{table: "users", where: `id = $1`},
	{table: "workspaces", where: `id = $1`, workspace: true},
}

// Holdings counts what is a user's, table by table.
func (s *Store) Holdings(ctx context.Context, u mindflow.User) ([]mindflow.Holding, error) {
	var holdings []mindflow.Holding
	for _, b := range belongings {
		h := mindflow.Holding{Table: b.table}
		if err := one(s.read(ctx), "SELECT count(*) FROM "+b.table+" WHERE "+b.where, []any{b.owner(u)}, &h.Rows); err != nil {
			return nil, fmt.Errorf("count %s: %w", b.table, err)
		}
		if last := len(holdings) - 1; last >= 0 && holdings[last].Table == h.Table {
			holdings[last].Rows = max(holdings[last].Rows, h.Rows) // the row that says both
			continue
		}
		holdings = append(holdings, h)
	}
	return holdings, nil
}

// ShutOut keeps a user out: no session and no grant admits them from the next request on, and
// no change they had begun gets through.
func (tx *Tx) ShutOut(u mindflow.User) error {
	if err := tx.Lock(u.WorkspaceID); err != nil {
		return err
	}
	if err := tx.EndSessions(u.ID); err != nil {
		return err
	}
	if err := tx.EndGrants(u.ID); err != nil {
		return err
	}
	if _, err := tx.exec(`DELETE FROM members WHERE user_id = $1`, u.ID.String()); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL`, u.ID.String(), tx.now.UnixMicro())
	return err
}

// EraseSome takes away at most so many rows of what is a user's and comes in
// large numbers; fewer mean that none is left.
func (tx *Tx) EraseSome(u mindflow.User, limit int) (int, error) {
	total := 0
	for _, b := range belongings {
		if b.key == "" {
			continue
		}
		query := fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s AND %[3]s IN (SELECT %[3]s FROM %[1]s WHERE %[2]s LIMIT $2)", b.table, b.where, b.key)
		n, err := tx.count(query, b.owner(u), limit-total)
		if err != nil {
			return total, fmt.Errorf("erase %s: %w", b.table, err)
		}
		if total += n; total >= limit {
			return total, nil
		}
	}
	return total, nil
}

// Erase takes away everything that is left of a user, the address and the
// personal workspace included.
func (tx *Tx) Erase(u mindflow.User) error {
	if err := tx.Lock(u.WorkspaceID); err != nil {
		return err
	}
	for _, b := range belongings {
		if _, err := tx.exec("DELETE FROM "+b.table+" WHERE "+b.where, b.owner(u)); err != nil {
			return fmt.Errorf("erase %s: %w", b.table, err)
		}
	}
	return nil
}

const allUsers = `
SELECT u.id, u.email, u.full_name, u.workspace_id, u.created_at, u.disabled_at, u.email_verified_at, u.erase_at,
       (SELECT max(s.seen_at) FROM sessions s WHERE s.user_id = u.id),
       (SELECT count(*) FROM tasks t WHERE t.workspace_id = u.workspace_id AND t.deleted_at IS NULL)
  FROM users u
 ORDER BY u.email_key`

// Users reads everybody with an account, by address.
func (s *Store) Users(ctx context.Context) ([]mindflow.Account, error) {
	var all []mindflow.Account
	err := each(s.read(ctx), allUsers, nil, func(rows *sql.Rows) error {
		var a mindflow.Account
		var created int64
		var disabled, verified, erase, seen sql.NullInt64
		err := rows.Scan(&a.ID, &a.Email, &a.FullName, &a.WorkspaceID, &created, &disabled, &verified, &erase, &seen, &a.Tasks)
		a.CreatedAt, a.DisabledAt, a.SeenAt = mindflow.UTC(created), instant(disabled), instant(seen)
		a.VerifiedAt, a.EraseAt = instant(verified), instant(erase)
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	return all, nil
}
