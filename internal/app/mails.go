package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"mindflow/internal/credentials"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Mailer puts mails into words and sends them.
type Mailer interface {
	// Send sends a mail, or leaves it to be tried again.
	Send(ctx context.Context, m mindflow.Mail) error
}

// MailJob is the kind of job that sends a mail.
const MailJob = "mail"

// mailed is what a job to send a mail keeps: ids, and what passkeys are called that
// may be gone by then. The secret of a link is made when the mail is sent.
type mailed struct {
	Link     mindflow.LinkID `json:"link,omitzero"`
	Notice   mindflow.Notice `json:"notice,omitempty"`
	User     mindflow.UserID `json:"user,omitzero"`
	Passkeys []string        `json:"passkeys,omitempty"`
}

// Mailing is how this server sends mail.
func (a *App) Mailing() mindflow.Mailing {
	if a.settings.Mailer == nil {
		return mindflow.MailNever
	}
	return a.settings.Mailing
}

func (a *App) mails() bool { return a.settings.Mailer != nil }

// sendLink makes a link for its purpose, and leaves its mail to be sent.
func (a *App) sendLink(ctx context.Context, tx *store.Tx, l mindflow.Link) error {
	_, l, err := a.makeLink(tx, l)
	if err != nil {
		return err
	}
	return leaveMail(ctx, tx, mailed{Link: l.ID})
}

// makeLink makes a link, and answers its secret.
func (a *App) makeLink(tx *store.Tx, l mindflow.Link) (string, mindflow.Link, error) {
	now := tx.Now()
	l.ID, l.CreatedAt, l.ExpiresAt = mindflow.NewID[mindflow.Link](now), now, now.Add(l.Purpose.TTL())
	secret := a.signer.LinkSecret(l.ID.String())
	return secret, l, tx.SaveLink(l, credentials.HashSecret(secret))
}

// sendNotice leaves a notice to a user to be sent, where mails are. It names the
// passkeys it is about.
func (a *App) sendNotice(ctx context.Context, tx *store.Tx, user mindflow.UserID, notice mindflow.Notice, passkeys ...string) error {
	if !a.mails() {
		return nil
	}
	return leaveMail(ctx, tx, mailed{Notice: notice, User: user, Passkeys: passkeys})
}

func leaveMail(ctx context.Context, tx *store.Tx, m mailed) error {
	payload, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode mail: %w", err)
	}
	job := mindflow.NewJob(mindflow.Mails, MailJob, tx.Now())
	job.Payload = string(payload)
	if trace := mindflow.TraceOf(ctx); trace != nil {
		job.RequestID = trace.RequestID
	}
	return tx.Enqueue(job)
}

// DeliverMail sends the mail of a job, unless there is no reason left to: its
// link is used or over, or its person gone.
func (a *App) DeliverMail(ctx context.Context, job mindflow.Job) error {
	var m mailed
	if err := json.Unmarshal([]byte(job.Payload), &m); err != nil {
		return fmt.Errorf("read mail's job: %w", err)
	}
	mail := mindflow.Mail{ID: job.ID, At: job.CreatedAt}
	var send bool
	var err error
	if m.Link.IsZero() {
		send, err = a.noticeMail(ctx, m, &mail)
	} else {
		send, err = a.linkMail(ctx, m.Link, &mail)
	}
	if err != nil || !send {
		return unless(err, nil)
	}
	return a.settings.Mailer.Send(ctx, mail)
}

func (a *App) linkMail(ctx context.Context, id mindflow.LinkID, mail *mindflow.Mail) (bool, error) {
	link, hash, err := a.store.LinkToSend(ctx, id, a.now())
	if err != nil || link.Email == "" { // asked for where there is no account
		return false, err
	}
	secret, known := a.signer.LinkSecretOf(link.ID.String(), hash)
	if !known { // its key was taken away
		return false, nil
	}
	mail.To, mail.Purpose, mail.Until, mail.Link = link.Email, link.Purpose, link.ExpiresAt, a.address(link.Purpose, secret)
	if link.UserID.IsZero() {
		return true, nil
	}
	return a.addressed(ctx, link.UserID, mail)
}

func (a *App) noticeMail(ctx context.Context, m mailed, mail *mindflow.Mail) (bool, error) {
	mail.Notice, mail.Passkeys = m.Notice, m.Passkeys
	return a.addressed(ctx, m.User, mail)
}

// addressed writes a user's name, zone, and if need be address on a mail. It
// answers false where nobody is to be told any more.
func (a *App) addressed(ctx context.Context, id mindflow.UserID, mail *mindflow.Mail) (bool, error) {
	user, err := a.store.User(ctx, id)
	if err != nil || !user.DisabledAt.IsZero() {
		return false, err
	}
	p, err := a.store.Preferences(ctx, id)
	if err != nil {
		return false, err
	}
	if mail.Notice != "" {
		mail.To = user.Email
	}
	if mail.Notice == mindflow.AccountLeaves {
		mail.Until = user.EraseAt
		if user.EraseAt.IsZero() { // kept meanwhile
			return false, nil
		}
	}
	mail.Name, mail.Until = user.FullName, mail.Until.In(p.Zone.Location())
	return true, nil
}

// places are where the web app takes links in.
var places = map[mindflow.Purpose]string{
	mindflow.ToVerify: "/verify", mindflow.ToReset: "/reset", mindflow.ToMove: "/confirm-address",
	mindflow.ToStay: "/keep-address", mindflow.ToJoin: "/sign-up",
}

// address is where a link leads. The secret stands behind the #, which browsers
// send to no server, so that no log on the way holds it.
func (a *App) address(p mindflow.Purpose, secret string) string {
	return a.settings.PublicURL + places[p] + "#" + secret
}

// Signup is who may open an account here.
func (a *App) Signup() mindflow.Signup { return cmp.Or(a.settings.Signup, mindflow.SignupOpen) }
