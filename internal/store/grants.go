package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// LockUser holds a user's row until the end of the transaction, so that grants
// are given and ended by one at a time. A disabled user is not found.
func (tx *Tx) LockUser(user mindflow.UserID) error {
	var id mindflow.UserID
	err := one(tx, `SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL`+tx.s.dialect.forUpdate(), []any{user.String()}, &id)
	return absent(err, "user")
}

const insertGrant = `
INSERT INTO grants (id, user_id, kind, name, client_id, address, scopes, audience, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// CreateGrant adds a grant. Its user is locked.
func (tx *Tx) CreateGrant(g mindflow.Grant) error {
	err := tx.must(insertGrant, g.ID.String(), g.UserID.String(), string(g.Kind), g.Name, nullable(g.ClientID), nullable(g.Address),
		g.Scopes.String(), nullable(g.Audience), g.CreatedAt.UnixMicro(), micros(g.ExpiresAt))
	if err != nil {
		return fmt.Errorf("create grant: %w", err)
	}
	return nil
}

const liveGrants = ` ended_at IS NULL AND (expires_at IS NULL OR expires_at > $3) AND user_id = $1 AND kind = $2`

// CountGrants counts the grants of a kind a user has that have not ended. The
// user is locked.
func (tx *Tx) CountGrants(user mindflow.UserID, kind mindflow.GrantKind) (int, error) {
	n := 0
	err := one(tx, `SELECT count(*) FROM grants WHERE`+liveGrants, []any{user.String(), string(kind), tx.now.UnixMicro()}, &n)
	return n, err
}

// CountGrantsUnlike counts those to programs a user has that have not ended, but
// for those to one program for one thing. The user is locked.
func (tx *Tx) CountGrantsUnlike(user mindflow.UserID, client, audience string) (int, error) {
	n := 0
	err := one(tx, `SELECT count(*) FROM grants WHERE`+liveGrants+` AND (client_id <> $4 OR audience <> $5)`,
		[]any{user.String(), string(mindflow.ClientGrant), tx.now.UnixMicro(), client, audience}, &n)
	return n, err
}

const endGrantsLike = `UPDATE grants SET ended_at = $4 WHERE user_id = $1 AND client_id = $2 AND audience = $3 AND ended_at IS NULL`

// EndGrantsLike ends a user's grants to one program for one thing.
func (tx *Tx) EndGrantsLike(user mindflow.UserID, client, audience string) error {
	_, err := tx.exec(endGrantsLike, user.String(), client, audience, tx.now.UnixMicro())
	return err
}

const grantsOfUser = `
SELECT id, user_id, kind, name, coalesce(client_id, ''), coalesce(address, ''), scopes, coalesce(audience, ''), created_at, expires_at, ended_at, seen_at
  FROM grants
 WHERE` + liveGrants + `
 ORDER BY id`

// Grants reads the grants of a kind a user has that have not ended, the oldest first.
func (s *Store) Grants(ctx context.Context, user mindflow.UserID, kind mindflow.GrantKind, now time.Time) ([]mindflow.Grant, error) {
	var grants []mindflow.Grant
	err := each(s.read(ctx), grantsOfUser, []any{user.String(), string(kind), now.UnixMicro()}, func(rows *sql.Rows) error {
		var g mindflow.Grant
		var scopes string
		var created int64
		var expires, ended, seen sql.NullInt64
		err := rows.Scan(&g.ID, &g.UserID, &g.Kind, &g.Name, &g.ClientID, &g.Address, &scopes, &g.Audience, &created, &expires, &ended, &seen)
		g.Scopes, g.CreatedAt = mindflow.KnownScopes(scopes), mindflow.UTC(created)
		g.ExpiresAt, g.EndedAt, g.SeenAt = instant(expires), instant(ended), instant(seen)
		grants = append(grants, g)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	return grants, nil
}

const endGrant = `UPDATE grants SET ended_at = $4 WHERE id = $1 AND user_id = $2 AND kind = $3 AND ended_at IS NULL`

// EndGrant ends one grant of a user, and so every token of it, for good. One
// that has ended, or is somebody else's, is not found.
func (tx *Tx) EndGrant(user mindflow.UserID, kind mindflow.GrantKind, id mindflow.GrantID) error {
	n, err := tx.count(endGrant, id.String(), user.String(), string(kind), tx.now.UnixMicro())
	if err == nil && n == 0 {
		err = mindflow.NotFound(string(kind))
	}
	return err
}

const endGrants = `UPDATE grants SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL`

// EndGrants ends every grant of a user, and what would become one. It waits for
// those that are being given just now: none is missed.
func (tx *Tx) EndGrants(user mindflow.UserID) error {
	if err := tx.LockUser(user); err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
		return err
	}
	if _, err := tx.exec(endCodes, user.String()); err != nil {
		return err
	}
	_, err := tx.exec(endGrants, user.String(), tx.now.UnixMicro())
	return err
}

const accessByToken = `
SELECT u.id, u.workspace_id, m.role, p.version,
       coalesce((SELECT max(e.seq) FROM events e WHERE e.workspace_id = u.workspace_id), 0),
       g.id, g.kind, g.name, coalesce(t.scopes, g.scopes), coalesce(g.client_id, ''), coalesce(g.audience, ''), g.seen_at
  FROM grant_tokens t
  JOIN grants g ON g.id = t.grant_id
  JOIN users u ON u.id = g.user_id
  JOIN members m ON m.workspace_id = u.workspace_id AND m.user_id = u.id
  JOIN user_preferences p ON p.user_id = u.id
 WHERE t.token_hash = $1 AND t.kind = 'access' AND t.expires_at > $2
   AND g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) AND u.disabled_at IS NULL`

// GrantAccess reads, in one statement, by which grant a token admits its user,
// for the scopes of the token, and what Access reads. One that has ended admits nobody: it is not found.
func (s *Store) GrantAccess(ctx context.Context, hash string, now time.Time) (Access, mindflow.Grant, error) {
	var a Access
	var g mindflow.Grant
	var scopes string
	var seen sql.NullInt64
	err := one(s.read(ctx), accessByToken, []any{hash, now.UnixMicro()},
		&a.UserID, &a.WorkspaceID, &a.Role, &a.PreferencesVersion, &a.WorkspaceVersion,
		&g.ID, &g.Kind, &g.Name, &scopes, &g.ClientID, &g.Audience, &seen)
	g.UserID, g.Scopes, g.SeenAt = a.UserID, mindflow.KnownScopes(scopes), instant(seen)
	return a, g, absent(err, "token")
}

const sawGrant = `UPDATE grants SET seen_at = $2 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $2)`

// SawGrant remembers that a grant was used at a moment, unless it was later.
func (tx *Tx) SawGrant(id mindflow.GrantID, at time.Time) error {
	_, err := tx.exec(sawGrant, id.String(), at.UnixMicro())
	return err
}
