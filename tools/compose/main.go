// Command compose reads a compose file as the Compose specification says, with
// its schema and its rules, and prints what it comes to: compose FILE [PROFILE…].
// Variables are those of the environment alone.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	options, err := cli.NewProjectOptions(args[:1], cli.WithOsEnv, cli.WithProfiles(args[1:]), cli.WithConsistency(true), cli.WithNormalization(true))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return err
	}
	raw, err := project.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(raw)
	return err
}
