package app

import (
	"context"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// What those who run the server do for others. A link is sent by mail, or
// answered, to be handed over in another way.

// Invite sends an invitation to an address.
func (a *App) Invite(ctx context.Context, email string) error {
	link, err := a.invitation(email)
	if err != nil {
		return err
	}
	return a.store.Write(ctx, func(tx *store.Tx) error { return a.sendLink(ctx, tx, link) })
}

// InvitationLink makes an invitation for an address, and answers its link.
func (a *App) InvitationLink(ctx context.Context, email string) (string, error) {
	link, err := a.invitation(email)
	if err != nil {
		return "", err
	}
	return a.printed(ctx, link)
}

func (*App) invitation(email string) (mindflow.Link, error) {
	email, err := mindflow.ParseEmail(email)
	if err != nil {
		return mindflow.Link{}, mindflow.InvalidField("email", err.Error())
	}
	return mindflow.Link{Purpose: mindflow.ToJoin, Email: email}, nil
}

func (a *App) printed(ctx context.Context, link mindflow.Link) (string, error) {
	var secret string
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		secret, _, err = a.makeLink(tx, link)
		return err
	})
	return a.address(link.Purpose, secret), err
}
