-- +goose Up
-- Programs that introduced themselves to this server.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- A line each: where their answers may be sent.
    redirect_uris TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- When somebody last granted one something; absent where nobody ever did.
    used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX clients_unused ON clients (created_at) WHERE used_at IS NULL;

-- What a person has just granted to a program, until it comes for it.
CREATE TABLE authorization_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX authorization_codes_by_user ON authorization_codes (user_id);

-- Where a program is at home, as far as that is proven.
ALTER TABLE grants ADD COLUMN address TEXT;
CREATE INDEX grants_by_client ON grants (client_id) WHERE client_id IS NOT NULL;

-- +goose Down
-- loses: clients, authorization_codes, grants.address
DROP INDEX grants_by_client;
ALTER TABLE grants DROP COLUMN address;
DROP TABLE authorization_codes;
DROP TABLE clients;
