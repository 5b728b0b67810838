package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

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

const userColumns = `SELECT id, email, full_name, workspace_id, created_at, disabled_at, email_verified_at, erase_at, password_hash FROM users WHERE `

// User reads a user.
func (s *Store) User(ctx context.Context, id mindflow.UserID) (mindflow.User, error) {
	u, _, err := readUser(s.read(ctx), userColumns+`id = $1`, id.String())
	return u, err
}

// UserByEmail reads a user and the hash of the password, by the folded address.
func (s *Store) UserByEmail(ctx context.Context, email string) (mindflow.User, string, error) {
	return readUser(s.read(ctx), userColumns+`email_key = $1`, mindflow.Fold(mindflow.Tidy(email)))
}

// UserWithPassword reads a user and the hash of the password.
func (s *Store) UserWithPassword(ctx context.Context, id mindflow.UserID) (mindflow.User, string, error) {
	return readUser(s.read(ctx), userColumns+`id = $1`, id.String())
}

// User reads a user with the hash of the password, and holds the row until
// the end of the transaction, so that an account is changed by one at a time.
func (tx *Tx) User(id mindflow.UserID) (mindflow.User, string, error) {
	u, hash, err := readUser(tx, userColumns+`id = $1`+tx.s.dialect.forUpdate(), id.String())
	tx.now = tx.s.Now() // the wait for the row may have been long
	return u, hash, err
}

// LockAccount locks a user's personal workspace, where changes of an account are
// told, and then the user. It must be the first statement of a transaction.
func (tx *Tx) LockAccount(u mindflow.User) (mindflow.User, string, error) {
	if err := tx.Lock(u.WorkspaceID); err != nil {
		return u, "", err
	}
	if err := tx.readEnd(u.WorkspaceID); err != nil {
		return u, "", err
	}
	return tx.User(u.ID)
}

// SetPassword replaces the hash of a user's password.
func (tx *Tx) SetPassword(user mindflow.UserID, hash string) error {
	return tx.must(`UPDATE users SET password_hash = $2 WHERE id = $1`, user.String(), hash)
}

// VerifyEmail keeps that a user's address was found to be theirs, the first time.
func (tx *Tx) VerifyEmail(user mindflow.UserID) error {
	_, err := tx.exec(`UPDATE users SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL`, user.String(), tx.now.UnixMicro())
	return err
}

const setEmail = `
UPDATE users SET email = $2, email_key = $3, email_verified_at = $4
 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = $3 AND o.id <> $1)`

// SetEmail gives a user another address, which was found to be theirs. It
// answers false when it is somebody else's.
func (tx *Tx) SetEmail(user mindflow.UserID, email string) (bool, error) {
	n, err := tx.count(setEmail, user.String(), email, mindflow.Fold(email), tx.now.UnixMicro())
	return n == 1, err
}

// SetFullName gives a user another name.
func (tx *Tx) SetFullName(user mindflow.UserID, name string) error {
	return tx.must(`UPDATE users SET full_name = $2 WHERE id = $1`, user.String(), name)
}

// SetEraseAt keeps when an account is to be erased; the zero time: not at all.
func (tx *Tx) SetEraseAt(user mindflow.UserID, at time.Time) error {
	return tx.must(`UPDATE users SET erase_at = $2 WHERE id = $1`, user.String(), micros(at))
}

// SetDisabled keeps a user out from a moment on; the zero time lets them in again.
func (tx *Tx) SetDisabled(user mindflow.UserID, at time.Time) error {
	return tx.must(`UPDATE users SET disabled_at = $2 WHERE id = $1`, user.String(), micros(at))
}

// ShutOutLeaving keeps a user out whose account is to be erased by now. It
// answers false when it is not, or not any more.
func (tx *Tx) ShutOutLeaving(u mindflow.User) (bool, error) {
	n, err := tx.count(`UPDATE users SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1 AND erase_at <= $2`, u.ID.String(), tx.now.UnixMicro())
	return n == 1, err
}

const leavingUsers = `SELECT id, workspace_id FROM users WHERE erase_at <= $1 ORDER BY erase_at LIMIT $2`

// Leaving are users whose account is to be erased by a moment.
func (s *Store) Leaving(ctx context.Context, by time.Time, limit int) ([]mindflow.User, error) {
	var all []mindflow.User
	err := each(s.read(ctx), leavingUsers, []any{by.UnixMicro(), limit}, func(rows *sql.Rows) error {
		var u mindflow.User
		err := rows.Scan(&u.ID, &u.WorkspaceID)
		all = append(all, u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for accounts to erase: %w", err)
	}
	return all, nil
}

func readUser(q querier, query string, key string) (mindflow.User, string, error) {
	var u mindflow.User
	var hash string
	var created int64
	var disabled, verified, erase sql.NullInt64
	err := one(q, query, []any{key}, &u.ID, &u.Email, &u.FullName, &u.WorkspaceID, &created, &disabled, &verified, &erase, &hash)
	u.CreatedAt, u.DisabledAt, u.VerifiedAt, u.EraseAt = mindflow.UTC(created), instant(disabled), instant(verified), instant(erase)
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
