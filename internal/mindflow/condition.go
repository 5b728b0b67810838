package mindflow

import "time"

// DatabaseCondition is what a database says of itself to who looks after it.
type DatabaseCondition struct {
	Product  string // with its version, as people know it
	Version  int    // of PostgreSQL, such as 150004; zero for SQLite
	Encoding string
	Locale   string // that its texts are sorted by, where nothing else is said
	Clock    time.Time
	// Folder is where its files are: empty when they are elsewhere, or it does not tell.
	Folder string
	Role   RoleCondition
}

// RoleCondition is what the role may do by which the server comes. A file has none.
type RoleCondition struct {
	Name string
	// Powers are the rights to change tables, in words such as "is a superuser".
	Powers []string
	// Lacks are rights on tables there are, such as "UPDATE on tasks".
	Lacks []string
	// LacksLater are rights on tables to come, such as "UPDATE".
	LacksLater []string
}
