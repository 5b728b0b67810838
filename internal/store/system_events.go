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
	encoded, err := json.Marshal(changes)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	err = tx.must(insertSystemEvent, mindflow.NewID[mindflow.Event](tx.now).String(), tx.now.UnixMicro(), string(verb), string(encoded))
	if err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	return nil
}
