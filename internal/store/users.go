package store

import (
	"context"
	"database/sql"
	"fmt"

	"mindflow/internal/mindflow"
)

const (
	personal        = "Personal" // what a personal workspace is called
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
	if err := tx.must(insertWorkspace, u.WorkspaceID.String(), personal, at); err != nil {
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

const confirmPassword = `UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL`

// ConfirmPassword keeps the better hash of the same password, or the one that
// was checked, and holds the user's row until the end of the transaction. It
// reports whether that password still admits the user: it may have been changed,
// or the user disabled or erased, since it was read.
func (tx *Tx) ConfirmPassword(user mindflow.UserID, checked, better string) (bool, error) {
	n, err := tx.count(confirmPassword, user.String(), checked, better)
	if err != nil {
		return false, fmt.Errorf("confirm password: %w", err)
	}
	return n == 1, nil
}

// IsMember reports whether a user belongs to the transaction's home.
func (tx *Tx) IsMember(user mindflow.UserID) (bool, error) {
	n := 0
	err := one(tx, `SELECT count(*) FROM members WHERE workspace_id = $1 AND user_id = $2`, []any{tx.home.String(), user.String()}, &n)
	return n > 0, err
}
