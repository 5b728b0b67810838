package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mindflow/internal/mindflow"
)

const insertClient = `INSERT INTO clients (id, name, redirect_uris, created_at) VALUES ($1, $2, $3, $4)`

// CreateClient adds a client that introduced itself.
func (tx *Tx) CreateClient(id mindflow.ClientID, c mindflow.Client) error {
	err := tx.must(insertClient, id.String(), c.Name, strings.Join(c.RedirectURIs, "\n"), c.CreatedAt.UnixMicro())
	if err != nil {
		return fmt.Errorf("create client: %w", err)
	}
	return nil
}

// At most so many clients too many go at once.
const trimClients = `
DELETE FROM clients
 WHERE used_at IS NULL
   AND id IN (SELECT id FROM clients WHERE used_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 100 OFFSET $1)`

// TrimClients leaves so many of the clients that nobody has granted anything: the
// newest.
func (tx *Tx) TrimClients(leave int) error {
	_, err := tx.exec(trimClients, leave)
	return err
}

const clientByID = `SELECT name, redirect_uris, created_at FROM clients WHERE id = $1 AND (used_at IS NOT NULL OR created_at > $2)`

// Client reads a client that introduced itself: lately, if nobody has granted it
// anything.
func (s *Store) Client(ctx context.Context, id mindflow.ClientID, lately time.Time) (mindflow.Client, error) {
	c := mindflow.Client{ID: id.String(), Kind: mindflow.RegisteredClient}
	var uris string
	var created int64
	err := one(s.read(ctx), clientByID, []any{id.String(), lately.UnixMicro()}, &c.Name, &uris, &created)
	c.RedirectURIs, c.CreatedAt = strings.Split(uris, "\n"), mindflow.UTC(created)
	return c, absent(err, "client")
}

// UsedClient remembers that somebody has granted a client something now. It may
// be gone.
func (tx *Tx) UsedClient(id mindflow.ClientID) error {
	_, err := tx.exec(`UPDATE clients SET used_at = $2 WHERE id = $1`, id.String(), tx.now.UnixMicro())
	return err
}

const (
	unusedClients = `(used_at IS NULL AND created_at < $1)`
	findUnused    = `SELECT CAST(id AS TEXT) FROM clients WHERE ` + unusedClients + ` AND id > $2 ORDER BY id LIMIT $3`

	pastClients = `(used_at < $1 AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = CAST(clients.id AS TEXT)))`
	findPast    = `SELECT CAST(id AS TEXT) FROM clients WHERE ` + pastClients + ` AND id > $2 ORDER BY id LIMIT $3`
)

// UnusedClients names clients from before a moment that nobody has granted anything.
func (s *Store) UnusedClients(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findUnused, before, orFirst(after), limit)
}

// PastClients names clients that were granted something before a moment, and of
// whose grants none is left.
func (s *Store) PastClients(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	return s.names(ctx, findPast, before, orFirst(after), limit)
}

// PurgeUnusedClients takes clients away that nobody has granted anything.
func (tx *Tx) PurgeUnusedClients(names []string, before time.Time) (int, error) {
	return tx.purge("clients", unusedClients, "id", names, before)
}

// PurgePastClients takes clients away of whose grants none is left.
func (tx *Tx) PurgePastClients(names []string, before time.Time) (int, error) {
	return tx.purge("clients", pastClients, "id", names, before)
}
