package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// GrantToken is one token of a grant, known by its hash only.
type GrantToken struct {
	Hash      string
	GrantID   mindflow.GrantID
	Kind      TokenKind
	Scopes    mindflow.Scopes // fewer than its grant's; zero for all of them
	ExpiresAt time.Time
	UsedAt    time.Time // when a refresh token was exchanged
}

// TokenKind is what a token of a grant is good for.
type TokenKind string

// The kinds of tokens.
const (
	AccessToken  TokenKind = "access"  // is shown with each request
	RenewalToken TokenKind = "refresh" // is exchanged for new ones
)

const insertGrantToken = `INSERT INTO grant_tokens (token_hash, grant_id, kind, expires_at, scopes) VALUES ($1, $2, $3, $4, $5)`

// AddGrantToken adds a token to a grant.
func (tx *Tx) AddGrantToken(t GrantToken) error {
	if err := tx.must(insertGrantToken, t.Hash, t.GrantID.String(), string(t.Kind), t.ExpiresAt.UnixMicro(), nullable(t.Scopes.String())); err != nil {
		return fmt.Errorf("add grant token: %w", err)
	}
	return nil
}

const grantOfToken = `
SELECT t.token_hash, t.kind, t.expires_at, t.used_at, g.id, g.user_id, g.scopes, coalesce(g.client_id, ''), coalesce(g.audience, '')
  FROM grant_tokens t
  JOIN grants g ON g.id = t.grant_id
 WHERE t.token_hash = $1 AND g.kind = 'client'`

// GrantOfToken reads a token of a program's grant, whether or not it is still
// good for anything.
func (s *Store) GrantOfToken(ctx context.Context, hash string) (GrantToken, mindflow.Grant, error) {
	return readGrantToken(s.read(ctx), hash)
}

// GrantOfToken reads a token of a program's grant, whether or not it is still
// good for anything.
func (tx *Tx) GrantOfToken(hash string) (GrantToken, mindflow.Grant, error) {
	return readGrantToken(tx, hash)
}

func readGrantToken(q querier, hash string) (GrantToken, mindflow.Grant, error) {
	var t GrantToken
	g := mindflow.Grant{Kind: mindflow.ClientGrant}
	var scopes string
	var expires int64
	var used sql.NullInt64
	err := one(q, grantOfToken, []any{hash}, &t.Hash, &t.Kind, &expires, &used, &g.ID, &g.UserID, &scopes, &g.ClientID, &g.Audience)
	t.GrantID, t.ExpiresAt, t.UsedAt, g.Scopes = g.ID, mindflow.UTC(expires), instant(used), mindflow.KnownScopes(scopes)
	return t, g, absent(err, "token")
}

// A token that was exchanged is kept as long as any that has expired, so that it
// is known if it is shown again.
const spendToken = `
UPDATE grant_tokens
   SET used_at = $2, expires_at = $2
 WHERE token_hash = $1 AND kind = 'refresh' AND used_at IS NULL AND expires_at > $2`

// SpendToken exchanges a refresh token. Of all who try, one does.
func (tx *Tx) SpendToken(hash string) (bool, error) {
	n, err := tx.count(spendToken, hash, tx.now.UnixMicro())
	return n == 1, err
}

const extendGrant = `
UPDATE grants
   SET expires_at = $2
 WHERE id = $1 AND ended_at IS NULL AND expires_at > $3
   AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = grants.user_id AND u.disabled_at IS NOT NULL)`

// ExtendGrant moves a grant's end. It answers false for one that has ended, or
// admits nobody.
func (tx *Tx) ExtendGrant(id mindflow.GrantID, until time.Time) (bool, error) {
	n, err := tx.count(extendGrant, id.String(), until.UnixMicro(), tx.now.UnixMicro())
	return n == 1, err
}

// DropSpentAccess takes a grant's access tokens away that have expired.
func (tx *Tx) DropSpentAccess(id mindflow.GrantID) error {
	_, err := tx.exec(`DELETE FROM grant_tokens WHERE grant_id = $1 AND kind = 'access' AND expires_at <= $2`, id.String(), tx.now.UnixMicro())
	return err
}

// AbortGrant ends a grant for which there is a reason not to trust its program.
// It may not be there, or have ended: then it answers false.
func (tx *Tx) AbortGrant(id mindflow.GrantID) (bool, error) {
	n, err := tx.count(`UPDATE grants SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id.String(), tx.now.UnixMicro())
	return n == 1, err
}
