package app

import (
	"context"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// write is the one way to change anything in the actor's workspace: it refuses a
// program that was not granted the authority, locks the
// workspace, reads the actor's role in the same transaction, and runs fn, which
// may run more than once. An actor who brings an idempotency key is answered as
// before where the request was done before, and fn does not run.
func write[T any](ctx context.Context, a *App, actor mindflow.Actor, need can.Need, fn func(*store.Tx) (T, error)) (T, error) {
	if err := need.Within(actor.Scopes); err != nil {
		var none T
		return none, err
	}
	if actor.Key != nil {
		return writeOnce(ctx, a, actor, need, fn)
	}
	var result T
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(actor.WorkspaceID); err != nil {
			return err
		}
		if err := admit(tx, actor, need); err != nil {
			return err
		}
		var err error
		if result, err = fn(tx); err != nil {
			return err
		}
		if err := a.conclude(ctx, tx, actor); err != nil {
			return err
		}
		mindflow.TraceOf(ctx).Changed(tx.Change())
		return nil
	})
	return result, err
}

// conclude does what follows from a change once it is made: reminders are left, and
// the quotas held.
func (a *App) conclude(ctx context.Context, tx *store.Tx, actor mindflow.Actor) error {
	if err := a.leaveReminders(ctx, tx, actor); err != nil {
		return err
	}
	return a.settings.Quotas.Check(tx.Growth())
}

// admit refuses an actor whose role, as it is now, does not have the authority.
func admit(tx *store.Tx, actor mindflow.Actor, need can.Need) error {
	roles, err := tx.Standing(actor.UserID, actor.WorkspaceID)
	if err != nil {
		return err
	}
	switch role, member := roles[actor.WorkspaceID]; {
	case !member:
		return mindflow.NotFound("workspace")
	case !need.By(role):
		return mindflow.Forbidden("Your role in this workspace does not allow that")
	}
	return nil
}
