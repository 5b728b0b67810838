-- +goose Up
CREATE TABLE workspaces (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE members (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE user_preferences (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id),
    timezone TEXT NOT NULL,
    weight_urgency INTEGER NOT NULL,
    weight_priority INTEGER NOT NULL,
    weight_effort INTEGER NOT NULL,
    time_of_day_bonus INTEGER NOT NULL,
    morning_start INTEGER NOT NULL,
    morning_end INTEGER NOT NULL,
    afternoon_start INTEGER NOT NULL,
    afternoon_end INTEGER NOT NULL,
    evening_start INTEGER NOT NULL,
    evening_end INTEGER NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor_hash TEXT COLLATE "C",
    regranted_at BIGINT,
    replaced_until_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE tasks (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    assignee_id UUID,
    title TEXT NOT NULL,
    title_key TEXT COLLATE "C" NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'in_progress', 'snoozed', 'completed', 'cancelled')),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    due_at BIGINT,
    due_on TEXT COLLATE "C",
    start_at BIGINT,
    start_on TEXT COLLATE "C",
    snoozed_until_at BIGINT,
    effort_estimate_minutes INTEGER,
    preferred_time TEXT CHECK (preferred_time IN ('morning', 'afternoon', 'evening')),
    tags TEXT,
    tag_keys TEXT COLLATE "C",
    version BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    completed_at BIGINT,
    deleted_at BIGINT,
    draft_hash TEXT,
    PRIMARY KEY (workspace_id, id),
    CHECK (due_at IS NULL OR due_on IS NULL),
    CHECK (start_at IS NULL OR start_on IS NULL),
    CHECK ((status = 'snoozed') = (snoozed_until_at IS NOT NULL))
);
CREATE INDEX tasks_by_change ON tasks (workspace_id, changed_seq);
CREATE INDEX tasks_by_creation ON tasks (workspace_id, created_at, id);
CREATE INDEX tasks_by_due_at ON tasks (workspace_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_by_due_on ON tasks (workspace_id, due_on, id) WHERE due_on IS NOT NULL;

CREATE TABLE task_texts (
    workspace_id UUID NOT NULL,
    task_id UUID NOT NULL,
    description TEXT NOT NULL,
    search_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, task_id),
    FOREIGN KEY (workspace_id, task_id) REFERENCES tasks (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE task_sources (
    workspace_id UUID NOT NULL,
    format TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    task_id UUID NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, format, source_id)
);

CREATE TABLE events (
    workspace_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    at BIGINT NOT NULL,
    verb TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    actor_id UUID NOT NULL,
    channel TEXT NOT NULL,
    task_id UUID,
    changes TEXT NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);

-- +goose Down
-- loses: events, task_sources, task_texts, tasks, refresh_tokens, sessions, user_preferences, members, users, workspaces
DROP TABLE events;
DROP TABLE task_sources;
DROP TABLE task_texts;
DROP TABLE tasks;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE user_preferences;
DROP TABLE members;
DROP TABLE users;
DROP TABLE workspaces;
