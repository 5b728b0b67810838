package app

import (
	"cmp"
	"context"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// TryCode holds a code against somebody's second factor as signing in does, without
// the cost of checking the password, and without the lock that comes of it.
func (a *App) TryCode(ctx context.Context, user mindflow.UserID, code string) error {
	var refused error
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		refused, err = a.passFactor(ctx, tx, user, code)
		return err
	})
	return cmp.Or(err, refused)
}

// What tests reach for beneath the use cases.
var (
	EncodeAnswer = encodeAnswer
	DecodeAnswer = decodeAnswer
)

// MadeTask is what creating a task answers.
type MadeTask = madeTask

// MaxAnswer and PurgeBite are what keeping and forgetting go by.
const (
	MaxAnswer = maxAnswer
	PurgeBite = purgeBite
)
