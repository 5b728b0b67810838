-- +goose Up
-- What a person has granted to a program, and the tokens that prove it.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind = 'token' OR kind = 'client'),
    name TEXT NOT NULL,
    client_id TEXT,
    -- Sorted, a space between them.
    scopes TEXT NOT NULL,
    audience TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    ended_at INTEGER,
    seen_at INTEGER
) WITHOUT ROWID;
CREATE INDEX grants_by_user ON grants (user_id);

CREATE TABLE grant_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind = 'access' OR kind = 'refresh'),
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX grant_tokens_by_grant ON grant_tokens (grant_id);

-- What a session was begun with, in short; nobody knows of those from before.
ALTER TABLE sessions ADD COLUMN kind TEXT;
ALTER TABLE sessions ADD COLUMN agent TEXT;

-- By which grant and through what program something was done, and what was
-- done in one call.
ALTER TABLE events ADD COLUMN grant_id TEXT;
ALTER TABLE events ADD COLUMN client TEXT;
ALTER TABLE events ADD COLUMN call_id TEXT;

-- +goose Down
-- loses: grant_tokens, grants, sessions.kind, sessions.agent, events.grant_id, events.client, events.call_id
ALTER TABLE events DROP COLUMN call_id;
ALTER TABLE events DROP COLUMN client;
ALTER TABLE events DROP COLUMN grant_id;
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN kind;
DROP TABLE grant_tokens;
DROP TABLE grants;
