-- +goose Up
-- When the newest wrong code of a second factor came: after too many in a row none is looked at for a while.
ALTER TABLE second_factors ADD COLUMN wrong_at INTEGER;
-- What a token may do, where that is less than its grant.
ALTER TABLE grant_tokens ADD COLUMN scopes TEXT;

-- +goose Down
-- loses: second_factors.wrong_at, grant_tokens.scopes
ALTER TABLE grant_tokens DROP COLUMN scopes;
ALTER TABLE second_factors DROP COLUMN wrong_at;
