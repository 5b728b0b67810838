// Command bench measures a built MindFlow server over HTTP beside a bare net/http handler, and says which of the
// project's promises about speed and size hold. It imports nothing of the product: what it knows is the REST contract.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A whole run takes about five minutes, -size about as long; past this something hangs, and the run ends by itself.
const longestRun = 30 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command runs the program and returns its exit code: 0 measured, 1 a request failed, a part could not be measured or
// (with -strict) a bound was missed, 2 wrong usage.
func command(ctx context.Context, args []string, out, progress io.Writer) int {
	o := defaults()
	var floor, quick, strict bool
	var jsonFile, only string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&o.binary, "server", "../bin/mindflow", "the built server")
	flags.StringVar(&o.product, "product", "..", "the product's source, for its own benchmarks of ranking and routes")
	flags.StringVar(&o.dir, "dir", "", "where to make the temporary folder (default: the system's; a tmpfs makes syncs free)")
	flags.StringVar(&o.database, "database", "", "a throw-away PostgreSQL database, postgres://…, instead of a fresh SQLite file")
	flags.DurationVar(&o.duration, "duration", o.duration, "measured time of each row at each number of connections")
	flags.IntVar(&o.rounds, "rounds", o.rounds, "slices each row's time is spread over; figures are medians over them")
	flags.StringVar(&only, "only", "", "measure these rows at 16 connections and nothing else: "+strings.Join(routes, ",")+", or some of them")
	flags.BoolVar(&o.size, "size", false, "measure 500 workspaces at once and one of 100,000 tasks instead of the table")
	flags.BoolVar(&quick, "quick", false, "short slices, one round: to try the benchmark, not to quote it")
	flags.StringVar(&jsonFile, "json", "", "also write the raw numbers to this file")
	flags.BoolVar(&strict, "strict", false, "exit 1 when a bound is missed or not measured")
	flags.BoolVar(&floor, "floor", false, "serve the bare handler everything is compared with (the benchmark starts this itself)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 || o.duration <= 0 || o.rounds < 1 {
		fmt.Fprintln(progress, "bench: takes flags only, a positive -duration and at least one round; see -help")
		return 2
	}
	if o.size && only != "" {
		fmt.Fprintln(progress, "bench: -size has rows of its own, it does not go with -only")
		return 2
	}
	if floor {
		if err := serveFloor(ctx, os.Stdin, out, o.database); err != nil {
			fmt.Fprintln(progress, "bench: floor:", err)
			return 1
		}
		return 0
	}
	if quick {
		o = o.quick()
	}
	if only != "" {
		o = o.justRows(strings.Split(strings.ReplaceAll(only, " ", ""), ","))
	}
	for _, name := range o.only {
		if !slices.Contains(routes, name) {
			fmt.Fprintf(progress, "bench: there is no row %q; there are %s\n", name, strings.Join(routes, ", "))
			return 2
		}
	}
	var err error
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		fmt.Fprintln(progress, "bench:", err)
		return 1
	}

	// The generator shares the cores with what it measures, the floor as well: rarer collections disturb both less.
	debug.SetGCPercent(400)
	ctx, cancel := context.WithTimeout(ctx, longestRun)
	defer cancel()
	r := measure(ctx, o, progress)
	r.print(out)
	if jsonFile != "" {
		if err := r.save(jsonFile); err != nil {
			fmt.Fprintln(progress, "bench:", err)
			return 1
		}
	}
	if len(r.Failures) > 0 || strict && !r.allMet() {
		return 1
	}
	return 0
}
