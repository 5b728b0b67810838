// Command mindflow is the server and its tools in one binary: it reads the
// settings, wires the rooms together, and runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // time zones, wherever it runs

	_ "golang.org/x/crypto/x509roots/fallback" // certificate authorities, wherever it runs
)

// version is the product's. A package's build says it more closely.
var version = "7.0.0"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line.
type commands struct {
	Help   bool   `short:"h" help:"Show context-sensitive help."`
	Chosen chosen `embed:"" group:"whose"`

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	User    userCommand    `cmd:"" help:"Look after the accounts of this server's database."`
	Import  importCommand  `cmd:"" help:"Import tasks from another program's file, straight to the database."`
	Backup  backupCommand  `cmd:"" help:"Write all that the database holds to a file, while the server runs."`
	Restore restoreCommand `cmd:"" help:"Fill an empty database with a backup."`
	Health  healthCommand  `cmd:"" help:"Ask whether a server is ready: exit code 0 if it is, 1 if not."`
	Doctor  doctorCommand  `cmd:"" help:"Look at a running installation, and say what to do."`
	Openapi openapiCommand `cmd:"" hidden:"" help:"Print the OpenAPI document."`
	Manual  manualCommand  `cmd:"" hidden:"" help:"Print the manual page."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Completion completionCommand `cmd:"" help:"Print what makes a shell complete mindflow's commands."`
	Complete   completeCommand   `cmd:"" hidden:"" passthrough:"" help:"Complete a command line."`

	Next     nextCommand     `cmd:"" group:"person" help:"What should I do now?"`
	Add      addCommand      `cmd:"" group:"person" help:"Add a task."`
	List     listCommand     `cmd:"" group:"person" help:"List tasks."`
	Show     showCommand     `cmd:"" group:"person" help:"Show a task, with its steps and what it waits for."`
	Edit     editCommand     `cmd:"" group:"person" help:"Change a task."`
	Done     doneCommand     `cmd:"" group:"person" help:"Mark a task done."`
	Reopen   reopenCommand   `cmd:"" group:"person" help:"Make a task open again that was done."`
	Skip     skipCommand     `cmd:"" group:"person" help:"Give up the present occurrence of a task that repeats."`
	Snooze   snoozeCommand   `cmd:"" group:"person" help:"Put a task out of sight until later."`
	Block    blockCommand    `cmd:"" group:"person" help:"Make a task wait for others."`
	Unblock  unblockCommand  `cmd:"" group:"person" help:"Make it wait no more."`
	Move     moveCommand     `cmd:"" group:"person" help:"Put a task somewhere else in your own order."`
	Delete   deleteCommand   `cmd:"" group:"person" help:"Put a task into the trash, with its steps."`
	Bulk     bulkCommand     `cmd:"" group:"person" help:"Change many tasks alike, with one undo."`
	Projects projectsCommand `cmd:"" group:"person" help:"Look after your projects."`
	Trash    trashCommand    `cmd:"" group:"person" help:"Look through what was deleted, and bring it back."`
	Changes  changesCommand  `cmd:"" group:"person" help:"List what has happened, and what can be undone."`
	Undo     undoCommand     `cmd:"" group:"person" help:"Take a change back."`
	Export   exportCommand   `cmd:"" group:"person" help:"Write all your tasks to a file."`
	Login    loginCommand    `cmd:"" group:"person" help:"Sign in to a server."`
	Logout   logoutCommand   `cmd:"" group:"person" help:"Sign out again."`
	Accounts accountsCommand `cmd:"" group:"person" help:"List the accounts you are signed in to."`
	Use      useCommand      `cmd:"" group:"person" help:"Choose the account that commands speak for."`
	Token    tokenCommand    `cmd:"" group:"person" help:"Let scripts act for you: make, list and revoke tokens."`

	Templates templatesCommand `cmd:"" group:"person" help:"Make tasks and projects again and again."`
}

// chosen is whom a command shall speak for, and where.
type chosen struct {
	Account string `placeholder:"EMAIL[@SERVER]" complete:"accounts" help:"The account; else $$MINDFLOW_ACCOUNT, else the current one."`
	Server  string `placeholder:"URL" complete:"servers" help:"The server; else $$MINDFLOW_SERVER, else the account's."`
}

// console is what a command speaks to: its arguments' environment, the streams
// it reads and writes, and where and when the person is.
type console struct {
	ctx    context.Context //nolint:containedctx // ends with the program
	env    map[string]string
	in     io.Reader
	out    io.Writer
	err    io.Writer
	clock  func() time.Time
	local  *time.Location       // the machine's
	chosen chosen               // by the flags
	listen func(address string) // told where a server listens
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks to finish, a second one ends the program at once
	code := run(os.Args[1:], &console{
		ctx: ctx, env: environment(os.Environ()), in: os.Stdin, out: os.Stdout, err: os.Stderr,
		clock: time.Now, local: time.Local, listen: func(string) {},
	})
	stop()
	os.Exit(code)
}

func environment(pairs []string) map[string]string {
	env := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

// errUsage marks a mistake in how a command was called.
var errUsage = errors.New("wrong usage")

// misuse is a command line that is written wrongly.
type misuse struct{ error }

// Is makes it wrong usage.
func (misuse) Is(target error) bool { return target == errUsage }

// run runs one command line and answers its exit code.
func run(args []string, c *console) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	switch args[0] { // as people try it first
	case "help":
		args = append(slices.Clone(args[1:]), "--help")
	case "--version":
		args = []string{"version"}
	}
	var cli commands
	err := cli.run(args, c)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(c.err, "mindflow:", printable(err.Error()))
	if hint := hintAt(c, err); hint != "" {
		fmt.Fprintln(c.err, hint)
	}
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailed
}

// tree is all there is to call.
func (cli *commands) tree() *verb {
	return newVerb("mindflow", `help:"A task manager that answers one question: what should I do now?"`, reflect.ValueOf(cli).Elem(), nil)
}

func (cli *commands) run(args []string, c *console) error {
	called, err := cli.tree().parse(args)
	if err != nil {
		return misuse{err}
	}
	if cli.Help {
		return called.explain(c)
	}
	called = called.usual()
	if err := called.missing(); err != nil {
		return misuse{err}
	}
	c.chosen = cli.Chosen
	if c.chosen != (chosen{}) && called.group() != "person" {
		return fmt.Errorf("%w: %s speaks to no server, so --account and --server say nothing to it", errUsage, called.path())
	}
	return called.command.(runner).Run(c)
}

type versionCommand struct{}

func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, "mindflow", version)
	return err
}
