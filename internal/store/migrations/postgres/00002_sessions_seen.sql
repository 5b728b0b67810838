-- +goose Up
-- When its user last signed in or refreshed. The default is for servers that do not know the column yet.
ALTER TABLE sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET seen_at = coalesce((SELECT max(r.used_at) FROM refresh_tokens r WHERE r.session_id = sessions.id), created_at);

-- +goose Down
-- loses: sessions.seen_at
ALTER TABLE sessions DROP COLUMN seen_at;
