package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

// ErrRunning says that the request a key belongs to is still being done.
var ErrRunning error = &mindflow.Error{
	Kind: mindflow.KindConflict, Message: "The request with this Idempotency-Key is still running; ask again soon", RetryAfter: time.Second,
}

// KeyedRequest is what is known of a request with an idempotency key.
type KeyedRequest struct {
	Hash string
	// Answer is empty until the request has been done.
	Answer string
	// ClaimedUntil is until when somebody says to be at it, while it has not.
	ClaimedUntil time.Time
}

// ClaimID names one try to do a request.
type ClaimID = mindflow.ID[KeyedRequest]

// LockOnce takes the actor's workspace as Lock does, unless a transaction on
// some other server is busy with the same key: then it answers ErrRunning at
// once. Who waits for the workspace holds the key already, so a busy workspace
// is never mistaken for a busy key. Where the writer is alone, Lock is enough.
func (tx *Tx) LockOnce(by mindflow.Actor) error {
	number := keyNumber(by)
	err := tx.lock(&number, []mindflow.WorkspaceID{by.WorkspaceID})
	if mindflow.KindOf(err) != mindflow.KindNotFound {
		return err
	}
	n := 0
	if err := one(tx, `SELECT count(*) FROM workspaces WHERE id = $1`, []any{by.WorkspaceID.String()}, &n); err != nil {
		return fmt.Errorf("look for workspace: %w", err)
	}
	if n > 0 {
		return ErrRunning
	}
	return err
}

// keyNumber stands for an actor's key among the numbers PostgreSQL locks. Two
// that meet by chance would only wait for one another.
func keyNumber(by mindflow.Actor) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s", by.WorkspaceID, by.UserID, by.Key.Route, by.Key.Name))
	return int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any number does
}

const keyedRequest = `
SELECT request_hash, answer, claimed_until_at
  FROM idempotency_keys
 WHERE workspace_id = $1 AND user_id = $2 AND route = $3 AND name = $4 AND expires_at > $5`

// KeyedRequest reads what is known of the request with the actor's key. One
// whose time is over is not found.
func (tx *Tx) KeyedRequest(by mindflow.Actor) (KeyedRequest, error) {
	var r KeyedRequest
	var answer sql.NullString
	var until sql.NullInt64
	err := one(tx, keyedRequest, append(keyColumns(by), tx.now.UnixMicro()), &r.Hash, &answer, &until)
	r.Answer, r.ClaimedUntil = answer.String, instant(until)
	return r, absent(err, "idempotency key")
}

func keyColumns(by mindflow.Actor) []any {
	return append(make([]any, 0, 9), by.WorkspaceID.String(), by.UserID.String(), by.Key.Route, by.Key.Name)
}

// What is over gives way: an answer whose time has come, a claim nobody keeps up.
const insertKeyedRequest = `
INSERT INTO idempotency_keys (workspace_id, user_id, route, name, request_hash, answer, claim_id, claimed_until_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (workspace_id, user_id, route, name)
    DO UPDATE SET request_hash = excluded.request_hash, answer = excluded.answer, claim_id = excluded.claim_id,
       claimed_until_at = excluded.claimed_until_at, expires_at = excluded.expires_at
 WHERE idempotency_keys.expires_at <= $10 OR idempotency_keys.claimed_until_at <= $10`

// KeepAnswer keeps what the request with the actor's key is answered.
func (tx *Tx) KeepAnswer(by mindflow.Actor, answer string, expires time.Time) error {
	err := tx.must(insertKeyedRequest, append(keyColumns(by), by.Key.Hash, answer, nil, nil, expires.UnixMicro(), tx.now.UnixMicro())...)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// ClaimRequest says that the request with the actor's key is being done, in
// more than this transaction, until a moment.
func (tx *Tx) ClaimRequest(by mindflow.Actor, claim ClaimID, until, expires time.Time) error {
	err := tx.must(insertKeyedRequest, append(keyColumns(by), by.Key.Hash, nil, claim.String(), until.UnixMicro(), expires.UnixMicro(), tx.now.UnixMicro())...)
	if err != nil {
		return fmt.Errorf("claim request: %w", err)
	}
	return nil
}

const (
	ofClaim      = ` WHERE workspace_id = $1 AND user_id = $2 AND route = $3 AND name = $4 AND claim_id = $5`
	renewClaim   = `UPDATE idempotency_keys SET claimed_until_at = $6` + ofClaim
	releaseClaim = `DELETE FROM idempotency_keys` + ofClaim
	answerClaim  = `
UPDATE idempotency_keys SET request_hash = $6, answer = $7, claim_id = NULL, claimed_until_at = NULL, expires_at = $8` + ofClaim
)

// RenewClaim moves a claim's end, if it still holds.
func (tx *Tx) RenewClaim(by mindflow.Actor, claim ClaimID, until time.Time) error {
	_, err := tx.exec(renewClaim, append(keyColumns(by), claim.String(), until.UnixMicro())...)
	return err
}

// ReleaseClaim gives a claim up, so that the request can be done anew.
func (tx *Tx) ReleaseClaim(by mindflow.Actor, claim ClaimID) error {
	_, err := tx.exec(releaseClaim, append(keyColumns(by), claim.String())...)
	return err
}

// AnswerClaim keeps what the claimed request is answered, and the hash of all
// that was asked, which is known only now. It answers ErrRunning when the claim
// has gone to somebody else.
func (tx *Tx) AnswerClaim(by mindflow.Actor, claim ClaimID, hash, answer string, expires time.Time) error {
	n, err := tx.count(answerClaim, append(keyColumns(by), claim.String(), hash, answer, expires.UnixMicro())...)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	if n == 0 {
		return ErrRunning
	}
	return nil
}

const keptAnswers = `
SELECT count(*)
  FROM idempotency_keys
 WHERE workspace_id = $1 AND user_id = $2 AND route = $3 AND answer IS NOT NULL`

// KeptAnswers counts what is kept for all keys of an actor and a route.
func (s *Store) KeptAnswers(ctx context.Context, by mindflow.Actor) (int, error) {
	n := 0
	err := one(s.read(ctx), keptAnswers, keyColumns(by)[:3], &n)
	if err != nil {
		return 0, fmt.Errorf("count kept answers: %w", err)
	}
	return n, nil
}

// The condition stands twice: a key that is taken anew meanwhile stays.
const purgeKeys = `
DELETE FROM idempotency_keys
 WHERE expires_at <= $1 AND (workspace_id, user_id, route, name) IN
       (SELECT workspace_id, user_id, route, name FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

// PurgeKeys forgets at most limit keys whose time is over, and answers how many.
func (tx *Tx) PurgeKeys(limit int) (int, error) {
	n, err := tx.count(purgeKeys, tx.now.UnixMicro(), limit)
	if err != nil {
		err = fmt.Errorf("purge idempotency keys: %w", err)
	}
	return n, err
}
