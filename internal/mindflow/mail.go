package mindflow

import "time"

// Mails is the queue of mails to people.
const Mails Queue = "mails"

// Notice is what a mail without a link tells.
type Notice string

// What is told.
const (
	PasswordIsNew    Notice = "password"
	AccountLeaves    Notice = "leave"
	FactorIsOn       Notice = "factor-on"
	FactorIsOff      Notice = "factor-off"
	FactorWasReset   Notice = "factor-reset" // by who runs the server
	CodesAreNew      Notice = "recovery-codes"
	CodeWasUsed      Notice = "recovery-code-used"
	CodesAreWrong    Notice = "wrong-codes" // by somebody who knows the password
	PasskeyIsAdded   Notice = "passkey-added"
	PasskeyIsRemoved Notice = "passkey-removed"
	PasskeyIsCopied  Notice = "passkey-copied" // or so it seems
)

// Mail is a message to one person, before it is put into words. It brings a
// link for some purpose, tells a notice, or reminds of a task.
type Mail struct {
	// ID is the same however often it is sent: whoever gets it twice can tell.
	ID      JobID
	To      string
	Name    string // as the person typed it
	Purpose Purpose
	Link    string // the whole address, with the secret
	Notice  Notice
	// Passkeys are the names of those a notice is about, as the person typed them.
	Passkeys []string
	// Until is when the link ends, or the account: in the person's zone.
	Until time.Time
	// At is when it was asked for; of a reminder, for when, in the person's zone.
	At time.Time
	// Task is what a reminder is of; nil for any other mail.
	Task *TaskMail
}

// TaskMail is a task somebody is reminded of.
type TaskMail struct {
	Title string // as the person typed it
	Due   When
	Zone  Zone // the person's
}

// Mailing is how this server sends mail.
type Mailing string

// How.
const (
	MailBySMTP Mailing = "smtp"
	MailToLog  Mailing = "log" // links are printed in the server's log: on a developer's machine
	MailNever  Mailing = "none"
)
