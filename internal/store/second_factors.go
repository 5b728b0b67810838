package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"mindflow/internal/mindflow"
)

const beginFactor = `
INSERT INTO second_factors (user_id, sealed, created_at, last_step, wrong)
VALUES ($1, $2, $3, -1, 0)
    ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at
 WHERE second_factors.confirmed_at IS NULL`

// BeginFactor keeps a user's secret, which counts once it is confirmed. It
// answers false where there is one that counts.
func (tx *Tx) BeginFactor(user mindflow.UserID, sealed string) (bool, error) {
	n, err := tx.count(beginFactor, user.String(), sealed, tx.now.UnixMicro())
	return n == 1, err
}

const factorOfUser = `
SELECT user_id, sealed, created_at, confirmed_at, last_step, wrong, wrong_at,
       (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id)
  FROM second_factors f
 WHERE user_id = $1`

// Factor reads a user's second factor. Where there is none, it is the zero value.
func (s *Store) Factor(ctx context.Context, user mindflow.UserID) (mindflow.SecondFactor, error) {
	return readFactor(s.read(ctx), user)
}

// Factor reads it within a change. Who holds the user's row reads what stands.
func (tx *Tx) Factor(user mindflow.UserID) (mindflow.SecondFactor, error) {
	return readFactor(tx, user)
}

func readFactor(q querier, user mindflow.UserID) (mindflow.SecondFactor, error) {
	var f mindflow.SecondFactor
	var created int64
	var since, wrong sql.NullInt64
	err := one(q, factorOfUser, []any{user.String()}, &f.UserID, &f.Sealed, &created, &since, &f.LastStep, &f.Wrong, &wrong, &f.CodesLeft)
	if absent := absent(err, "second factor"); absent != nil {
		if mindflow.KindOf(absent) == mindflow.KindNotFound {
			return mindflow.SecondFactor{}, nil
		}
		return f, absent
	}
	f.CreatedAt, f.Since, f.WrongAt = mindflow.UTC(created), instant(since), instant(wrong)
	return f, nil
}

// ConfirmFactor has a user's second factor count from now on. The code of the step
// has been taken.
func (tx *Tx) ConfirmFactor(user mindflow.UserID, step int64) error {
	return tx.must(`UPDATE second_factors SET confirmed_at = $2, last_step = $3, wrong = 0, wrong_at = NULL WHERE user_id = $1 AND confirmed_at IS NULL`,
		user.String(), tx.now.UnixMicro(), step)
}

const takeStep = `UPDATE second_factors SET last_step = $2, wrong = 0, wrong_at = NULL WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2`

// TakeStep takes the code of a step. Of all who bring it at once, one is answered
// true; nobody who brings it, or one before it, later.
func (tx *Tx) TakeStep(user mindflow.UserID, step int64) (bool, error) {
	n, err := tx.count(takeStep, user.String(), step)
	return n == 1, err
}

const guessCode = `
UPDATE second_factors
   SET wrong = wrong + 1, wrong_at = $2
 WHERE user_id = $1 AND (wrong < $3 OR wrong_at IS NULL OR wrong_at <= $4)
RETURNING wrong`

// GuessCode counts one more wrong code, before a code is looked at: taking it
// sets the count back. It answers how many there are now in a row, or false where
// none is to be looked at. However many come at once, to however many servers, no
// more are looked at than may be.
func (tx *Tx) GuessCode(user mindflow.UserID) (wrong int, looked bool, err error) {
	err = one(tx, guessCode, []any{
		user.String(), tx.now.UnixMicro(), mindflow.MaxWrongCodes, tx.now.Add(-mindflow.WrongCodesRest).UnixMicro(),
	}, &wrong)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return wrong, err == nil, err
}

// TakeRecoveryCode takes a recovery code by its hash: once, whoever else brings it.
func (tx *Tx) TakeRecoveryCode(user mindflow.UserID, hash string) (bool, error) {
	n, err := tx.count(`DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2`, user.String(), hash)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.exec(`UPDATE second_factors SET wrong = 0, wrong_at = NULL WHERE user_id = $1`, user.String())
	return true, err
}

// SaveRecoveryCodes replaces a user's recovery codes.
func (tx *Tx) SaveRecoveryCodes(user mindflow.UserID, hashes []string) error {
	if _, err := tx.exec(`DELETE FROM recovery_codes WHERE user_id = $1`, user.String()); err != nil {
		return err
	}
	for _, hash := range hashes {
		err := tx.must(`INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ($1, $2, $3)`, user.String(), hash, tx.now.UnixMicro())
		if err != nil {
			return fmt.Errorf("save recovery code: %w", err)
		}
	}
	return nil
}

// EndFactor takes a user's second factor away, and the recovery codes, whether
// or not it counted.
func (tx *Tx) EndFactor(user mindflow.UserID) error {
	if _, err := tx.exec(`DELETE FROM recovery_codes WHERE user_id = $1`, user.String()); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM second_factors WHERE user_id = $1`, user.String())
	return err
}

// EndFactorsSince takes away what a user has, since a moment, shown to be theirs
// besides the password: a second factor, recovery codes, passkeys.
func (tx *Tx) EndFactorsSince(user mindflow.UserID, at time.Time) error {
	for _, query := range []string{
		`DELETE FROM recovery_codes WHERE user_id = $1 AND created_at >= $2`,
		`DELETE FROM second_factors WHERE user_id = $1 AND created_at >= $2`,
		`DELETE FROM passkeys WHERE user_id = $1 AND created_at >= $2`,
	} {
		if _, err := tx.exec(query, user.String(), at.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

const factorsSealedOtherwise = `
SELECT user_id, sealed FROM second_factors
 WHERE sealed NOT LIKE $1 AND user_id > $2
 ORDER BY user_id
 LIMIT $3`

// SealedOtherwise are second factors whose secrets do not begin as those do that
// the newest key has sealed: at most so many, in order, after a user's.
func (s *Store) SealedOtherwise(ctx context.Context, begins string, after mindflow.UserID, limit int) ([]mindflow.SecondFactor, error) {
	var all []mindflow.SecondFactor
	err := each(s.read(ctx), factorsSealedOtherwise, []any{begins + "%", after.String(), limit}, func(rows *sql.Rows) error {
		var f mindflow.SecondFactor
		err := rows.Scan(&f.UserID, &f.Sealed)
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for sealed secrets: %w", err)
	}
	return all, nil
}

// Reseal keeps the same secret sealed anew, unless it is another by now.
func (tx *Tx) Reseal(user mindflow.UserID, was, sealed string) error {
	_, err := tx.exec(`UPDATE second_factors SET sealed = $3 WHERE user_id = $1 AND sealed = $2`, user.String(), was, sealed)
	return err
}
