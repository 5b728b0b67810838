package notify

import (
	"context"
	"log/slog"

	"mindflow/internal/mindflow"
)

// Log prints the link of each mail in a log instead of sending it. It is for a
// developer's machine: whoever reads the log can use the links.
type Log struct{ log *slog.Logger }

// NewLog makes a mailer that sends nothing.
func NewLog(log *slog.Logger) *Log { return &Log{log} }

// Send prints a mail's link.
func (l *Log) Send(ctx context.Context, m mindflow.Mail) error {
	if m.Task != nil {
		l.log.InfoContext(ctx, "a mail would remind of a task", "link", m.Link)
		return nil
	}
	if m.Link == "" {
		l.log.InfoContext(ctx, "a mail would say", "notice", string(m.Notice))
		return nil
	}
	l.log.InfoContext(ctx, "a mail would bring a link", "purpose", string(m.Purpose), "link", m.Link)
	return nil
}
