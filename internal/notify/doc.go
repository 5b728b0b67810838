// Package notify tells people what app wants them to know: it puts mails into
// words and hands them to a mail server.
package notify
