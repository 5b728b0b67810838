package mindflow

import (
	"fmt"
	"strconv"
	"time"
)

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

// Limits of projects.
const (
	MaxProjectName = 100 // characters
	MaxProjects    = 500 // a workspace, deleted ones included until they are gone
)

// Archived is the project put away at the moment now, out of what is to be done.
func (p Project) Archived(now time.Time) Project {
	if p.ArchivedAt.IsZero() {
		p.ArchivedAt = now
	}
	return p
}

// Unarchived is the project taken up again.
func (p Project) Unarchived() Project {
	p.ArchivedAt = time.Time{}
	return p
}

// Deleted is the project taken away at the moment now.
func (p Project) Deleted(now time.Time) Project {
	p.DeletedAt = now
	return p
}

// Restored is the project brought back, as a task is.
func (p Project) Restored(now time.Time) (Project, error) {
	if IsGone(p.DeletedAt, now) {
		return p, NotFound("project")
	}
	p.DeletedAt = time.Time{}
	return p, nil
}

// Saved is the project as its next version, changed at the moment now.
func (p Project) Saved(now time.Time) Project {
	if now.Before(p.UpdatedAt) {
		now = p.UpdatedAt
	}
	p.Version, p.UpdatedAt = p.Version+1, now
	return p
}

// ETag names what a reader of the project has seen: its version.
func (p Project) ETag() string { return strconv.FormatInt(int64(p.Version), 10) }

// Same reports whether saving the one over the other would change nothing.
func (p Project) Same(o Project) bool {
	return p.ParentID == o.ParentID && p.Name == o.Name && p.Position == o.Position &&
		p.ArchivedAt.Equal(o.ArchivedAt) && p.DeletedAt.Equal(o.DeletedAt)
}

// Subject is the project as what an event is about.
func (p Project) Subject() SubjectID { return SubjectID(p.ID) }

// ProjectChanges lists the fields in which two projects differ.
func ProjectChanges(before, after Project) Changes {
	changes := Changes{}
	changes.add(before.fields(), after.fields())
	return changes
}

func (p Project) fields() []fieldValue {
	return []fieldValue{
		{"name", orNil(p.Name)},
		{"parent_id", idOrNil(p.ParentID)},
		{"position", orNil(p.Position)},
		{"archived_at", instantOrNil(p.ArchivedAt)},
		{"deleted_at", instantOrNil(p.DeletedAt)},
	}
}

// ProjectVerbOf is what happened between two states of a project.
func ProjectVerbOf(before, after Project) Verb {
	switch {
	case before.DeletedAt.IsZero() != after.DeletedAt.IsZero() && before.DeletedAt.IsZero():
		return ProjectDeleted
	case before.DeletedAt.IsZero() != after.DeletedAt.IsZero():
		return ProjectRestored
	case before.ArchivedAt.IsZero() != after.ArchivedAt.IsZero() && before.ArchivedAt.IsZero():
		return ProjectArchived
	case before.ArchivedAt.IsZero() != after.ArchivedAt.IsZero():
		return ProjectUnarchived
	}
	return ProjectUpdated
}

// ProjectDraft is what a person says about a project, as Draft is of a task.
type ProjectDraft struct {
	Name     Field[string] `json:",omitzero"`
	ParentID Field[string] `json:",omitzero"`

	ReadOnly ProjectReadOnly `json:",omitzero"`
}

// ProjectReadOnly holds keys that only the server sets, as ReadOnly does.
type ProjectReadOnly struct {
	ID          Field[string] `json:",omitzero"`
	WorkspaceID Field[string] `json:",omitzero"`
	Position    Field[string] `json:",omitzero"`
	Version     Field[int64]  `json:",omitzero"`
	CreatedAt   Field[string] `json:",omitzero"`
	UpdatedAt   Field[string] `json:",omitzero"`
	ArchivedAt  Field[string] `json:",omitzero"`
	DeletedAt   Field[string] `json:",omitzero"`
}

// Apply is the project after the draft, or an error that names every bad field.
func (d ProjectDraft) Apply(p Project) (Project, error) {
	var bad fieldErrors
	d.ReadOnly.check(p, &bad)
	d.apply(&p, &bad)
	if len(bad) > 0 {
		return p, Invalid(bad...)
	}
	return p, nil
}

// Validate reports every field that is illegal whatever the project.
func (d ProjectDraft) Validate() []FieldError {
	var bad fieldErrors
	d.apply(&Project{Name: "unnamed"}, &bad)
	return bad
}

func (d ProjectDraft) apply(p *Project, bad *fieldErrors) {
	if d.Name.Set {
		p.Name = Tidy(d.Name.Value)
	}
	if why := projectNameFault(p.Name); why != "" {
		bad.add("name", why)
	}
	nameDetail("parent_id", d.ParentID, &p.ParentID, bad)
}

// ParseProjectName tidies a name, and says what is wrong with it; empty when
// nothing is.
func ParseProjectName(s string) (name, why string) {
	name = Tidy(s)
	return name, projectNameFault(name)
}

// projectNameFault is what is wrong with a tidied name; empty when nothing is.
func projectNameFault(name string) string {
	switch n := Length(name); {
	case n == 0:
		return "is required"
	case n > MaxProjectName:
		return fmt.Sprintf("must not be longer than %d characters", MaxProjectName)
	case hasControl(name, ""):
		return "must not hold control characters"
	}
	return ""
}

func (r ProjectReadOnly) check(p Project, bad *fieldErrors) {
	bad.keepsText("id", r.ID, p.ID.String())
	bad.keepsText("workspace_id", r.WorkspaceID, p.WorkspaceID.String())
	bad.keepsText("position", r.Position, p.Position)
	if r.Version.Set && Version(r.Version.Value) != p.Version {
		bad.add("version", errReadOnly)
	}
	bad.keepsInstant("created_at", r.CreatedAt, p.CreatedAt)
	bad.keepsInstant("updated_at", r.UpdatedAt, p.UpdatedAt)
	bad.keepsInstant("archived_at", r.ArchivedAt, p.ArchivedAt)
	bad.keepsInstant("deleted_at", r.DeletedAt, p.DeletedAt)
}

// ListedProject is a project in a list, with how many of its own tasks are open
// and done; those of its sub-projects stand beside these.
type ListedProject struct {
	Project

	Open int
	Done int
}
