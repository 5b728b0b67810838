package app

import (
	"context"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// eraseBite bounds how many rows are taken away in one transaction.
const eraseBite = 500

// Belongings finds a user by address and counts what is theirs, table by table.
func (a *App) Belongings(ctx context.Context, email string) (mindflow.User, []mindflow.Holding, error) {
	user, _, err := a.store.UserByEmail(ctx, email)
	if err != nil {
		return user, nil, err
	}
	holdings, err := a.store.Holdings(ctx, user)
	return user, holdings, err
}

// EraseUser takes away what is a user's: account, sessions, the personal
// workspace with all in it. From its first step on nobody is signed in to the
// account; should it break off, it can be repeated. What stays is an entry that
// somebody with this id was erased.
func (a *App) EraseUser(ctx context.Context, user mindflow.User) error {
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.ShutOut(user) }); err != nil {
		return err
	}
	if _, err := a.bites(ctx, eraseBite, func(tx *store.Tx) (int, error) { return tx.EraseSome(user, eraseBite) }); err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Erase(user); err != nil {
			return err
		}
		return tx.RecordSystem(mindflow.UserErased, mindflow.Changes{"user_id": {Before: user.ID.String()}})
	})
}

// eraseLeaving erases the accounts whose grace is over. Each is shut out first,
// unless it was kept in the last moment; an erasure that broke off before is
// found again.
func (a *App) eraseLeaving(ctx context.Context, total *int) error {
	for {
		leaving, err := a.store.Leaving(ctx, a.now(), sweepBite)
		if err != nil {
			return err
		}
		for _, user := range leaving {
			gone := false
			err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
				gone, err = tx.ShutOutLeaving(user)
				return err
			})
			if err == nil && gone {
				*total++
				err = a.EraseUser(ctx, user)
			}
			if unless(err, nil) != nil { // another server may have been faster
				return err
			}
		}
		if len(leaving) < sweepBite {
			return nil
		}
	}
}

// Users are all accounts, by address.
func (a *App) Users(ctx context.Context) ([]mindflow.Account, error) { return a.store.Users(ctx) }
