package mindflow

import "time"

// Verb names what happened.
type Verb string

// What can happen.
const (
	UserRegistered     Verb = "user.registered"
	UserRenamed        Verb = "user.renamed"
	PasswordChanged    Verb = "user.password_changed"
	EmailVerified      Verb = "user.email_verified"
	EmailChanged       Verb = "user.email_changed"
	UserLeaving        Verb = "user.leaving" // the account is to be erased
	UserKept           Verb = "user.kept"    // it is not, after all
	UserDisabled       Verb = "user.disabled"
	UserEnabled        Verb = "user.enabled"
	FactorOn           Verb = "user.second_factor_on"
	FactorOff          Verb = "user.second_factor_off"
	CodesRenewed       Verb = "user.recovery_codes_renewed"
	PasskeyAdded       Verb = "user.passkey_added"
	PasskeyRenamed     Verb = "user.passkey_renamed"
	PasskeyRemoved     Verb = "user.passkey_removed"
	PreferencesChanged Verb = "preferences.changed"
	TaskCreated        Verb = "task.created"
	TaskUpdated        Verb = "task.updated"
	TaskCompleted      Verb = "task.completed"
	TaskReopened       Verb = "task.reopened"
	TaskSnoozed        Verb = "task.snoozed"
	TaskDeleted        Verb = "task.deleted"
	TaskRestored       Verb = "task.restored"
	TaskImported       Verb = "task.imported"
	TaskUndone         Verb = "task.undone"  // another change to it was taken back
	TasksPurged        Verb = "tasks.purged" // deleted ones, for good
	ProjectCreated     Verb = "project.created"
	ProjectUpdated     Verb = "project.updated"
	ProjectArchived    Verb = "project.archived"
	ProjectUnarchived  Verb = "project.unarchived"
	ProjectDeleted     Verb = "project.deleted"
	ProjectRestored    Verb = "project.restored"
	TemplateCreated    Verb = "template.created"
	TemplateUpdated    Verb = "template.updated"
	TemplateDeleted    Verb = "template.deleted"
	TemplateRestored   Verb = "template.restored" // by undoing
	UserErased         Verb = "user.erased"       // told by no workspace: there is none any more
)

// What is told of things taken over from the Python service: that they came,
// and what they were before; an entry of its audit log; preferences that were
// nobody's; and that all of it is done.
const (
	UserAdopted        Verb = "user.adopted"
	TaskAdopted        Verb = "task.adopted"
	AuditAdopted       Verb = "audit.adopted"
	PreferencesAdopted Verb = "preferences.adopted"
	DatabaseAdopted    Verb = "database.adopted"
)

// Compactable are the verbs of events that compaction takes away once they are
// old: each tells of a change to a task or a project whose present state is known. The others
// tell of accounts, or hold what exists nowhere else.
func Compactable() []string {
	return []string{
		string(TaskCreated), string(TaskUpdated), string(TaskCompleted), string(TaskReopened), string(TaskSnoozed),
		string(TaskDeleted), string(TaskRestored), string(TaskImported), string(TaskUndone),
		string(ProjectCreated), string(ProjectUpdated), string(ProjectArchived), string(ProjectUnarchived),
		string(ProjectDeleted), string(ProjectRestored),
		string(TemplateCreated), string(TemplateUpdated), string(TemplateDeleted), string(TemplateRestored),
	}
}

// Eases reports whether what happened leaves less to be done: such a change is
// never refused for want of room.
func (v Verb) Eases() bool {
	return v == TaskCompleted || v == TaskDeleted || v == ProjectDeleted || v == TemplateDeleted
}

// Eases reports whether the event leaves less to be done. A task that is given up
// or skipped is updated, as far as its verb says.
func (e Event) Eases() bool {
	return e.Verb.Eases() || e.Verb == TaskUpdated && e.Changes["status"].After == string(StatusCancelled)
}

// Event is one entry of a workspace's append-only log. Seq counts from 1
// without a gap; the last one is the workspace's version.
type Event struct {
	ID          EventID
	WorkspaceID WorkspaceID
	Seq         int64
	At          time.Time
	Verb        Verb
	ActorID     UserID
	Channel     Channel
	Program     Program   // what it was done by; zero for our own
	TaskID      TaskID    // zero when it is not about a task
	Subject     SubjectID // of an event about a project or a template, as its verb says: what it is about
	Changes     Changes
	Undoes      ChangeID // the change that this one takes back; empty when it takes none
}

// Through names what it came through, for people: "web", "token backup script",
// "assistant, client Claude".
func (e Event) Through() string {
	switch {
	case e.Program.Name == "":
		return string(e.Channel)
	case e.Channel == ThroughAssistant:
		return string(e.Channel) + ", client " + e.Program.Name
	}
	return "token " + e.Program.Name
}

// Subject is a thing with events that is no task.
type Subject struct{}

// SystemEvent is an entry about something that belongs to no workspace.
type SystemEvent struct {
	ID      EventID
	At      time.Time
	Verb    Verb
	Changes Changes
}

// Changes maps a field's JSON name to what it was and what it became.
type Changes map[string]Change

// Change is a field's value before and after; nil stands for "not set".
type Change struct {
	Before any `json:"before,omitempty"`
	After  any `json:"after,omitempty"`
}

// TaskChanges lists the fields in which two tasks differ, as they were kept.
func TaskChanges(before, after Task) Changes {
	changes := Changes{}
	changes.add(before.kept().fields(), after.kept().fields())
	if !before.Details.IsZero() || !after.Details.IsZero() {
		changes.add(before.Details.fields(), after.Details.fields())
	}
	return changes
}

func (c Changes) add(before, after []fieldValue) {
	for i, field := range after {
		if !equalValue(before[i].value, field.value) {
			c[field.name] = Change{Before: before[i].value, After: field.value}
		}
	}
}

// VerbOf is what happened between two states of a task.
func VerbOf(before, after Task) Verb {
	switch {
	case !after.DeletedAt.IsZero():
		return TaskDeleted
	case after.Status == StatusSnoozed && !before.SnoozedUntil.Equal(after.SnoozedUntil):
		return TaskSnoozed
	case before.Status == after.Status:
		return TaskUpdated
	case after.Status == StatusCompleted:
		return TaskCompleted
	case !before.Status.Open() && after.Status.Open():
		return TaskReopened
	}
	return TaskUpdated
}
