package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"mindflow/internal/client"
)

// Variables that say whom commands speak for, and where.
const (
	accountVariable = "MINDFLOW_ACCOUNT"
	serverVariable  = "MINDFLOW_SERVER"
	tokenVariable   = "MINDFLOW_TOKEN" // lets a script act without anybody signing in
)

// account is the name of the account that is asked for, if one is.
func (c *console) account() string { return cmp.Or(c.chosen.Account, c.env[accountVariable]) }

// server is the address of the server that is asked for, if one is.
func (c *console) server() string { return cmp.Or(c.chosen.Server, c.env[serverVariable]) }

// credentialsFile is where this person's tokens are kept.
func credentialsFile(c *console) (*client.CredentialsFile, error) {
	dir := c.env["XDG_CONFIG_HOME"]
	if !filepath.IsAbs(dir) { // as the XDG specification asks
		home := cmp.Or(c.env["HOME"], c.env["USERPROFILE"])
		if home == "" {
			return nil, errors.New("neither XDG_CONFIG_HOME nor HOME is set, so there is no place to keep credentials")
		}
		dir = filepath.Join(home, ".config")
	}
	return client.KeepCredentials(filepath.Join(dir, "mindflow", "credentials.json")), nil
}

// server is a client of the server at an address.
func server(address string) (*client.Client, error) {
	api, err := client.New(address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return api, nil
}

// choose is the account that is meant.
func choose(c *console, file *client.CredentialsFile) (client.Credentials, error) {
	accounts, err := file.Accounts()
	if err != nil {
		return client.Credentials{}, err
	}
	address := c.server()
	if address != "" {
		api, err := server(address)
		if err != nil {
			return client.Credentials{}, err
		}
		address = api.Server()
	}
	return accounts.Choose(address, c.account())
}

// signedIn is a client that speaks for the account that is meant, to the
// server it is an account of; or by the token a script was given, unless
// --account says that somebody else is meant.
func signedIn(c *console) (*client.Client, error) {
	if !c.byToken() {
		return inPerson(c)
	}
	api, err := server(cmp.Or(c.server(), defaultServer))
	if err != nil {
		return nil, err
	}
	return api.By(c.env[tokenVariable]), nil
}

// byToken reports whether commands speak by the token a script was given.
func (c *console) byToken() bool { return c.env[tokenVariable] != "" && c.chosen.Account == "" }

// inPerson is signedIn where no token is enough.
func inPerson(c *console) (*client.Client, error) {
	file, err := credentialsFile(c)
	if err != nil {
		return nil, err
	}
	kept, err := choose(c, file)
	if err != nil {
		return nil, err
	}
	api, err := server(kept.Server)
	if err != nil {
		return nil, err
	}
	return api.As(file.Of(kept.Account())), nil
}

type accountsCommand struct {
	JSON bool `name:"json" help:"Print the accounts as JSON."`
}

// listedAccount is an account without what proves it.
type listedAccount struct {
	client.Account

	Current bool `json:"current"`
}

// Run lists the accounts; the current one has a star.
func (cmd accountsCommand) Run(c *console) error {
	file, err := credentialsFile(c)
	if err != nil {
		return err
	}
	kept, err := file.Accounts()
	if err != nil && !errors.Is(err, client.ErrSignedOut) {
		return err
	}
	current, _ := kept.Choose("", "")
	list := make([]listedAccount, len(kept.All))
	var text strings.Builder
	for i, account := range kept.All {
		list[i] = listedAccount{account.Account(), account.Account() == current.Account()}
		mark := " "
		if list[i].Current {
			mark = "*"
		}
		fmt.Fprintf(&text, "%s %s\n", mark, printable(account.Account().String()))
	}
	if cmd.JSON {
		return writeJSON(c.out, list)
	}
	if len(list) == 0 {
		text.WriteString("You are not signed in. Sign in: mindflow login\n")
	}
	_, err = fmt.Fprint(c.out, text.String())
	return err
}

type useCommand struct {
	Name string `arg:"" name:"account" complete:"accounts" help:"The account: its e-mail address, its server, or both as EMAIL@SERVER."`
}

// Run makes an account the current one.
func (cmd useCommand) Run(c *console) error {
	file, err := credentialsFile(c)
	if err != nil {
		return err
	}
	kept, err := file.Accounts()
	if err != nil {
		return err
	}
	found := kept.Named(cmd.Name)
	switch {
	case len(found) == 0:
		return fmt.Errorf("you are not signed in to %s; \"mindflow accounts\" lists where you are", cmd.Name)
	case len(found) > 1:
		return fmt.Errorf("%w: %q can mean %d accounts; say which as EMAIL@SERVER", errUsage, cmd.Name, len(found))
	}
	if err := file.Use(c.ctx, found[0].Account()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "From now on commands speak for %s.\n", printable(found[0].Account().String()))
	return err
}

type logoutCommand struct {
	All bool `help:"Sign out of every account."`
}

// Run ends sessions and forgets their tokens, the latter even when no server
// answers.
func (cmd logoutCommand) Run(c *console) error {
	file, err := credentialsFile(c)
	if err != nil {
		return err
	}
	kept, err := file.Accounts()
	switch {
	case errors.Is(err, client.ErrSignedOut):
		_, err = fmt.Fprintln(c.out, "You were not signed in.")
		return err
	case err != nil: // nothing in it can be used
		return errors.Join(file.Remove(c.ctx), unended(err))
	}
	leaving := kept.All
	if !cmd.All {
		one, err := choose(c, file)
		if err != nil {
			return err
		}
		leaving = []client.Credentials{one}
	}
	var told error
	for _, credentials := range leaving {
		told = errors.Join(told, leave(c, file, credentials))
	}
	return told
}

// leave signs out of one account.
func leave(c *console, file *client.CredentialsFile, kept client.Credentials) error {
	told := tell(c, kept)
	if err := file.Forget(c.ctx, kept.Account()); err != nil {
		return err
	}
	if told != nil {
		return unended(told)
	}
	_, err := fmt.Fprintf(c.out, "Signed out of %s as %s.\n", kept.Server, printable(kept.Email))
	return err
}

func unended(err error) error {
	return fmt.Errorf("the tokens here are forgotten, but the session could not be ended: %w", err)
}

// tell ends the session at the server that keeps it.
func tell(c *console, kept client.Credentials) error {
	api, err := client.New(kept.Server, nil)
	if err != nil {
		return err
	}
	return api.Logout(c.ctx, kept.RefreshToken)
}
