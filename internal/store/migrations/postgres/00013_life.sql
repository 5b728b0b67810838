-- +goose Up
-- What few tasks have stands together in details, as JSON, so that the others cost nothing by it. Of that, what tasks
-- are looked up, sorted or ranked by has a column beside it. blocked_by holds ids, a space between them. The steps of a
-- task are counted where its row is; shelved_at is set while its project is archived.
ALTER TABLE tasks ADD COLUMN details TEXT;
ALTER TABLE tasks ADD COLUMN project_id UUID;
ALTER TABLE tasks ADD COLUMN parent_id UUID;
ALTER TABLE tasks ADD COLUMN blocked_by TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN position TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN steps_total BIGINT;
ALTER TABLE tasks ADD COLUMN steps_done BIGINT;
ALTER TABLE tasks ADD COLUMN shelved_at BIGINT;
CREATE INDEX tasks_by_project ON tasks (workspace_id, project_id, id) WHERE project_id IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (workspace_id, parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_by_blockers ON tasks (workspace_id, id) WHERE blocked_by IS NOT NULL;

CREATE TABLE projects (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    parent_id UUID,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    position TEXT COLLATE "C",
    version BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    deleted_at BIGINT,
    draft_hash TEXT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX projects_by_name ON projects (workspace_id, name_key);
CREATE INDEX projects_by_deletion ON projects (deleted_at) WHERE deleted_at IS NOT NULL;

-- A template's content is JSON: a task or a project, with steps and dates counted from the day it is used.
CREATE TABLE templates (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    content TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);

-- What an event is about when it is not a task: a project, or a template, as its verb says.
ALTER TABLE events ADD COLUMN subject_id UUID;
CREATE INDEX events_by_call ON events (workspace_id, call_id) WHERE call_id IS NOT NULL;

-- +goose Down
-- loses: tasks.details, tasks.project_id, tasks.parent_id, tasks.blocked_by, tasks.position, tasks.steps_total, tasks.steps_done, tasks.shelved_at, projects, templates, events.subject_id
DROP INDEX events_by_call;
ALTER TABLE events DROP COLUMN subject_id;
DROP TABLE templates;
DROP TABLE projects;
DROP INDEX tasks_by_blockers;
DROP INDEX tasks_by_parent;
DROP INDEX tasks_by_project;
ALTER TABLE tasks DROP COLUMN shelved_at;
ALTER TABLE tasks DROP COLUMN steps_done;
ALTER TABLE tasks DROP COLUMN steps_total;
ALTER TABLE tasks DROP COLUMN position;
ALTER TABLE tasks DROP COLUMN blocked_by;
ALTER TABLE tasks DROP COLUMN parent_id;
ALTER TABLE tasks DROP COLUMN project_id;
ALTER TABLE tasks DROP COLUMN details;
