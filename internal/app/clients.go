package app

import (
	"context"
	"net/netip"
	"strings"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// ClientDocuments reads what programs publish about themselves.
type ClientDocuments interface {
	// ClientDocument answers the client whose id is the address of a document that
	// describes it. Its kind is DocumentClient. An error that people may read, a
	// mindflow.InvalidField of "client_id", says why there is none.
	ClientDocument(ctx context.Context, id string) (mindflow.Client, error)
}

// maxUnused bounds the clients that registered and that nobody has granted
// anything: the oldest make room.
const maxUnused = 10_000

// RegisterClient takes in a program that introduces itself (RFC 7591). Anybody
// may, so it is worth nothing until a person grants it something, and forgotten
// after a day if nobody does.
func (a *App) RegisterClient(ctx context.Context, from netip.Addr, d mindflow.ClientDraft) (mindflow.Client, error) {
	if _, err := a.take(ctx, ofNetwork(mindflow.LimitedClients, from)); err != nil {
		return mindflow.Client{}, err
	}
	client, err := d.Validate()
	if err != nil {
		return client, err
	}
	id := mindflow.NewID[mindflow.Client](a.now())
	client.ID, client.Kind, client.CreatedAt = id.String(), mindflow.RegisteredClient, a.now()
	return client, a.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.CreateClient(id, client); err != nil {
			return err
		}
		return tx.TrimClients(maxUnused)
	})
}

var errClient = mindflow.InvalidField("client_id", "is not known here; have the program connect anew")

// client reads a client by its id: the address of a document, or what it was
// answered when it registered. A person may have so many documents read.
func (a *App) client(ctx context.Context, actor mindflow.Actor, id string) (mindflow.Client, error) {
	if strings.HasPrefix(id, "https://") && a.settings.Documents != nil {
		if _, err := a.take(ctx, mindflow.LimitKey{What: mindflow.LimitedClients, Whose: actor.UserID}); err != nil {
			return mindflow.Client{}, err
		}
		return a.settings.Documents.ClientDocument(ctx, id)
	}
	registered, err := mindflow.ParseID[mindflow.Client](id)
	if err != nil || registered.String() != id {
		return mindflow.Client{}, errClient
	}
	client, err := a.registered(ctx, registered)
	return client, unless(err, errClient)
}

// registered reads a client that introduced itself. One that nobody has granted
// anything is forgotten after a day, even before it is swept.
func (a *App) registered(ctx context.Context, id mindflow.ClientID) (mindflow.Client, error) {
	return a.store.Client(ctx, id, a.now().Add(-keepUnused))
}

// ReadsDocuments reports whether programs can be described by documents of their own.
func (a *App) ReadsDocuments() bool { return a.settings.Documents != nil }
