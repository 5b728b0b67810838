package mindflow

import "time"

// Project holds tasks that belong together. Projects nest two deep.
type Project struct {
	ID          ProjectID
	WorkspaceID WorkspaceID
	ParentID    ProjectID // zero: at the top
	Name        string
	Position    string // in the manual order; empty: by creation
	Version     Version
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ArchivedAt  time.Time
	DeletedAt   time.Time
}
