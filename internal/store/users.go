package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

const (
	insertWorkspace = `INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)`
	insertUser      = `
INSERT INTO users (id, email, email_key, full_name, password_hash, workspace_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (email_key) DO NOTHING`
	insertMember = `INSERT INTO members (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)`
)

// CreateUser adds a user with a personal workspace and preferences, and the
// first event of that workspace. It answers false when the address is taken;
// the change must then be given up.
func (tx *Tx) CreateUser(u mindflow.User, passwordHash string, p mindflow.Preferences, by mindflow.Actor) (bool, error) {
	at := u.CreatedAt.UnixMicro()
	if err := tx.must(insertWorkspace, u.WorkspaceID.String(), "Personal", at); err != nil {
		return false, fmt.Errorf("create workspace: %w", err)
	}
	result, err := tx.exec(insertUser, u.ID.String(), u.Email, mindflow.Fold(u.Email), u.FullName, passwordHash, u.WorkspaceID.String(), at)
	if err != nil {
		return false, fmt.Errorf("create user: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if err := tx.must(insertMember, u.WorkspaceID.String(), u.ID.String(), string(mindflow.Owner), at); err != nil {
		return false, fmt.Errorf("create member: %w", err)
	}
	if err := tx.must(insertPreferences, preferenceColumns(u.ID, p)...); err != nil {
		return false, fmt.Errorf("create preferences: %w", err)
	}
	return true, tx.Record(mindflow.Event{Verb: mindflow.UserRegistered, WorkspaceID: u.WorkspaceID}, by)
}

const userColumns = `SELECT id, email, full_name, workspace_id, created_at, disabled_at, password_hash FROM users WHERE `

// User reads a user.
func (s *Store) User(ctx context.Context, id mindflow.UserID) (mindflow.User, error) {
	u, _, err := readUser(s.read(ctx), userColumns+`id = $1`, id.String())
	return u, err
}

// UserByEmail reads a user and the hash of the password, by the folded address.
func (s *Store) UserByEmail(ctx context.Context, email string) (mindflow.User, string, error) {
	return readUser(s.read(ctx), userColumns+`email_key = $1`, mindflow.Fold(mindflow.Tidy(email)))
}

func readUser(q querier, query string, key string) (mindflow.User, string, error) {
	var u mindflow.User
	var hash string
	var created int64
	var disabled sql.NullInt64
	err := one(q, query, []any{key}, &u.ID, &u.Email, &u.FullName, &u.WorkspaceID, &created, &disabled, &hash)
	u.CreatedAt, u.DisabledAt = mindflow.UTC(created), instant(disabled)
	return u, hash, absent(err, "user")
}

// IsMember reports whether a user belongs to the transaction's home.
func (tx *Tx) IsMember(user mindflow.UserID) (bool, error) {
	n := 0
	err := one(tx, `SELECT count(*) FROM members WHERE workspace_id = $1 AND user_id = $2`, []any{tx.home.String(), user.String()}, &n)
	return n > 0, err
}

// Access is what stands behind a valid access token.
type Access struct {
	UserID             mindflow.UserID
	WorkspaceID        mindflow.WorkspaceID // the personal one
	Role               mindflow.Role
	WorkspaceVersion   int64
	PreferencesVersion mindflow.Version
}

const accessBySession = `
SELECT s.user_id, u.workspace_id, m.role, p.version,
       coalesce((SELECT max(e.seq) FROM events e WHERE e.workspace_id = u.workspace_id), 0)
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  JOIN members m ON m.workspace_id = u.workspace_id AND m.user_id = u.id
  JOIN user_preferences p ON p.user_id = u.id
 WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.disabled_at IS NULL`

// Access reads, in one statement, whether a session still admits its user, and
// how far the user's workspace and preferences have come. An ended session is
// not found.
func (s *Store) Access(ctx context.Context, session mindflow.SessionID, now time.Time) (Access, error) {
	var a Access
	err := one(s.read(ctx), accessBySession, []any{session.String(), now.UnixMicro()},
		&a.UserID, &a.WorkspaceID, &a.Role, &a.PreferencesVersion, &a.WorkspaceVersion)
	return a, absent(err, "session")
}
