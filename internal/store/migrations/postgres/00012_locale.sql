-- +goose Up
-- How a person writes dates, and in which language besides English; null is en-US.
ALTER TABLE user_preferences ADD COLUMN locale TEXT;

-- +goose Down
-- loses: user_preferences.locale
ALTER TABLE user_preferences DROP COLUMN locale;
