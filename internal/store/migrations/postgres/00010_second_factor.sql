-- +goose Up
-- A person's secret for time-based codes, sealed. It counts once it is confirmed.
CREATE TABLE second_factors (
    user_id UUID PRIMARY KEY REFERENCES users (id),
    sealed TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL,
    wrong BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES users (id),
    code_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    credential TEXT COLLATE "C" NOT NULL UNIQUE,
    public_key TEXT COLLATE "C" NOT NULL,
    sign_count BIGINT NOT NULL,
    copyable BIGINT NOT NULL,
    copied BIGINT NOT NULL,
    transports TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- Challenges that were answered: none is taken twice.
CREATE TABLE spent_challenges (
    challenge_hash TEXT COLLATE "C" PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- +goose Down
-- loses: second_factors, recovery_codes, passkeys, spent_challenges
DROP TABLE spent_challenges;
DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
