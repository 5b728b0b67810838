-- +goose Up
-- When what a file says of an imported task's project, steps, dependencies and repeats was taken in; NULL: not yet, as of
-- what was imported by a server that had none of these.
ALTER TABLE task_sources ADD COLUMN linked_at INTEGER;

-- +goose Down
-- loses: task_sources.linked_at
ALTER TABLE task_sources DROP COLUMN linked_at;
