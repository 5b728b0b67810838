// Package phase4 makes accounts, tasks and entries of the log of the rows that
// MindFlow's predecessor left: a Python service, in the state of its fourth
// phase. Its times are UTC without saying so, its tags are one text, its
// passwords are bcrypt hashes.
//
// Nothing disappears: what a field of ours cannot hold as it was stands, as it
// was, in the changes that go into the log.
package phase4
