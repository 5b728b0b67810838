-- +goose Up
CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) WITHOUT ROWID;

CREATE TABLE members (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE user_preferences (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
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
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    successor_hash TEXT,
    regranted_at INTEGER,
    replaced_until_at INTEGER
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE tasks (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    assignee_id TEXT,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    -- Not IN (…): SQLite would build a tree of its values for every row it checks.
    status TEXT NOT NULL
        CHECK (status = 'pending' OR status = 'in_progress' OR status = 'snoozed' OR status = 'completed' OR status = 'cancelled'),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    due_at INTEGER,
    due_on TEXT,
    start_at INTEGER,
    start_on TEXT,
    snoozed_until_at INTEGER,
    effort_estimate_minutes INTEGER,
    preferred_time TEXT
        CHECK (preferred_time = 'morning' OR preferred_time = 'afternoon' OR preferred_time = 'evening'),
    tags TEXT,
    tag_keys TEXT,
    version INTEGER NOT NULL,
    changed_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER,
    deleted_at INTEGER,
    draft_hash TEXT,
    PRIMARY KEY (workspace_id, id),
    CHECK (due_at IS NULL OR due_on IS NULL),
    CHECK (start_at IS NULL OR start_on IS NULL),
    CHECK ((status = 'snoozed') = (snoozed_until_at IS NOT NULL))
) WITHOUT ROWID;
CREATE INDEX tasks_by_change ON tasks (workspace_id, changed_seq);
CREATE INDEX tasks_by_creation ON tasks (workspace_id, created_at, id);
CREATE INDEX tasks_by_due_at ON tasks (workspace_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_by_due_on ON tasks (workspace_id, due_on, id) WHERE due_on IS NOT NULL;

CREATE TABLE task_texts (
    workspace_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    description TEXT NOT NULL,
    search_key TEXT NOT NULL,
    PRIMARY KEY (workspace_id, task_id),
    FOREIGN KEY (workspace_id, task_id) REFERENCES tasks (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE task_sources (
    workspace_id TEXT NOT NULL,
    format TEXT NOT NULL,
    source_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, format, source_id)
) WITHOUT ROWID;

CREATE TABLE events (
    workspace_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    actor_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    task_id TEXT,
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
