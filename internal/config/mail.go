package config

import (
	"cmp"
	"net/mail"
	"net/url"
	"strconv"

	"mindflow/internal/mindflow"
)

// Mailing is how mail is sent: links are printed in the log on a developer's
// machine, and nowhere else.
func (c Config) Mailing() mindflow.Mailing {
	switch {
	case c.SMTPURL != "":
		return mindflow.MailBySMTP
	case c.Environment == Development:
		return mindflow.MailToLog
	}
	return mindflow.MailNever
}

// WebURL is where people reach the web app.
func (c Config) WebURL() string { return cmp.Or(c.PublicURL, "http://"+c.ListenAddr) }

func (c Config) wrongMail() (all sentences) {
	all.add(c.SMTPURL != "" && !isMailServer(c.SMTPURL), "SMTP_URL must be an address such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org")
	all.add(c.SMTPURL != "" && c.MailFrom == "", "MAIL_FROM is required where SMTP_URL is set: the sender of mails, such as mindflow@example.org")
	all.add(c.MailFrom != "" && !isSender(c.MailFrom), "MAIL_FROM must be an address such as mindflow@example.org, or MindFlow <mindflow@example.org>")
	all.add(c.SMTPURL != "" && c.PublicURL == "" && c.Production(), "PUBLIC_URL is required where SMTP_URL is set: links in mails lead there")
	all.add(!oneOf(string(c.Signup), string(mindflow.SignupOpen), string(mindflow.SignupInvite), string(mindflow.SignupClosed)), "SIGNUP must be open, invite or closed")
	all.add(c.RateLimitMail.Per > mindflow.LinkTTL, "RATE_LIMIT_MAIL must be over an hour at the most, such as 5/h: the newest link must outlive it")
	return all
}

func isMailServer(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || !oneOf(u.Scheme, "smtp", "smtps") || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	port, err := strconv.Atoi(cmp.Or(u.Port(), "1"))
	return err == nil && port >= 1 && port <= 65535
}

func isSender(raw string) bool {
	from, err := mail.ParseAddress(raw)
	if err != nil {
		return false
	}
	_, err = mindflow.ParseEmail(from.Address)
	return err == nil
}
