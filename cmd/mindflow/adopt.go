package main

import (
	"errors"
	"fmt"
	"io"

	"mindflow/internal/app"
	"mindflow/internal/store"
)

type adoptCommand struct {
	Apply bool `help:"Do it. Without it, only what would become of what is said."`
	JSON  bool `name:"json" help:"Print each remark, and the numbers in the end, as a line of JSON."`
}

// Run says what becomes of every value that becomes another one, and with
// --apply makes it so.
func (cmd adoptCommand) Run(c *console) error {
	return withSchema(c, func(schema *store.Schema) error {
		report, err := app.Adopt(c.ctx, schema, c.clock(), cmd.Apply, app.AdoptListener{
			Remark:   func(r app.AdoptRemark) error { return cmd.say(c.out, r) },
			Progress: func(tasks int) { fmt.Fprintf(c.err, "\r%d tasks", tasks) },
		})
		if report.Tasks >= app.AdoptStep {
			fmt.Fprintln(c.err)
		}
		if err != nil && report.Accounts == 0 {
			return err // before there was anything to look at
		}
		return errors.Join(err, cmd.print(c.out, report))
	})
}

func (cmd adoptCommand) say(to io.Writer, r app.AdoptRemark) error {
	if cmd.JSON {
		return writeJSON(to, printedRemark(r))
	}
	_, err := fmt.Fprintf(to, "%s %s %s %s\n", r.Table, r.ID, r.Field, r.Message)
	return err
}

func (cmd adoptCommand) print(to io.Writer, r app.Adoption) error {
	if cmd.JSON {
		return writeJSON(to, printedAdoption(r))
	}
	did := "are adopted"
	if !r.Applied {
		did = "would be adopted (nothing was changed)"
	}
	_, err := fmt.Fprintf(to, "%d accounts (%d of them disabled), %d tasks and %d entries of their audit logs %s; %d rows belong to nobody and go to system_events; %d values become others.\n",
		r.Accounts, r.Disabled, r.Tasks, r.Entries, did, r.System, r.Changed)
	if err == nil && !r.Applied && r.Refused == 0 {
		_, err = fmt.Fprintln(to, "Make a backup, stop the Python service, then run it again with --apply.")
	}
	return err
}

// printedAdoption and printedRemark are what scripts read.
type (
	printedAdoption struct {
		Applied  bool `json:"applied"`
		Accounts int  `json:"accounts"`
		Disabled int  `json:"disabled"`
		Tasks    int  `json:"tasks"`
		Entries  int  `json:"audit_entries"`
		System   int  `json:"system_entries"`
		Changed  int  `json:"changed_values"`
		Refused  int  `json:"refused"`
	}
	printedRemark struct {
		Table   string `json:"table"`
		ID      string `json:"id"`
		Field   string `json:"field"`
		Message string `json:"message"`
		Refused bool   `json:"refused"`
	}
)
