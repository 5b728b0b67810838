package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make a token for a script, and print it."`
	List   tokenListCommand   `cmd:"" help:"List your tokens."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token."`
}

// Help says what tokens are for.
func (tokenCommand) Help() string {
	return `A token lets a script act for you, within scopes, until it expires or you revoke it. Scripts take it from $MINDFLOW_TOKEN; the server is then that of --server, else of $MINDFLOW_SERVER, else http://127.0.0.1:8000.

These commands themselves need you to be signed in: no token makes, lists or revokes tokens.`
}

type tokenCreateCommand struct {
	Name  []string `arg:"" help:"What you call it."`
	Scope []string `placeholder:"SCOPE" enum:"account:read,tasks:read,tasks:write" default:"tasks:read,tasks:write" help:"What it may do: ${enum}. May be repeated; else it reads and changes tasks."`
	Days  int      `placeholder:"N" help:"In how many days it expires, 365 at the most; else in 90."`
	JSON  bool     `name:"json" help:"Print the server's answer as JSON."`
}

// Run makes a token. The token alone goes to standard output, so that a script
// can take it from there.
func (cmd tokenCreateCommand) Run(c *console) error {
	if cmd.Days < 0 {
		return fmt.Errorf("%w: --days is from 1 to %d", errUsage, mindflow.MaxTokenDays)
	}
	api, err := inPerson(c)
	if err != nil {
		return err
	}
	made, err := api.MakeToken(c.ctx, client.TokenDraft{Name: strings.Join(cmd.Name, " "), Scopes: cmd.Scope, Days: cmd.Days})
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, made)
	}
	fmt.Fprintf(c.err, "Made the token %s for %s, until %s. It is shown only now; scripts take it from %s.\n",
		printable(made.Name), printable(strings.Join(made.Scopes, ", ")), c.minute(made.ExpiresAt), tokenVariable)
	_, err = fmt.Fprintln(c.out, printable(made.Secret))
	return err
}

type tokenListCommand struct {
	JSON bool `name:"json" help:"Print the tokens as JSON."`
}

// Run lists tokens.
func (cmd tokenListCommand) Run(c *console) error {
	api, err := inPerson(c)
	if err != nil {
		return err
	}
	tokens, err := api.Tokens(c.ctx)
	switch {
	case err != nil:
		return err
	case cmd.JSON:
		return writeJSON(c.out, append([]client.Token{}, tokens...))
	case len(tokens) == 0:
		_, err := fmt.Fprintln(c.err, `You have no tokens. Make one: mindflow token create "…"`)
		return err
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSCOPES\tLAST USED\tEXPIRES")
	for _, t := range tokens {
		used := "never"
		if t.LastUsedAt != nil {
			used = c.minute(*t.LastUsedAt)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", shortID(t.ID), oneLine(t.Name), oneLine(strings.Join(t.Scopes, " ")), used, c.minute(t.ExpiresAt))
	}
	return table.Flush()
}

// minute is an instant of the server's, by the machine's clock.
func (c *console) minute(said string) string {
	at, err := time.Parse(time.RFC3339Nano, said)
	if err != nil {
		return printable(said)
	}
	return at.In(c.local).Format("2006-01-02 15:04")
}

type tokenRevokeCommand struct {
	Token []string `arg:"" help:"The token: its name, its id, or the beginning or end of that."`
}

// Run ends the token that is meant.
func (cmd tokenRevokeCommand) Run(c *console) error {
	api, err := inPerson(c)
	if err != nil {
		return err
	}
	tokens, err := api.Tokens(c.ctx)
	if err != nil {
		return err
	}
	t, err := meantToken(tokens, strings.Join(cmd.Token, " "))
	if err != nil {
		return err
	}
	if err := api.RevokeToken(c.ctx, t.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "Revoked the token %s (%s). From now on it admits nobody.\n", printable(t.Name), shortID(t.ID))
	return err
}

// meantToken is the one token that is called so.
func meantToken(tokens []client.Token, said string) (client.Token, error) {
	var found []client.Token
	for _, t := range tokens {
		id := t.ID.String()
		if t.Name == said || strings.HasPrefix(id, strings.ToLower(said)) || strings.HasSuffix(id, strings.ToLower(said)) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		return client.Token{}, errors.New(`there is no such token; "mindflow token list" lists yours`)
	case 1:
		return found[0], nil
	}
	return client.Token{}, fmt.Errorf("%w: %d tokens are called so; say which by its id", errUsage, len(found))
}
