package mindflow

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// ID is a UUID that names one T; ids of different things do not mix. New ones
// are version 7 (RFC 9562), so they sort by the moment they were made.
type ID[T any] [16]byte

// The ids of the vocabulary.
type (
	// TaskID names a task.
	TaskID = ID[Task]
	// ProjectID names a project.
	ProjectID = ID[Project]
	// UserID names a user.
	UserID = ID[User]
	// WorkspaceID names a workspace.
	WorkspaceID = ID[Workspace]
	// SubjectID names what an event is about when that is no task.
	SubjectID = ID[Subject]
	// SessionID names a session.
	SessionID = ID[Session]
	// GrantID names a grant.
	GrantID = ID[Grant]
	// EventID names an event.
	EventID = ID[Event]
	// JobID names a job.
	JobID = ID[Job]
	// LinkID names a link.
	LinkID = ID[Link]
	// PasskeyID names a passkey.
	PasskeyID = ID[Passkey]
)

// NewID makes a version 7 UUID for the moment at (Unix milliseconds in the
// first 48 bits, the microseconds within it in the next 12, randomness after).
func NewID[T any](at time.Time) ID[T] {
	var id ID[T]
	_, _ = rand.Read(id[8:]) // never fails: crypto/rand ends the program instead
	micros := uint64(max(at.UnixMicro(), 0))
	binary.BigEndian.PutUint64(id[:8], micros/1000<<16|micros%1000<<2)
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// OccurrenceID is the id of the occurrence of a series in a slot that comes after
// another: the same wherever it is made. The slot alone would not do: a series
// that is moved to earlier days comes by the same slots again. It is a version 8
// UUID of their hash.
func OccurrenceID(series TaskID, slot string, after TaskID) TaskID {
	h := sha256.New()
	h.Write([]byte("occurrence\x00")) // a hash never fails
	h.Write(series[:])
	h.Write(after[:])
	h.Write([]byte(slot))
	var id TaskID
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ParseID reads the canonical 36-character form, in either case.
func ParseID[T any](s string) (ID[T], error) {
	var id ID[T]
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID[T]{}, fmt.Errorf("not a UUID")
	}
	var digits [32]byte
	n := copy(digits[:], s[:8])
	n += copy(digits[n:], s[9:13])
	n += copy(digits[n:], s[14:18])
	n += copy(digits[n:], s[19:23])
	copy(digits[n:], s[24:])
	if _, err := hex.Decode(id[:], digits[:]); err != nil {
		return ID[T]{}, fmt.Errorf("not a UUID")
	}
	return id, nil
}

// String is the canonical lower-case form.
func (id ID[T]) String() string {
	b, _ := id.MarshalText()
	return string(b)
}

// MarshalText writes the canonical lower-case form.
func (id ID[T]) MarshalText() ([]byte, error) {
	return id.AppendText(make([]byte, 0, 36))
}

// AppendText appends the canonical lower-case form to b.
func (id ID[T]) AppendText(b []byte) ([]byte, error) {
	for i, part := range [...][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b, nil
}

// UnmarshalText reads the canonical form.
func (id *ID[T]) UnmarshalText(b []byte) error {
	parsed, err := ParseID[T](string(b))
	if err == nil {
		*id = parsed
	}
	return err
}

// Scan reads what a database column holds: text, or 16 bytes.
func (id *ID[T]) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return id.UnmarshalText([]byte(v))
	case []byte:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText(v)
	default:
		return fmt.Errorf("scan id from %T", src)
	}
}

// IsZero reports whether id names nothing.
func (id ID[T]) IsZero() bool { return id == ID[T]{} }

// IDTexts are the canonical forms of ids.
func IDTexts[T any](ids []ID[T]) []string {
	var texts []string
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return texts
}
