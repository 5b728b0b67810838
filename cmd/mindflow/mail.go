package main

import (
	"context"
	"errors"
	"fmt"

	"mindflow/internal/app"
	"mindflow/internal/jobs"
	"mindflow/internal/mindflow"
	"mindflow/internal/notify"
)

// mailWorkers is how many mails are handed over at once.
const mailWorkers = 2

// mailer sends mails through the mail server there is, or prints their links on
// a developer's machine. Nil where neither may be.
func (h *house) mailer() (app.Mailer, error) {
	switch h.config.Mailing() {
	case mindflow.MailBySMTP:
		mailer, err := notify.NewSMTP(notify.Settings{URL: h.config.SMTPURL, From: h.config.MailFrom})
		if err != nil {
			return nil, fmt.Errorf("SMTP_URL or MAIL_FROM: %w", err)
		}
		return mailer, nil
	case mindflow.MailToLog:
		return notify.NewLog(h.log), nil
	default:
		return nil, nil //nolint:nilnil // none is a way to send mails, too
	}
}

// mail does a job that sends a mail. One that its server refuses for good is not
// tried again.
func (h *house) mail(send jobs.Handler) jobs.Handler {
	return func(ctx context.Context, job mindflow.Job) error {
		err := send(ctx, job)
		if errors.Is(err, notify.ErrRefused) {
			h.log.WarnContext(ctx, "a mail was refused, and is not tried again", "error", err)
			return nil
		}
		return err
	}
}
