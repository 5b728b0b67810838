package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// What came before for the same purpose and person is replaced, and dead.
const upsertLink = `
INSERT INTO links (purpose, whose, id, token_hash, user_id, email, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (purpose, whose) DO UPDATE
       SET id = excluded.id, token_hash = excluded.token_hash, user_id = excluded.user_id, email = excluded.email,
           created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL`

// SaveLink keeps a link by the hash of its secret. One that its user, or where
// there is none its address, had for the same purpose is dead from then on. The
// address of a link to reset that is nobody's is not kept: no mail goes there.
func (tx *Tx) SaveLink(l mindflow.Link, hash string) error {
	whose, user, email := whoseLink(l), nullable(""), nullable(l.Email)
	if !l.UserID.IsZero() {
		user = nullable(l.UserID.String())
	} else if l.Purpose != mindflow.ToJoin {
		email = nullable("")
	}
	err := tx.must(upsertLink, string(l.Purpose), whose, l.ID.String(), hash, user, email, l.CreatedAt.UnixMicro(), l.ExpiresAt.UnixMicro())
	if err != nil {
		return fmt.Errorf("save link: %w", err)
	}
	return nil
}

// whoseLink is what a link has one of for each purpose: its user, or else its
// address, which cannot be read from it.
func whoseLink(l mindflow.Link) string {
	if !l.UserID.IsZero() {
		return l.UserID.String()
	}
	sum := sha256.Sum256([]byte(mindflow.Fold(l.Email)))
	return hex.EncodeToString(sum[:])
}

const (
	linkColumns = `SELECT id, purpose, user_id, email, created_at, expires_at, token_hash FROM links WHERE `
	livingLink  = `token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3`
)

// LinkToSend reads a link by its id, with the hash of its secret. One that was
// used, replaced or is over is not found.
func (s *Store) LinkToSend(ctx context.Context, id mindflow.LinkID, now time.Time) (mindflow.Link, string, error) {
	return readLink(s.read(ctx), linkColumns+`id = $1 AND used_at IS NULL AND expires_at > $2`, id.String(), now.UnixMicro())
}

// Link reads a link that can still be used for a purpose.
func (s *Store) Link(ctx context.Context, purpose mindflow.Purpose, hash string, now time.Time) (mindflow.Link, error) {
	l, _, err := readLink(s.read(ctx), linkColumns+livingLink, hash, string(purpose), now.UnixMicro())
	return l, err
}

// LinkOf reads the link a user has for a purpose, if it can still be used.
func (tx *Tx) LinkOf(user mindflow.UserID, purpose mindflow.Purpose) (mindflow.Link, error) {
	l, _, err := readLink(tx, linkColumns+`purpose = $1 AND whose = $2 AND used_at IS NULL AND expires_at > $3`,
		string(purpose), user.String(), tx.now.UnixMicro())
	return l, err
}

func readLink(q querier, query string, args ...any) (mindflow.Link, string, error) {
	var l mindflow.Link
	var hash string
	var user sql.Null[mindflow.UserID]
	var email sql.NullString
	var created, expires int64
	err := one(q, query, args, &l.ID, &l.Purpose, &user, &email, &created, &expires, &hash)
	l.UserID, l.Email, l.CreatedAt, l.ExpiresAt = user.V, email.String, mindflow.UTC(created), mindflow.UTC(expires)
	return l, hash, absent(err, "link")
}

// UseLink uses a link up. Of all who try, one does; for the others there is no
// such link any more.
func (tx *Tx) UseLink(purpose mindflow.Purpose, hash string) error {
	n, err := tx.count(`UPDATE links SET used_at = $3 WHERE `+livingLink, hash, string(purpose), tx.now.UnixMicro())
	switch {
	case err != nil:
		return fmt.Errorf("use link: %w", err)
	case n == 0:
		return mindflow.NotFound("link")
	}
	return nil
}

// EndLinks makes a user's links dead, but for the one that takes an address
// back: who took the account over must not be able to end it.
func (tx *Tx) EndLinks(user mindflow.UserID) error {
	_, err := tx.exec(`DELETE FROM links WHERE user_id = $1 AND purpose <> $2`, user.String(), string(mindflow.ToStay))
	return err
}
