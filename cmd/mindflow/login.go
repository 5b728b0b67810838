package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// defaultServer is where "mindflow serve" listens.
const defaultServer = "http://127.0.0.1:8000"

type loginCommand struct {
	Email    string `help:"The account's e-mail address; asked for when absent."`
	Register bool   `help:"Open the account first."`
	Timezone string `placeholder:"ZONE" help:"With --register: where you are, such as Europe/Berlin; else this machine's zone."`
	// An invitation is pasted as it came: the whole link.
	Invitation string `placeholder:"LINK" help:"With --register: the invitation, where the server asks for one."`
}

// Help says at which server.
func (loginCommand) Help() string {
	return `Signs in, besides the accounts you are signed in to already, and makes the account the current one: the one that commands speak for.

The server is that of --server, else of $MINDFLOW_SERVER, else of the account of --account or of the current one, else http://127.0.0.1:8000.`
}

// Run signs in and keeps the tokens. The password is asked for, or read from a
// line of standard input, and so is a code where there is a second factor.
func (cmd loginCommand) Run(c *console) error {
	kept, err := credentialsFile(c)
	if err != nil {
		return err
	}
	accounts, err := kept.Accounts()
	if err != nil && !errors.Is(err, client.ErrSignedOut) {
		accounts = client.Accounts{} // damaged ones are written over
	}
	known, _ := accounts.Choose("", c.account())
	if name := c.account(); cmd.Email == "" && name != "" {
		cmd.Email = cmp.Or(known.Email, name)
	}
	api, err := connect(c, known.Server)
	if err != nil {
		return err
	}
	q := ask(c)
	email, password, err := cmd.ask(q)
	if err != nil {
		return err
	}
	if cmd.Register {
		if err := cmd.register(c, api, email, password); err != nil {
			return err
		}
	}
	account := client.Account{Server: api.Server(), Email: email}
	api = api.From(accounts.Device(account))
	tokens, err := api.Login(c.ctx, email, password)
	if client.CodeWanted(err) {
		tokens, err = withCode(c, q, api, email, password)
	}
	if err != nil {
		return cmd.refused(err)
	}
	before, readErr := kept.Of(account).Read()
	err = kept.Save(c.ctx, client.Credentials{
		Server: account.Server, Email: email, AccessToken: tokens.AccessToken, RefreshToken: tokens.RefreshToken,
		Device: tokens.Device,
	})
	if err != nil {
		return err
	}
	if readErr == nil {
		_ = api.Logout(c.ctx, before.RefreshToken) // nobody can use it any more: left alone it would expire
	}
	_, err = fmt.Fprintf(c.out, "Signed in at %s as %s. Ask: mindflow next\n", api.Server(), printable(email))
	return err
}

// connect chooses the server: the one that is said, else that of a known
// account, else this machine's.
func connect(c *console, known string) (*client.Client, error) {
	api, err := server(cmp.Or(c.server(), known, defaultServer))
	if err != nil {
		return nil, err
	}
	if exposed(api.Server()) {
		fmt.Fprintf(c.err, "Warning: %s has no encryption; others on the way there can read the password.\n", api.Server())
	}
	return api, nil
}

// exposed reports whether what is sent to a server leaves the machine unencrypted.
func exposed(server string) bool {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil || !ip.IsLoopback()
}

// codeTries is how often a person is asked for a code.
const codeTries = 3

// withCode signs in with a code of the second factor, which is asked for, or read
// from one more line of standard input. It is shown while it is typed: it is worth
// nothing once it is used.
func withCode(c *console, q *questions, api *client.Client, email, password string) (client.Tokens, error) {
	for try := 1; ; try++ {
		code, err := q.line("Code of your app, or a recovery code")
		if err != nil {
			return client.Tokens{}, err
		}
		tokens, err := api.LoginWith(c.ctx, email, password, code)
		if !client.CodeWanted(err) || !q.terminal || try == codeTries {
			return tokens, err
		}
		fmt.Fprintln(c.err, err)
	}
}

func (cmd loginCommand) ask(q *questions) (email, password string, err error) {
	email = cmd.Email
	if email == "" {
		if email, err = q.line("E-mail"); err != nil {
			return "", "", err
		}
	}
	if password, err = q.secret("Password"); err != nil {
		return "", "", err
	}
	if cmd.Register && q.terminal {
		again, err := q.secret("The same password again")
		if err != nil {
			return "", "", err
		}
		if again != password {
			return "", "", errors.New("the two passwords differ; nothing was done")
		}
	}
	return email, password, nil
}

func (cmd loginCommand) register(c *console, api *client.Client, email, password string) error {
	zone := cmp.Or(cmd.Timezone, machineZone(c.env))
	if _, err := api.Register(c.ctx, client.Registration{
		Email: email, Password: password, Timezone: zone, Invitation: cmd.Invitation[strings.LastIndexByte(cmd.Invitation, '#')+1:],
	}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "Opened an account for %s, in the time zone %s.\n", printable(email), zone)
	return err
}

// refused says how to open an account to who may have none.
func (cmd loginCommand) refused(err error) error {
	if e, ok := errors.AsType[*client.Error](err); ok && e.Status == http.StatusUnauthorized && !client.CodeWanted(err) {
		return fmt.Errorf("%w; \"mindflow login --register\" opens an account", err)
	}
	return err
}

// machineZone guesses the IANA name of the machine's time zone: from TZ, else
// from where /etc/localtime points, else UTC.
func machineZone(env map[string]string) string {
	guesses := []string{strings.TrimPrefix(env["TZ"], ":")}
	if target, err := os.Readlink("/etc/localtime"); err == nil {
		guesses = append(guesses, target)
	}
	for _, guess := range guesses {
		if _, name, ok := strings.Cut(guess, "zoneinfo/"); ok {
			guess = name
		}
		if zone, err := mindflow.LoadZone(guess); err == nil {
			return zone.String()
		}
	}
	return "UTC"
}
