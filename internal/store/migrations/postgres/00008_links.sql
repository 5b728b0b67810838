-- +goose Up
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
-- When the account is erased, if nobody says until then that it shall stay.
ALTER TABLE users ADD COLUMN erase_at BIGINT;
CREATE INDEX users_leaving ON users (erase_at) WHERE erase_at IS NOT NULL;

-- Of one purpose and one person there is one link: the newest.
CREATE TABLE links (
    purpose TEXT COLLATE "C" NOT NULL,
    whose TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL UNIQUE,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id UUID REFERENCES users (id),
    email TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (purpose, whose)
);
CREATE INDEX links_by_user ON links (user_id) WHERE user_id IS NOT NULL;

-- +goose Down
-- loses: links, users.email_verified_at, users.erase_at
DROP TABLE links;
DROP INDEX users_leaving;
ALTER TABLE users DROP COLUMN erase_at;
ALTER TABLE users DROP COLUMN email_verified_at;
