-- +goose Up
-- A person's reminders are found by their id, with which the keys of these jobs begin.
CREATE INDEX jobs_of_people ON jobs (substr(key, 1, 36), run_at) WHERE kind = 'reminder' AND finished_at IS NULL AND failed_at IS NULL;

-- +goose Down
-- loses: nothing
DROP INDEX jobs_of_people;
