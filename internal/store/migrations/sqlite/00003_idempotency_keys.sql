-- +goose Up
CREATE TABLE idempotency_keys (
    workspace_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    route TEXT NOT NULL,
    name TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    -- What was answered; absent while somebody holds the claim to do it.
    answer TEXT,
    claim_id TEXT,
    claimed_until_at INTEGER,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, user_id, route, name),
    CHECK ((answer IS NULL) = (claim_id IS NOT NULL)),
    CHECK ((claim_id IS NULL) = (claimed_until_at IS NULL))
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- +goose Down
-- loses: idempotency_keys
DROP TABLE idempotency_keys;
