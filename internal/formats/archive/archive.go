// Package archive is the form of a backup: everything a database holds, row by
// row, with a hash of it at the end. It streams, compresses and encrypts, and
// does no I/O of its own.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
	"time"
)

// A backup is lines of JSON, compressed with Zstandard, encrypted with age when
// there is a key:
//
//	{"mindflow_backup":1,"schema_version":6,"created_at":"2026-11-27T03:00:00Z","made_by":"7.0.0"}
//	{"table":"users","columns":["created_at","email",…]}
//	[1795777200000000,"ada@example.com",…]
//	…
//	{"rows":{"users":1,…},"sha256":"…"}
//
// Columns stand in the order of their names and rows in that of their keys, so
// that two databases with the same content have the same lines between the first
// and the last, and the same hash over them. A value is null, an integer, a
// string, or {"base64":"…"} for bytes.

// Form is the version of the form written here, and the newest one read.
const Form = 1

// Header is the first line.
type Header struct {
	Form          int       `json:"mindflow_backup"`
	SchemaVersion int64     `json:"schema_version"`
	CreatedAt     time.Time `json:"created_at"`
	MadeBy        string    `json:"made_by"`
}

// Summary is what a backup holds: so many rows of each table, and the hash of
// them all.
type Summary struct {
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"`
}

// Total is how many rows there are.
func (s Summary) Total() int64 {
	n := int64(0)
	for _, rows := range s.Rows {
		n += rows
	}
	return n
}

type tableLine struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// digest follows the lines between the first and the last.
type digest struct {
	sum   hash.Hash
	rows  map[string]int64
	table string
}

func newDigest() digest { return digest{sum: sha256.New(), rows: map[string]int64{}} }

func (d *digest) begin(table string) { d.table, d.rows[table] = table, 0 }

func (d *digest) row() { d.rows[d.table]++ }

func (d *digest) summary() Summary {
	return Summary{Rows: d.rows, SHA256: hex.EncodeToString(d.sum.Sum(nil))}
}

// The reasons for which a file is not taken for a backup. Each is a sentence for
// the person who brought it.
var (
	ErrForeign   = errors.New("this is not a backup that mindflow made")
	ErrDamaged   = errors.New("the backup is damaged or cut off")
	ErrNewer     = errors.New("the backup was made by a newer version of mindflow; restore it with that one")
	ErrEncrypted = errors.New("the backup is encrypted; set BACKUP_KEY to the passphrase or the identity it was made for")
	ErrWrongKey  = errors.New("BACKUP_KEY is not the key this backup was made for")
	ErrOneWay    = errors.New("BACKUP_KEY is a recipient, which can only encrypt; reading a backup wants the identity that belongs to it")
)

// isTable reports whether a name can be one of a table or column. Names come
// from a file and end in SQL.
func isTable(name string) bool {
	return name != "" && len(name) <= 63 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
