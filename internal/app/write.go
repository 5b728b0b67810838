package app

import (
	"context"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Change says what a change needs before it may run.
type Change struct {
	Need can.Need
	// Workspaces are touched besides the actor's own.
	Workspaces []mindflow.WorkspaceID
}

// write is the one way to change anything in a workspace: it locks the
// workspaces, reads the actor's roles in the same transaction, and runs fn,
// which may run more than once.
func write[T any](ctx context.Context, a *App, actor mindflow.Actor, c Change, fn func(*store.Tx) (T, error)) (T, error) {
	workspaces := append([]mindflow.WorkspaceID{actor.WorkspaceID}, c.Workspaces...)
	var result T
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(workspaces...); err != nil {
			return err
		}
		roles, err := tx.Standing(actor.UserID, workspaces...)
		if err != nil {
			return err
		}
		for _, w := range workspaces {
			if role, member := roles[w]; !member {
				return mindflow.NotFound("workspace")
			} else if !c.Need.By(role) {
				return mindflow.Forbidden("Your role in this workspace does not allow that")
			}
		}
		result, err = fn(tx)
		return err
	})
	return result, err
}
