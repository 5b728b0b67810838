package app

import (
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// settle holds what a draft has made of a task against everything else in the
// workspace, which no draft knows: who its members are, which tasks and projects
// there are. It answers the task as it can be kept.
func settle(tx *store.Tx, actor mindflow.Actor, before, after mindflow.Task) (mindflow.Task, error) {
	if err := checkAssignee(tx, actor, before, after); err != nil {
		return after, err
	}
	if before.Details.Same(after.Details) {
		return after, nil
	}
	if err := checkBlockers(tx, before, after); err != nil {
		return after, err
	}
	after, err := settleStep(tx, actor, before, after)
	if err != nil {
		return after, err
	}
	if err := checkProject(tx, before, after); err != nil {
		return after, err
	}
	return settleRecurrence(before, after)
}

// checkAssignee refuses to assign a task to somebody outside its workspace.
func checkAssignee(tx *store.Tx, actor mindflow.Actor, before, after mindflow.Task) error {
	who := after.AssigneeID
	if who.IsZero() || who == before.AssigneeID || who == actor.UserID {
		return nil
	}
	member, err := tx.IsMember(who)
	if err == nil && !member {
		err = mindflow.InvalidField("assignee_id", "must be a member of the workspace")
	}
	return err
}
