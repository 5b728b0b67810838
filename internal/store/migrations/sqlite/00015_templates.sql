-- +goose Up
-- What a template makes, and how many tasks, steps among them: lists say it without reading what is in it. Of templates
-- that are there it follows from their content, in which a text cannot hold the bytes that a key is written with.
ALTER TABLE templates ADD COLUMN kind TEXT NOT NULL DEFAULT 'task';
ALTER TABLE templates ADD COLUMN tasks INTEGER NOT NULL DEFAULT 0;
UPDATE templates
   SET kind = CASE WHEN content LIKE '{"project":%' THEN 'project' ELSE 'task' END,
       tasks = (length(content) - length(replace(content, '"title":', ''))) / 8;
CREATE INDEX templates_by_deletion ON templates (deleted_at) WHERE deleted_at IS NOT NULL;

-- +goose Down
-- loses: templates.kind, templates.tasks
DROP INDEX templates_by_deletion;
ALTER TABLE templates DROP COLUMN tasks;
ALTER TABLE templates DROP COLUMN kind;
