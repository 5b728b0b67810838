-- +goose Up
-- Whether an event is the last of its call is looked up for each that is listed.
DROP INDEX events_by_call;
CREATE INDEX events_by_call ON events (workspace_id, call_id, seq) WHERE call_id IS NOT NULL;

-- +goose Down
-- loses: nothing
DROP INDEX events_by_call;
CREATE INDEX events_by_call ON events (workspace_id, call_id) WHERE call_id IS NOT NULL;
