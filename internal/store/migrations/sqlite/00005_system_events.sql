-- +goose Up
-- What belongs to no workspace and is worth remembering all the same.
CREATE TABLE system_events (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL,
    changes TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
-- loses: system_events
DROP TABLE system_events;
