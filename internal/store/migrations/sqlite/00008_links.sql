-- +goose Up
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
-- When the account is erased, if nobody says until then that it shall stay.
ALTER TABLE users ADD COLUMN erase_at INTEGER;
CREATE INDEX users_leaving ON users (erase_at) WHERE erase_at IS NOT NULL;

-- Of one purpose and one person there is one link: the newest.
CREATE TABLE links (
    purpose TEXT NOT NULL,
    whose TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT REFERENCES users (id),
    email TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (purpose, whose)
) WITHOUT ROWID;
CREATE INDEX links_by_user ON links (user_id) WHERE user_id IS NOT NULL;

-- +goose Down
-- loses: links, users.email_verified_at, users.erase_at
DROP TABLE links;
DROP INDEX users_leaving;
ALTER TABLE users DROP COLUMN erase_at;
ALTER TABLE users DROP COLUMN email_verified_at;
