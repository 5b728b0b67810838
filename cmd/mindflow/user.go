package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"mindflow/internal/mindflow"
)

type userCommand struct {
	List          userListCommand    `cmd:"" help:"List the accounts."`
	Add           userAddCommand     `cmd:"" help:"Open an account for somebody."`
	Invite        userInviteCommand  `cmd:"" help:"Invite somebody to open an account themselves."`
	Disable       userDisableCommand `cmd:"" help:"Shut an account out, from the next request on."`
	Enable        userEnableCommand  `cmd:"" help:"Let an account in again."`
	ResetPassword userResetCommand   `cmd:"" help:"Have somebody set a new password."`
	ResetFactor   userFactorCommand  `cmd:"" name:"reset-second-factor" help:"Turn the second factor off for somebody who lost it."`
	Delete        userDeleteCommand  `cmd:"" help:"Erase an account with everything in it, for good."`
}

type userListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// userLine is an account as --json prints it.
type userLine struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	FullName   string     `json:"full_name"`
	Tasks      int        `json:"tasks"`
	CreatedAt  time.Time  `json:"created_at"`
	SeenAt     *time.Time `json:"seen_at"`
	DisabledAt *time.Time `json:"disabled_at"`
	VerifiedAt *time.Time `json:"email_verified_at"`
	EraseAt    *time.Time `json:"erase_at"`
}

func (cmd userListCommand) Run(c *console) error {
	return withHouse(c, func(ctx context.Context, h *house) error {
		accounts, err := h.app.Users(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			lines := make([]userLine, len(accounts))
			for i, a := range accounts {
				lines[i] = userLine{a.ID.String(), a.Email, a.FullName, a.Tasks, a.CreatedAt, orNil(a.SeenAt), orNil(a.DisabledAt), orNil(a.VerifiedAt), orNil(a.EraseAt)}
			}
			return writeJSON(c.out, lines)
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "E-MAIL\tTASKS\tLAST SEEN\tSTATE\tID")
		for _, a := range accounts {
			state := "active"
			switch {
			case !a.DisabledAt.IsZero():
				state = "disabled"
			case !a.EraseAt.IsZero():
				state = "leaving"
			}
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n", printable(a.Email), a.Tasks, seen(a), state, a.ID)
		}
		return table.Flush()
	})
}

func seen(a mindflow.Account) string {
	if a.SeenAt.IsZero() {
		return "never"
	}
	return a.SeenAt.Format("2006-01-02 15:04 UTC")
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type userDeleteCommand struct {
	Email  string `arg:"" help:"Whose account."`
	DryRun bool   `help:"Say what would go, and change nothing."`
	Yes    bool   `help:"Do not ask."`
	JSON   bool   `name:"json" help:"Print what went as JSON; needs --yes or --dry-run."`
}

// erased is what --json prints.
type erased struct {
	UserID string         `json:"user_id"`
	DryRun bool           `json:"dry_run"`
	Gone   map[string]int `json:"gone"` // rows by table
}

// Run erases an account. The server may be running.
func (cmd userDeleteCommand) Run(c *console) error {
	if cmd.JSON && !cmd.Yes && !cmd.DryRun {
		return fmt.Errorf("%w: with --json nobody can be asked; say --yes or --dry-run", errUsage)
	}
	return withHouse(c, func(ctx context.Context, h *house) error {
		user, holdings, err := h.app.Belongings(ctx, cmd.Email)
		if mindflow.KindOf(err) == mindflow.KindNotFound {
			return fmt.Errorf("there is no account for %s on this database", cmd.Email)
		}
		if err != nil {
			return err
		}
		if !cmd.JSON {
			cmd.announce(c, user, holdings)
		}
		if !cmd.DryRun {
			if !cmd.Yes && !confirmed(c, user.Email) {
				return errors.New("that is not the address: nothing was changed")
			}
			if err := h.app.EraseUser(ctx, user); err != nil {
				return err
			}
		}
		if cmd.JSON {
			gone := map[string]int{}
			for _, h := range holdings {
				gone[h.Table] = h.Rows
			}
			return writeJSON(c.out, erased{UserID: user.ID.String(), DryRun: cmd.DryRun, Gone: gone})
		}
		return cmd.report(c)
	})
}

func (cmd userDeleteCommand) announce(c *console, user mindflow.User, holdings []mindflow.Holding) {
	fmt.Fprintf(c.out, "The account %s (%s) and what belongs to it:\n", printable(user.Email), user.ID)
	for _, h := range holdings {
		if h.Rows > 0 {
			fmt.Fprintf(c.out, "%9d  %s\n", h.Rows, h.Table)
		}
	}
	fmt.Fprintln(c.out, "What stays: backups made so far, until they age out; lines of logs that name the id; an entry that this id was erased.")
}

// confirmed asks for the address, so that nothing goes by a slip of the hand.
func confirmed(c *console, email string) bool {
	fmt.Fprint(c.out, "This cannot be undone. To go on, type the e-mail address: ")
	answer, _ := bufio.NewReader(c.in).ReadString('\n')
	return strings.TrimSpace(answer) == email
}

func (cmd userDeleteCommand) report(c *console) error {
	if cmd.DryRun {
		_, err := fmt.Fprintln(c.out, "Dry run: nothing was changed.")
		return err
	}
	_, err := fmt.Fprintln(c.out, "Erased.")
	return err
}
