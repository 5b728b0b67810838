package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

const insertPasskey = `
INSERT INTO passkeys (id, user_id, name, credential, public_key, sign_count, copyable, copied, transports, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (credential) DO NOTHING`

// AddPasskey adds a passkey. It answers false where there is one of that
// credential, whosever it is.
func (tx *Tx) AddPasskey(k mindflow.Passkey) (bool, error) {
	n, err := tx.count(insertPasskey, k.ID.String(), k.UserID.String(), k.Name, asText(k.Credential), asText(k.PublicKey),
		int64(k.SignCount), truth(k.Copyable), truth(k.Copied), strings.Join(k.Transports, " "), k.CreatedAt.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("add passkey: %w", err)
	}
	return n == 1, nil
}

// asText is bytes as text: the same in both databases.
func asText(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

const passkeyColumns = `
SELECT id, user_id, name, credential, public_key, sign_count, copyable, copied, transports, created_at, seen_at
  FROM passkeys
 WHERE `

// Passkeys reads those of a user, the oldest first.
func (s *Store) Passkeys(ctx context.Context, user mindflow.UserID) ([]mindflow.Passkey, error) {
	return readPasskeys(s.read(ctx), passkeyColumns+`user_id = $1 ORDER BY created_at, id`, user.String())
}

// Passkeys reads those of a user, who is locked.
func (tx *Tx) Passkeys(user mindflow.UserID) ([]mindflow.Passkey, error) {
	return readPasskeys(tx, passkeyColumns+`user_id = $1 ORDER BY created_at, id`, user.String())
}

// PasskeyOf reads the passkey of a credential.
func (s *Store) PasskeyOf(ctx context.Context, credential []byte) (mindflow.Passkey, error) {
	found, err := readPasskeys(s.read(ctx), passkeyColumns+`credential = $1`, asText(credential))
	if err == nil && len(found) == 0 {
		err = mindflow.NotFound("passkey")
	}
	if err != nil {
		return mindflow.Passkey{}, err
	}
	return found[0], nil
}

func readPasskeys(q querier, query string, key string) ([]mindflow.Passkey, error) {
	var all []mindflow.Passkey
	err := each(q, query, []any{key}, func(rows *sql.Rows) error {
		var k mindflow.Passkey
		var credential, public, transports string
		var copyable, copied, created int64
		var seen sql.NullInt64
		if err := rows.Scan(&k.ID, &k.UserID, &k.Name, &credential, &public, &k.SignCount, &copyable, &copied, &transports, &created, &seen); err != nil {
			return err
		}
		k.Copyable, k.Copied, k.Transports = copyable == 1, copied == 1, strings.Fields(transports)
		k.CreatedAt, k.SeenAt = mindflow.UTC(created), instant(seen)
		var err error
		if k.Credential, err = base64.RawURLEncoding.DecodeString(credential); err != nil {
			return err
		}
		k.PublicKey, err = base64.RawURLEncoding.DecodeString(public)
		all = append(all, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	return all, nil
}

const sawPasskey = `
UPDATE passkeys SET sign_count = $3, copied = $4, seen_at = $5
 WHERE id = $1 AND user_id = $2 AND (sign_count < $3 OR sign_count = 0 AND $3 = 0)`

// SawPasskey keeps that a passkey has signed its user in. It answers false where
// it is gone, or has counted further by itself meanwhile.
func (tx *Tx) SawPasskey(k mindflow.Passkey) (bool, error) {
	n, err := tx.count(sawPasskey, k.ID.String(), k.UserID.String(), int64(k.SignCount), truth(k.Copied), tx.now.UnixMicro())
	return n == 1, err
}

// RenamePasskey gives one of a user's passkeys another name.
func (tx *Tx) RenamePasskey(user mindflow.UserID, id mindflow.PasskeyID, name string) error {
	n, err := tx.count(`UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2`, id.String(), user.String(), name)
	if err == nil && n == 0 {
		err = mindflow.NotFound("passkey")
	}
	return err
}

// RemovePasskey takes one of a user's passkeys away, and answers its name.
func (tx *Tx) RemovePasskey(user mindflow.UserID, id mindflow.PasskeyID) (name string, err error) {
	err = one(tx, `DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING name`, []any{id.String(), user.String()}, &name)
	return name, absent(err, "passkey")
}

// RemovePasskeys takes all of a user's passkeys away, and answers their names.
func (tx *Tx) RemovePasskeys(user mindflow.UserID) ([]string, error) {
	var names []string
	err := each(tx, `DELETE FROM passkeys WHERE user_id = $1 RETURNING name`, []any{user.String()}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("remove passkeys: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

const spendChallenge = `INSERT INTO spent_challenges (challenge_hash, expires_at) VALUES ($1, $2) ON CONFLICT (challenge_hash) DO NOTHING`

// SpendChallenge takes the answer to a challenge, by its hash. Of all who bring
// one, the first is answered true.
func (tx *Tx) SpendChallenge(hash string, expires time.Time) (bool, error) {
	n, err := tx.count(spendChallenge, hash, expires.UnixMicro())
	return n == 1, err
}
