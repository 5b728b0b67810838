// Package migrations holds the steps of the schema, one file a step and
// database, in goose's format.
package migrations

import "embed"

// SQLite and Postgres hold the steps of each database, numbered alike.
var (
	//go:embed sqlite/*.sql
	SQLite embed.FS
	//go:embed postgres/*.sql
	Postgres embed.FS
)
