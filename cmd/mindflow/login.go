package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// defaultServer is where "mindflow serve" listens.
const defaultServer = "http://127.0.0.1:8000"

// serverVariable names the server that is meant when nobody says.
const serverVariable = "MINDFLOW_SERVER"

type loginCommand struct {
	Server   string `placeholder:"URL" help:"The server; else $$MINDFLOW_SERVER, else http://127.0.0.1:8000."`
	Email    string `help:"The account's e-mail address; asked for when absent."`
	Register bool   `help:"Open the account first."`
	Timezone string `placeholder:"ZONE" help:"With --register: where you are, such as Europe/Berlin; else this machine's zone."`
}

// Run signs in and keeps the tokens. The password is asked for, or read from a
// line of standard input.
func (cmd loginCommand) Run(c *console) error {
	kept, err := credentialsFile(c)
	if err != nil {
		return err
	}
	api, err := cmd.connect(c)
	if err != nil {
		return err
	}
	email, password, err := cmd.ask(c)
	if err != nil {
		return err
	}
	if cmd.Register {
		if err := cmd.register(c, api, email, password); err != nil {
			return err
		}
	}
	tokens, err := api.Login(c.ctx, email, password)
	if err != nil {
		return cmd.refused(err)
	}
	before, readErr := kept.Read()
	err = kept.Save(c.ctx, client.Credentials{
		Server: api.Server(), Email: email, AccessToken: tokens.AccessToken, RefreshToken: tokens.RefreshToken,
	})
	if err != nil {
		return err
	}
	if readErr == nil && before.Server == api.Server() {
		_ = api.Logout(c.ctx, before.RefreshToken) // nobody can use it any more: left alone it would expire
	}
	_, err = fmt.Fprintf(c.out, "Signed in at %s as %s. Ask: mindflow next\n", api.Server(), printable(email))
	return err
}

// connect chooses the server.
func (cmd loginCommand) connect(c *console) (*client.Client, error) {
	server := firstOf(cmd.Server, c.env[serverVariable], defaultServer)
	api, err := client.New(server, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if exposed(api.Server()) {
		fmt.Fprintf(c.err, "Warning: %s has no encryption; others on the way there can read the password.\n", api.Server())
	}
	return api, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
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

func (cmd loginCommand) ask(c *console) (email, password string, err error) {
	q := ask(c)
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
	zone := firstOf(cmd.Timezone, machineZone(c.env))
	if _, err := api.Register(c.ctx, client.Registration{Email: email, Password: password, Timezone: zone}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "Opened an account for %s, in the time zone %s.\n", printable(email), zone)
	return err
}

// refused says how to open an account to who may have none.
func (cmd loginCommand) refused(err error) error {
	if e, ok := errors.AsType[*client.Error](err); ok && e.Status == http.StatusUnauthorized {
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

// credentialsFile is where this person's tokens are kept.
func credentialsFile(c *console) (*client.CredentialsFile, error) {
	dir := c.env["XDG_CONFIG_HOME"]
	if !filepath.IsAbs(dir) { // as the XDG specification asks
		home := firstOf(c.env["HOME"], c.env["USERPROFILE"])
		if home == "" {
			return nil, errors.New("neither XDG_CONFIG_HOME nor HOME is set, so there is no place to keep credentials")
		}
		dir = filepath.Join(home, ".config")
	}
	return client.KeepCredentials(filepath.Join(dir, "mindflow", "credentials.json")), nil
}

// signedIn is a client that speaks for whoever is signed in.
func signedIn(c *console) (*client.Client, error) {
	file, err := credentialsFile(c)
	if err != nil {
		return nil, err
	}
	kept, err := file.Read()
	if err != nil {
		return nil, err
	}
	api, err := client.New(firstOf(c.env[serverVariable], kept.Server), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return api.As(file), nil
}

type logoutCommand struct{}

// Run ends the session and forgets its tokens, the latter even when no server
// answers.
func (logoutCommand) Run(c *console) error {
	file, err := credentialsFile(c)
	if err != nil {
		return err
	}
	kept, err := file.Read()
	if errors.Is(err, client.ErrSignedOut) {
		_, err = fmt.Fprintln(c.out, "You were not signed in.")
		return err
	}
	told := err
	if err == nil {
		told = tell(c, kept)
	}
	if err := file.Remove(c.ctx); err != nil {
		return err
	}
	if told != nil {
		return fmt.Errorf("the tokens here are forgotten, but the session could not be ended: %w", told)
	}
	_, err = fmt.Fprintln(c.out, "Signed out of "+kept.Server+".")
	return err
}

// tell ends the session at the server that keeps it.
func tell(c *console, kept client.Credentials) error {
	api, err := client.New(kept.Server, nil)
	if err != nil {
		return err
	}
	return api.Logout(c.ctx, kept.RefreshToken)
}
