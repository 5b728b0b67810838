-- +goose Up
CREATE TABLE idempotency_keys (
    workspace_id UUID NOT NULL,
    user_id UUID NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    request_hash TEXT COLLATE "C" NOT NULL,
    -- What was answered; absent while somebody holds the claim to do it.
    answer TEXT,
    claim_id UUID,
    claimed_until_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id, route, name),
    CHECK ((answer IS NULL) = (claim_id IS NOT NULL)),
    CHECK ((claim_id IS NULL) = (claimed_until_at IS NULL))
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- +goose Down
-- loses: idempotency_keys
DROP TABLE idempotency_keys;
