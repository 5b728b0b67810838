-- +goose Up
-- An event that takes another change back names it: its call, or its sequence. What happened to one task, project or
-- template since is looked for by it; what is in the trash of a workspace by when it was deleted.
ALTER TABLE events ADD COLUMN undoes TEXT;
CREATE INDEX events_by_task ON events (workspace_id, task_id, seq) WHERE task_id IS NOT NULL;
CREATE INDEX events_by_subject ON events (workspace_id, subject_id, seq) WHERE subject_id IS NOT NULL;
CREATE INDEX tasks_in_trash ON tasks (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

-- +goose Down
-- loses: events.undoes
DROP INDEX tasks_in_trash;
DROP INDEX events_by_subject;
DROP INDEX events_by_task;
ALTER TABLE events DROP COLUMN undoes;
