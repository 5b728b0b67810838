package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// RefreshToken is one token of a session, known by its hash only.
type RefreshToken struct {
	Hash      string
	SessionID mindflow.SessionID
	ExpiresAt time.Time
	// UsedAt is when it was rotated, Successor what came of it.
	UsedAt    time.Time
	Successor string
	// RegrantedAt is when its successor was replaced by a fresh one.
	RegrantedAt time.Time
	// ReplacedUntil is set on a successor that was replaced: shown before
	// then it is merely refused, afterwards it counts as reuse.
	ReplacedUntil time.Time
}

const insertSession = `
INSERT INTO sessions (id, user_id, created_at, expires_at, seen_at, kind, agent)
VALUES ($1, $2, $3, $4, $3, $5, $6)`

// CreateSession adds a session with its first refresh token.
func (tx *Tx) CreateSession(s mindflow.Session, first RefreshToken) error {
	err := tx.must(insertSession, s.ID.String(), s.UserID.String(), s.CreatedAt.UnixMicro(), s.ExpiresAt.UnixMicro(),
		nullable(string(s.Origin.Kind)), nullable(s.Origin.Agent))
	if err != nil {
		return fmt.Errorf("create session: %w", err)
	}
	return tx.AddRefreshToken(first)
}

const insertRefreshToken = `INSERT INTO refresh_tokens (token_hash, session_id, expires_at) VALUES ($1, $2, $3)`

// AddRefreshToken adds a token to a session.
func (tx *Tx) AddRefreshToken(t RefreshToken) error {
	if err := tx.must(insertRefreshToken, t.Hash, t.SessionID.String(), t.ExpiresAt.UnixMicro()); err != nil {
		return fmt.Errorf("add refresh token: %w", err)
	}
	return nil
}

const refreshTokenByHash = `
SELECT token_hash, session_id, expires_at, used_at, successor_hash, regranted_at, replaced_until_at
  FROM refresh_tokens
 WHERE token_hash = $1`

// RefreshToken reads a token.
func (tx *Tx) RefreshToken(hash string) (RefreshToken, error) {
	var t RefreshToken
	var expires int64
	var used, regranted, replaced sql.NullInt64
	var successor sql.NullString
	err := one(tx, refreshTokenByHash, []any{hash}, &t.Hash, &t.SessionID, &expires, &used, &successor, &regranted, &replaced)
	t.ExpiresAt, t.UsedAt, t.Successor = mindflow.UTC(expires), instant(used), successor.String
	t.RegrantedAt, t.ReplacedUntil = instant(regranted), instant(replaced)
	return t, absent(err, "refresh token")
}

const updateRefreshToken = `
UPDATE refresh_tokens SET used_at = $2, successor_hash = $3, regranted_at = $4, replaced_until_at = $5 WHERE token_hash = $1`

// SaveRefreshToken keeps what became of a token.
func (tx *Tx) SaveRefreshToken(t RefreshToken) error {
	err := tx.must(updateRefreshToken, t.Hash, micros(t.UsedAt), nullable(t.Successor), micros(t.RegrantedAt), micros(t.ReplacedUntil))
	if err != nil {
		return fmt.Errorf("save refresh token: %w", err)
	}
	return nil
}

const sessionByID = `
SELECT s.id, s.user_id, s.created_at, s.expires_at
  FROM sessions s
 WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2
   AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id AND u.disabled_at IS NOT NULL)`

// LockSession reads a session that still admits its user, and holds its row
// until the end of the transaction, so that its tokens are changed by one at a time.
func (tx *Tx) LockSession(id mindflow.SessionID) (mindflow.Session, error) {
	var s mindflow.Session
	var created, expires int64
	err := one(tx, sessionByID+tx.s.dialect.forUpdate(), []any{id.String(), tx.now.UnixMicro()}, &s.ID, &s.UserID, &created, &expires)
	s.CreatedAt, s.ExpiresAt = mindflow.UTC(created), mindflow.UTC(expires)
	tx.now = tx.s.Now() // the wait for the row may have been long
	return s, absent(err, "session")
}

// ExtendSession moves a session's end, and remembers that its user was seen now.
func (tx *Tx) ExtendSession(id mindflow.SessionID, until time.Time) error {
	return tx.must(`UPDATE sessions SET expires_at = $2, seen_at = $3 WHERE id = $1`, id.String(), until.UnixMicro(), tx.now.UnixMicro())
}

// EndSession ends a session, and so every token of it, for good.
func (tx *Tx) EndSession(id mindflow.SessionID) error {
	_, err := tx.exec(`UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id.String(), tx.now.UnixMicro())
	return err
}

// EndSessions ends every session of a user.
func (tx *Tx) EndSessions(user mindflow.UserID) error {
	_, err := tx.exec(`UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL`, user.String(), tx.now.UnixMicro())
	return err
}

const ofOneself = ` WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2`

// EndOwnSession ends a session of a user. One that has ended, or is somebody
// else's, is not found.
func (tx *Tx) EndOwnSession(user mindflow.UserID, id mindflow.SessionID) error {
	n, err := tx.count(`UPDATE sessions SET ended_at = $2`+ofOneself+` AND id = $3`, user.String(), tx.now.UnixMicro(), id.String())
	if err == nil && n == 0 {
		err = mindflow.NotFound("session")
	}
	return err
}

// Lives reports whether a session of a user still admits them.
func (tx *Tx) Lives(user mindflow.UserID, id mindflow.SessionID) (bool, error) {
	n := 0
	err := one(tx, `SELECT count(*) FROM sessions`+ofOneself+` AND id = $3`, []any{user.String(), tx.now.UnixMicro(), id.String()}, &n)
	return n > 0, err
}

const sessionsOfUser = `
SELECT id, user_id, created_at, expires_at, coalesce(seen_at, created_at), coalesce(kind, ''), coalesce(agent, '')
  FROM sessions` + ofOneself + `
 ORDER BY coalesce(seen_at, created_at) DESC, id`

// Sessions reads those of a user that admit them, the last seen first.
func (s *Store) Sessions(ctx context.Context, user mindflow.UserID, now time.Time) ([]mindflow.Session, error) {
	var sessions []mindflow.Session
	err := each(s.read(ctx), sessionsOfUser, []any{user.String(), now.UnixMicro()}, func(rows *sql.Rows) error {
		var session mindflow.Session
		var created, expires, seen int64
		err := rows.Scan(&session.ID, &session.UserID, &created, &expires, &seen, &session.Origin.Kind, &session.Origin.Agent)
		session.CreatedAt, session.ExpiresAt, session.SeenAt = mindflow.UTC(created), mindflow.UTC(expires), mindflow.UTC(seen)
		sessions = append(sessions, session)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return sessions, nil
}

// EndOtherSessions ends every session of a user but one.
func (tx *Tx) EndOtherSessions(user mindflow.UserID, but mindflow.SessionID) error {
	_, err := tx.exec(`UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL`,
		user.String(), but.String(), tx.now.UnixMicro())
	return err
}

// SessionOfToken answers the session a refresh token belongs to.
func (s *Store) SessionOfToken(ctx context.Context, hash string) (mindflow.SessionID, error) {
	var id mindflow.SessionID
	err := one(s.read(ctx), `SELECT session_id FROM refresh_tokens WHERE token_hash = $1`, []any{hash}, &id)
	return id, absent(err, "refresh token")
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
