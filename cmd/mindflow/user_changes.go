package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"mindflow/internal/mindflow"
)

// byMail says how a link is handed over: by mail, or printed where it is asked
// for or no mail is sent.
type byMail struct {
	Print bool `help:"Print the link instead of sending it by mail."`
}

// hand sends a link to an address, or prints it.
func (b byMail) hand(ctx context.Context, c *console, h *house, email string,
	send func(context.Context, string) error, link func(context.Context, string) (string, error),
) error {
	if b.Print || h.app.Mailing() != mindflow.MailBySMTP {
		address, err := link(ctx, email)
		if err != nil {
			return strange(email, err)
		}
		_, err = fmt.Fprintf(c.out, "Hand this link over; whoever has it can use it, once:\n%s\n", address)
		return err
	}
	if err := send(ctx, email); err != nil {
		return strange(email, err)
	}
	_, err := fmt.Fprintf(c.out, "The server sends a link to %s.\n", printable(email))
	return err
}

// strange says that there is no such account in the words of the other commands.
func strange(email string, err error) error {
	if mindflow.KindOf(err) == mindflow.KindNotFound {
		return fmt.Errorf("there is no account for %s on this database", email)
	}
	return err
}

type userInviteCommand struct {
	Email string `arg:"" help:"Whom; the invitation is for this address alone."`

	byMail
}

// Run invites somebody. The link is good for a week.
func (cmd userInviteCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		if h.config.Signup != mindflow.SignupInvite {
			fmt.Fprintf(c.err, "Note: an invitation is needed where SIGNUP=invite; here it is %s.\n", h.config.Signup)
		}
		return cmd.hand(ctx, c, h, cmd.Email, h.app.Invite, h.app.InvitationLink)
	})
}

type userResetCommand struct {
	Email string `arg:"" help:"Whose account."`

	byMail
}

// Run makes a link to set a new password. Until it is used, the present one stays.
func (cmd userResetCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		return cmd.hand(ctx, c, h, cmd.Email, h.app.SendReset, h.app.ResetLink)
	})
}

type userFactorCommand struct {
	Email    string `arg:"" help:"Whose account."`
	Passkeys bool   `help:"Remove the account's passkeys, too."`
}

// Run turns somebody's second factor off: the password alone signs in again. They
// are told by mail.
func (cmd userFactorCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		was, removed, err := h.app.ResetSecondFactor(ctx, cmd.Email, cmd.Passkeys)
		if err != nil {
			return strange(cmd.Email, err)
		}
		said := "Turned off. The password alone signs in; make sure that it was its owner who asked."
		if !was {
			said = "There was no second factor."
		}
		if cmd.Passkeys {
			said += fmt.Sprintf(" Passkeys removed: %d.", removed)
		}
		_, err = fmt.Fprintln(c.out, said)
		return err
	})
}

type userAddCommand struct {
	Email    string `arg:"" help:"The address."`
	Name     string `help:"The person's name."`
	Timezone string `placeholder:"ZONE" help:"Where the person is, such as Europe/Berlin; else this machine's zone."`
}

// Run opens an account, whatever SIGNUP says. The password is asked for, or read
// from a line of standard input.
func (cmd userAddCommand) Run(c *console) error {
	q := ask(c)
	secret, err := q.secret("Password")
	if err != nil {
		return err
	}
	if q.terminal {
		again, err := q.secret("The same password again")
		if err != nil {
			return err
		}
		if again != secret {
			return errors.New("the two passwords differ; nothing was done")
		}
	}
	return withHouse(c, func(ctx context.Context, h *house) error {
		user, err := h.app.AddUser(ctx, mindflow.Registration{
			Email: cmd.Email, Password: secret, FullName: cmd.Name, Timezone: cmp.Or(cmd.Timezone, machineZone(c.env)),
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Opened an account for %s.\n", printable(user.Email))
		return err
	})
}

type userDisableCommand struct {
	Email string `arg:"" help:"Whose account."`
}

// Run shuts an account out. Nothing of it is lost.
func (cmd userDisableCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		if err := h.app.Disable(ctx, cmd.Email); err != nil {
			return strange(cmd.Email, err)
		}
		_, err := fmt.Fprintln(c.out, "Disabled. Nothing admits them any more; \"mindflow user enable\" lets them in again.")
		return err
	})
}

type userEnableCommand struct {
	Email string `arg:"" help:"Whose account."`
}

// Run lets an account in again.
func (cmd userEnableCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		if err := h.app.Enable(ctx, cmd.Email); err != nil {
			return strange(cmd.Email, err)
		}
		_, err := fmt.Fprintln(c.out, "Enabled. They can sign in; sessions and tokens of before stay ended.")
		return err
	})
}
