package store

import (
	"encoding/json"
	"fmt"

	"mindflow/internal/mindflow"
)

const insertSystemEvent = `INSERT INTO system_events (id, at, verb, changes) VALUES ($1, $2, $3, $4)`

// RecordSystem keeps what happened to no workspace, and is worth remembering
// all the same.
func (tx *Tx) RecordSystem(verb mindflow.Verb, changes mindflow.Changes) error {
	columns, err := systemEventColumns(mindflow.SystemEvent{ID: mindflow.NewID[mindflow.Event](tx.now), At: tx.now, Verb: verb, Changes: changes})
	if err != nil {
		return err
	}
	if err := tx.must(insertSystemEvent, columns...); err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	return nil
}

// systemEventColumns are an entry's, in the order insertSystemEvent names them.
func systemEventColumns(e mindflow.SystemEvent) ([]any, error) {
	changes, err := json.Marshal(e.Changes)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return []any{e.ID.String(), e.At.UnixMicro(), string(e.Verb), string(changes)}, nil
}
