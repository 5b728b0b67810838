-- +goose Up
CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    queue TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C",
    payload TEXT NOT NULL,
    request_id TEXT,
    asked BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    leased_by TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    failed_at BIGINT
);
CREATE INDEX jobs_waiting ON jobs (queue, run_at, id) WHERE finished_at IS NULL AND failed_at IS NULL;
CREATE UNIQUE INDEX jobs_by_key ON jobs (kind, key) WHERE key IS NOT NULL AND finished_at IS NULL AND failed_at IS NULL;
CREATE INDEX tasks_by_deletion ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;

-- +goose Down
-- loses: jobs
DROP INDEX tasks_by_deletion;
DROP TABLE jobs;
