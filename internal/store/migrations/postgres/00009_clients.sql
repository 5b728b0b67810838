-- +goose Up
-- Programs that introduced themselves to this server.
CREATE TABLE clients (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- A line each: where their answers may be sent.
    redirect_uris TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When somebody last granted one something; absent where nobody ever did.
    used_at BIGINT
);
CREATE INDEX clients_unused ON clients (created_at) WHERE used_at IS NULL;

-- What a person has just granted to a program, until it comes for it.
CREATE TABLE authorization_codes (
    code_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    grant_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    session_id UUID NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    redirect_uri TEXT COLLATE "C" NOT NULL,
    challenge TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
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
