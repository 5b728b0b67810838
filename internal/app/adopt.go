package app

import (
	"context"
	"fmt"
	"time"

	"mindflow/internal/credentials"
	"mindflow/internal/formats/phase4"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Adoption is what became of the Python service's database, or what would.
type Adoption struct {
	Applied  bool
	Accounts int
	Disabled int // of the accounts
	Tasks    int
	Entries  int // of somebody
	System   int // rows that belong to nobody
	Changed  int
	Refused  int // rows that keep everything from being adopted
}

// AdoptRemark says what becomes of one value of a row, without showing it.
type AdoptRemark struct {
	Table   string
	ID      string
	Field   string
	Message string
	// Refused says that nothing can be adopted before somebody has seen to it.
	Refused bool
}

// AdoptListener hears what is found on the way.
type AdoptListener struct {
	// Remark is told each remark; its error ends everything.
	Remark func(AdoptRemark) error
	// Progress is told how many tasks were read, each AdoptStep of them.
	Progress func(tasks int)
}

// AdoptStep is how many tasks go by between two words of progress.
const AdoptStep = 5000

// Adopt takes over, in place and in one transaction, the database of the Python
// service that came before, or says what would become of it. What is refused is
// a conflict, after everything was looked at.
func Adopt(ctx context.Context, s *store.Schema, now time.Time, apply bool, listener AdoptListener) (Adoption, error) {
	run := &adopting{listener: listener, addresses: map[string]mindflow.UserID{}}
	err := s.Adopt(ctx, now, apply, func(a *store.Adoption) error {
		run.Adoption = a
		return run.everything()
	})
	run.report.Applied = apply && err == nil
	return run.report, err
}

// adopting is an adoption under way.
type adopting struct {
	*store.Adoption

	listener  AdoptListener
	report    Adoption
	addresses map[string]mindflow.UserID // by their folded form
}

func (run *adopting) everything() error {
	if err := run.system(); err != nil {
		return err
	}
	for user, err := range run.Users() {
		if err == nil {
			err = run.account(user)
		}
		if err != nil {
			return err
		}
	}
	if run.report.Refused > 0 {
		return mindflow.Conflict(fmt.Sprintf("%d rows cannot be adopted as they are; nothing was changed", run.report.Refused))
	}
	return run.AddSystemEvent(mindflow.SystemEvent{
		ID: mindflow.NewID[mindflow.Event](run.Now()), At: run.Now(), Verb: mindflow.DatabaseAdopted,
		Changes: mindflow.Changes{
			"users": {After: run.report.Accounts}, "tasks": {After: run.report.Tasks},
			"audit_logs": {After: run.report.Entries}, "system_events": {After: run.report.System},
		},
	})
}

// system adopts what belongs to nobody.
func (run *adopting) system() error {
	for row, err := range run.StrayPreferences() {
		if err != nil {
			return err
		}
		id, changes, remarks, err := phase4.ReadStray(row)
		if err != nil {
			return err
		}
		if err := run.belongsToNobody(mindflow.SystemEvent{ID: id, At: run.Now(), Verb: mindflow.PreferencesAdopted, Changes: changes}, remarks); err != nil {
			return err
		}
	}
	for row, err := range run.Audit("") {
		if err != nil {
			return err
		}
		entry, err := phase4.ReadEntry(row)
		if err != nil {
			return err
		}
		if err := run.belongsToNobody(mindflow.SystemEvent{ID: entry.ID, At: entry.At, Verb: mindflow.AuditAdopted, Changes: entry.Changes}, entry.Remarks); err != nil {
			return err
		}
	}
	return nil
}

func (run *adopting) belongsToNobody(e mindflow.SystemEvent, remarks []phase4.Remark) error {
	run.report.System++
	if err := run.say(remarks); err != nil {
		return err
	}
	return run.AddSystemEvent(e)
}

// account adopts a user, and everything that is theirs: first the entries of
// the old log, then the account, then the tasks, so that the new log goes by
// time.
func (run *adopting) account(old store.OldUser) error {
	account, err := phase4.ReadAccount(old.User, old.Preferences, run.Now())
	if err != nil {
		return err
	}
	user := account.User
	user.WorkspaceID = mindflow.NewID[mindflow.Workspace](user.CreatedAt)
	run.report.Accounts++
	if !user.DisabledAt.IsZero() {
		run.report.Disabled++
	}
	if !credentials.Checkable(account.PasswordHash) {
		account.Remarks = append(account.Remarks, phase4.Remark{
			Table: "users", ID: user.ID.String(), Field: "password_hash",
			Message: "has no form that a password could be held against: it stays, and nobody signs in before there is another one",
		})
	}
	taken, err := run.taken(user)
	if err != nil {
		return err
	}
	if err := run.say(account.Remarks); err != nil {
		return err
	}
	if !taken {
		if err := run.AddUser(user, account.PasswordHash, account.Preferences); err != nil {
			return err
		}
	}
	if err := run.entries(user); err != nil {
		return err
	}
	if _, err := run.AddEvent(told(user, mindflow.Event{
		ID: mindflow.NewID[mindflow.Event](run.Now()), At: run.Now(), Verb: mindflow.UserAdopted,
		Channel: mindflow.ThroughSystem, Changes: account.Changes,
	})); err != nil {
		return err
	}
	return run.tasks(user)
}

// taken refuses an address that another row has, but for its form: only one of
// the two could sign in.
func (run *adopting) taken(u mindflow.User) (bool, error) {
	key := mindflow.Fold(u.Email)
	first, taken := run.addresses[key]
	if !taken {
		run.addresses[key] = u.ID
		return false, nil
	}
	run.report.Refused++
	return true, run.listener.Remark(AdoptRemark{
		Table: "users", ID: u.ID.String(), Field: "email", Refused: true,
		Message: "is the address of user " + first.String() + " in another form: change one of the two first",
	})
}

func (run *adopting) entries(u mindflow.User) error {
	for row, err := range run.Audit(u.ID.String()) {
		if err != nil {
			return err
		}
		entry, err := phase4.ReadEntry(row)
		if err != nil {
			return err
		}
		run.report.Entries++
		if err := run.say(entry.Remarks); err != nil {
			return err
		}
		task, _ := mindflow.ParseID[mindflow.Task](row["task_id"]) // none is zero
		if _, err := run.AddEvent(told(u, mindflow.Event{
			ID: entry.ID, At: entry.At, Verb: mindflow.AuditAdopted, Channel: mindflow.ThroughAPI, TaskID: task, Changes: entry.Changes,
		})); err != nil {
			return err
		}
	}
	return nil
}

func (run *adopting) tasks(u mindflow.User) error {
	for row, err := range run.Tasks(u.ID.String()) {
		if err != nil {
			return err
		}
		task, err := phase4.ReadTask(row, u, run.Now())
		if err != nil {
			return err
		}
		task.Task.WorkspaceID = u.WorkspaceID
		if run.report.Tasks++; run.report.Tasks%AdoptStep == 0 {
			run.listener.Progress(run.report.Tasks)
		}
		if err := run.say(task.Remarks); err != nil {
			return err
		}
		if err := run.AddTask(task.Task, told(u, mindflow.Event{
			ID: mindflow.NewID[mindflow.Event](run.Now()), At: run.Now(), Verb: mindflow.TaskAdopted,
			Channel: mindflow.ThroughSystem, TaskID: task.Task.ID, Changes: task.Changes,
		})); err != nil {
			return err
		}
	}
	return nil
}

// told is an event of a user's own workspace.
func told(u mindflow.User, e mindflow.Event) mindflow.Event {
	e.WorkspaceID, e.ActorID = u.WorkspaceID, u.ID
	return e
}

// say tells what becomes of a row's values.
func (run *adopting) say(remarks []phase4.Remark) error {
	for _, r := range remarks {
		run.report.Changed++
		if err := run.listener.Remark(AdoptRemark{Table: r.Table, ID: r.ID, Field: r.Field, Message: r.Message}); err != nil {
			return err
		}
	}
	return nil
}
