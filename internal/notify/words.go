package notify

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"mindflow/internal/mindflow"
)

// ignored is what to do with a mail nobody asked for.
const ignored = "If you did not ask for this, leave this mail alone: without the link nothing happens."

// wordsOf puts a mail into words.
func wordsOf(m mindflow.Mail) letter {
	l := letter{Name: plainName(m.Name), Link: m.Link}
	if m.Task != nil {
		l.reminder(*m.Task)
		return l
	}
	until := moment(m.Until)
	once := "The link works once, until " + until + ", and only the newest one does."
	switch m.Purpose {
	case mindflow.ToVerify:
		l.Subject, l.Do = "Confirm your e-mail address", "Confirm the address"
		l.Say = []string{"Please confirm that this address is yours. Then it can bring you back into your MindFlow account should you forget the password."}
		l.Then = []string{once, "If you have no MindFlow account, somebody mistyped their address: leave this mail alone."}
	case mindflow.ToReset:
		l.Subject, l.Do = "Set a new password", "Set a new password"
		l.Say = []string{"Somebody, most likely you, asked for a new password for the MindFlow account with this address."}
		l.Then = []string{once, ignored}
	case mindflow.ToMove:
		l.Subject, l.Do = "Confirm your new e-mail address", "Use this address"
		l.Say = []string{"Please confirm that your MindFlow account shall use this address from now on."}
		l.Then = []string{once, ignored}
	case mindflow.ToStay:
		l.Subject, l.Do = "Your e-mail address is about to change", "That was not me"
		l.Say = []string{
			"Somebody who knows your password asked for another address for your MindFlow account. A link was sent there; once it is used, mails go there.",
			"If that was you, there is nothing to do.",
		}
		l.Then = []string{
			"If it was not you, follow the link: your account keeps this address, everybody is signed out, the password stops to work, and you get a mail to set a new one.",
			"The link works once, until " + until + ", also when the address has changed meanwhile.",
		}
	case mindflow.ToJoin:
		l.Subject, l.Do = "You are invited to MindFlow", "Open an account"
		l.Say = []string{"Whoever runs this MindFlow server invites you to open an account with this address."}
		l.Then = []string{once, "If you do not want one, leave this mail alone."}
	default:
		l.notice(m, until)
	}
	return l
}

// reminder tells of a task.
func (l *letter) reminder(t mindflow.TaskMail) {
	title := inert(t.Title)
	l.Subject, l.Do = "Reminder: "+shortened(title), "Open the task"
	l.Say = []string{title}
	if due := dueWords(t); due != "" {
		l.Say = append(l.Say, "Due "+due+".")
	}
	l.Then = []string{"You asked for this reminder in the task. Take it out there, and you will hear no more of it."}
}

func dueWords(t mindflow.TaskMail) string {
	if at, timed := t.Due.Instant(); timed {
		return moment(at.In(t.Zone.Location()))
	}
	if day, whole := t.Due.Day(); whole {
		return t.Zone.Start(day).In(t.Zone.Location()).Format("Monday, 2 January 2006")
	}
	return ""
}

// maxSubject is how much of a title a subject says.
const maxSubject = 60

func shortened(title string) string {
	if runes := []rune(title); len(runes) > maxSubject {
		return strings.TrimSpace(string(runes[:maxSubject])) + "…"
	}
	return title
}

// inert is what somebody typed, as one line that no mail program makes a link of:
// after each sign that addresses are made with stands a word joiner, which nobody
// sees, and what turns the direction of writing is left out.
func inert(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			continue
		case strings.ContainsRune("./:@", r):
			b.WriteRune(r)
			b.WriteRune('\u2060')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (l *letter) notice(m mindflow.Mail, until string) {
	switch m.Notice {
	case mindflow.PasswordIsNew:
		l.Subject = "Your password was changed"
		l.Say = []string{
			"The password of your MindFlow account was changed just now.",
			"If that was not you, ask for a new one at once: on the page where you sign in, choose \"Forgot your password?\".",
		}
	case mindflow.FactorIsOn:
		l.Subject = "Your second factor is on"
		l.Say = []string{"From now on, signing in to your MindFlow account with the password needs a code of your app besides.", notYou}
	case mindflow.FactorIsOff:
		l.Subject = "Your second factor was turned off"
		l.Say = []string{"From now on, the password alone signs in to your MindFlow account.", notYou}
	case mindflow.FactorWasReset:
		l.Subject = "Your second factor was reset"
		l.Say = []string{
			"Whoever runs this MindFlow server has turned off the second factor of your account. The password alone signs in now.",
			"If you did not ask for that, ask them, and change your password.",
		}
	case mindflow.CodesAreNew:
		l.Subject = "You have new recovery codes"
		l.Say = []string{"New recovery codes were made for your MindFlow account; those from before are worth nothing.", notYou}
	case mindflow.CodeWasUsed:
		l.Subject = "A recovery code was used"
		l.Say = []string{
			"Somebody signed in to your MindFlow account with the password and one of your recovery codes. That code is worth nothing any more; the settings tell how many are left.",
			notYou,
		}
	case mindflow.CodesAreWrong:
		l.Subject = "Wrong codes at your sign-in"
		l.Say = []string{
			"Somebody who knows the password of your MindFlow account has typed several wrong codes of your second factor. None of them let anybody in.",
			"If that was not you, change your password at once.",
		}
	case mindflow.PasskeyIsAdded, mindflow.PasskeyIsRemoved, mindflow.PasskeyIsCopied:
		l.passkeys(m.Notice, m.Passkeys)
	case mindflow.AccountLeaves:
		l.Subject = "Your account will be erased"
		l.Say = []string{
			"As asked for, your MindFlow account will be erased with everything in it, on " + until + " or within a day after.",
			"Until then you can change your mind: sign in, and choose to keep the account.",
			"If you did not ask for this, sign in, keep the account, and change your password.",
		}
	}
}

// passkeys tells of passkeys by their names, where these can be said.
func (l *letter) passkeys(n mindflow.Notice, names []string) {
	which, verb := "A passkey", "was"
	if said := quoted(names); len(said) == 1 {
		which = "The passkey " + said[0]
	} else if len(said) > 1 {
		which, verb = "The passkeys "+strings.Join(said, ", "), "were"
	}
	switch n {
	case mindflow.PasskeyIsAdded:
		l.Subject = "A passkey was added"
		l.Say = []string{which + " " + verb + " added to your MindFlow account: whoever holds it can sign in, without the password.", notYou}
	case mindflow.PasskeyIsRemoved:
		l.Subject = "A passkey was removed"
		l.Say = []string{which + " " + verb + " removed from your MindFlow account, and will not sign anybody in any more.", notYou}
	default:
		l.Subject = "A passkey may have been copied"
		l.Say = []string{
			which + " of your MindFlow account seems to exist twice: somebody tried to sign in by it, and its count was behind. Nobody was let in.",
			"Sign in with your password, and remove that passkey in the settings.",
		}
	}
}

// notYou is what to do where somebody else did it.
const notYou = "If that was not you, change your password at once, and look through passkeys, second factor and sessions in the settings."

// moment is an instant in the person's own zone.
func moment(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") }

// name is what can be said to somebody as a name: letters, and what stands
// between them. Anything else could be a message of its own, or an address that
// mail programs make a link of.
var name = regexp.MustCompile(`^[\p{L}\p{M}]+(?:[ '’-]{1,2}[\p{L}\p{M}]+){0,5}$`)

const maxName = 60

// plainName is a person's name, if it can be said; else nobody is named.
func plainName(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if mindflow.Length(s) > maxName || !name.MatchString(s) {
		return ""
	}
	return s
}

// Limits of what is said of a passkey's name: too little for a message of its own,
// or for a number to call.
const (
	maxLabel  = 40
	maxDigits = 6
)

// quoted are names of passkeys in quotes, as far as they can be said: letters and
// digits, and what stands inside words. Of anything else mail programs may make a
// link, or a form, or another direction of writing.
func quoted(names []string) []string {
	var said []string
	for _, name := range names {
		if name = plainLabel(name); name != "" {
			said = append(said, "“"+name+"”")
		}
	}
	return said
}

func plainLabel(s string) string {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r) && digits <= maxDigits, r == '-', r == '\'', r == '’':
			return r
		}
		return ' '
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > maxLabel {
		return strings.TrimSpace(string(runes[:maxLabel])) + "…"
	}
	return string(runes)
}
