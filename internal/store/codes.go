package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// Code is what a person has just granted to a program, which comes for it with
// the code. That is known by its hash only.
type Code struct {
	Hash        string
	Grant       mindflow.Grant // as it will be
	SessionID   mindflow.SessionID
	RedirectURI string
	Challenge   string // of PKCE
	ExpiresAt   time.Time
	UsedAt      time.Time
}

const insertCode = `
INSERT INTO authorization_codes (code_hash, grant_id, user_id, session_id, client_id, name, address, redirect_uri, challenge,
                                 scopes, audience, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const dropLateCodes = `DELETE FROM authorization_codes WHERE user_id = $1 AND used_at IS NULL AND expires_at <= $2`

// AddCode keeps a code, in the place of those of its user that nobody came for in
// time. The user is locked.
func (tx *Tx) AddCode(c Code) error {
	g := c.Grant
	if _, err := tx.exec(dropLateCodes, g.UserID.String(), tx.now.UnixMicro()); err != nil {
		return err
	}
	err := tx.must(insertCode, c.Hash, g.ID.String(), g.UserID.String(), c.SessionID.String(), g.ClientID, g.Name, g.Address,
		c.RedirectURI, c.Challenge, g.Scopes.String(), g.Audience, g.CreatedAt.UnixMicro(), c.ExpiresAt.UnixMicro())
	if err != nil {
		return fmt.Errorf("add code: %w", err)
	}
	return nil
}

const codeByHash = `
SELECT code_hash, grant_id, user_id, session_id, client_id, name, address, redirect_uri, challenge, scopes, audience, created_at, expires_at, used_at
  FROM authorization_codes
 WHERE code_hash = $1`

// Code reads a code, used or not.
func (s *Store) Code(ctx context.Context, hash string) (Code, error) {
	return readCode(s.read(ctx), hash)
}

// Code reads a code, used or not.
func (tx *Tx) Code(hash string) (Code, error) { return readCode(tx, hash) }

func readCode(q querier, hash string) (Code, error) {
	c := Code{Grant: mindflow.Grant{Kind: mindflow.ClientGrant}}
	g := &c.Grant
	var scopes string
	var created, expires int64
	var used sql.NullInt64
	err := one(q, codeByHash, []any{hash}, &c.Hash, &g.ID, &g.UserID, &c.SessionID, &g.ClientID, &g.Name, &g.Address, &c.RedirectURI,
		&c.Challenge, &scopes, &g.Audience, &created, &expires, &used)
	g.Scopes, g.CreatedAt = mindflow.KnownScopes(scopes), mindflow.UTC(created)
	c.ExpiresAt, c.UsedAt = mindflow.UTC(expires), instant(used)
	return c, absent(err, "code")
}

const useCode = `
UPDATE authorization_codes
   SET used_at = $5
 WHERE code_hash = $1 AND client_id = $2 AND redirect_uri = $3 AND challenge = $4 AND used_at IS NULL AND expires_at > $5`

// UseCode uses a code up, for the client, the address and the challenge it was
// made for. Of all who try, one does.
func (tx *Tx) UseCode(hash, client, redirect, challenge string) (bool, error) {
	n, err := tx.count(useCode, hash, client, redirect, challenge, tx.now.UnixMicro())
	return n == 1, err
}

// endCodes makes the codes of a user that still wait good for nothing.
const endCodes = `DELETE FROM authorization_codes WHERE user_id = $1 AND used_at IS NULL`

const (
	overCodes = `expires_at < $1`
	findCodes = `SELECT code_hash FROM authorization_codes WHERE ` + overCodes + ` AND code_hash > $2 ORDER BY code_hash LIMIT $3`
)

// OverCodes names codes that expired before a moment.
func (s *Store) OverCodes(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findCodes, before, after, limit)
}

// PurgeCodes takes codes away that expired before a moment.
func (tx *Tx) PurgeCodes(names []string, before time.Time) (int, error) {
	return tx.purge("authorization_codes", overCodes, "code_hash", names, before)
}
