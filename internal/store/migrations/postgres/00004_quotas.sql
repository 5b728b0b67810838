-- +goose Up
-- What the workspace holds after an event: the last one says what it holds now.
ALTER TABLE events ADD COLUMN total_tasks BIGINT;
ALTER TABLE events ADD COLUMN total_tags BIGINT;
ALTER TABLE events ADD COLUMN total_bytes BIGINT;
-- Up to where the log has been compacted.
ALTER TABLE workspaces ADD COLUMN compacted_seq BIGINT NOT NULL DEFAULT 0;

UPDATE events
   SET total_tasks = (SELECT count(*) FROM tasks t WHERE t.workspace_id = events.workspace_id),
       total_tags = (SELECT count(*) FROM tasks t, jsonb_array_elements_text(t.tags::jsonb) AS j (value) WHERE t.workspace_id = events.workspace_id),
       total_bytes = (SELECT coalesce(sum(octet_length(t.title) + octet_length(x.description)), 0)
                        FROM tasks t JOIN task_texts x ON x.workspace_id = t.workspace_id AND x.task_id = t.id
                       WHERE t.workspace_id = events.workspace_id)
                   + (SELECT coalesce(sum(octet_length(j.value)), 0) FROM tasks t, jsonb_array_elements_text(t.tags::jsonb) AS j (value) WHERE t.workspace_id = events.workspace_id)
 WHERE seq = (SELECT max(l.seq) FROM events l WHERE l.workspace_id = events.workspace_id);

-- +goose Down
-- loses: events.total_tasks, events.total_tags, events.total_bytes, workspaces.compacted_seq
ALTER TABLE workspaces DROP COLUMN compacted_seq;
ALTER TABLE events DROP COLUMN total_bytes;
ALTER TABLE events DROP COLUMN total_tags;
ALTER TABLE events DROP COLUMN total_tasks;
