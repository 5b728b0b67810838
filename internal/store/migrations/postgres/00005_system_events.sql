-- +goose Up
-- What belongs to no workspace and is worth remembering all the same.
CREATE TABLE system_events (
    id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    verb TEXT NOT NULL,
    changes TEXT NOT NULL
);

-- +goose Down
-- loses: system_events
DROP TABLE system_events;
