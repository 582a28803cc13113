// Command checkrein is the product: the local check and the GitHub App.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/app/lookup"
)

// Exit codes that scripts rely on.
const (
	exitSuccess = 0
	exitProblem = 1 // failure or undecided
	exitUsage   = 2 // wrong usage or invalid policy
	exitNothing = 3 // no report could be made
)

// exit ends a verb with a code; err is printed unless it is nil.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// notStarted ends a verb that stays, unless it was stopped while it waited.
func notStarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return &exit{exitUsage, fmt.Errorf("start: %w", err)}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runWith(ctx, args, stdout, stderr, lookup.Detour{})
}

// runWith lets a test have registries of its own.
func runWith(ctx context.Context, args []string, stdout, stderr io.Writer, detour lookup.Detour) int {
	root := newRoot(detour)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitSuccess
	}
	var e *exit
	if !errors.As(err, &e) {
		e = usage(root, err) // what cobra itself refuses
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "checkrein: %v\n", e.err)
	}
	return e.code
}

func newRoot(detour lookup.Detour) *cobra.Command {
	root := &cobra.Command{
		Use:   "checkrein",
		Short: "Stops five outages before they happen",
		Long: "Checkrein judges changes to infrastructure before they are merged: on your machine with\n" +
			"`checkrein check`, as a GitHub App with `checkrein serve`, which `checkrein setup` registers.\n" +
			"`checkrein guard` refuses deletions of images that people still pull.",
		Example:           "  checkrein check              # what this branch changes\n  checkrein check --all        # everything in this repository",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.AddCommand(newCheck(detour), newServe(), newGuard(), newStore(), newSetup(), newDoctor(), newRules(), newVersion())
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, err) })
	return root
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [VERB]",
		Short:   "Show the help of a verb",
		Example: "  checkrein help check",
		RunE: func(cmd *cobra.Command, args []string) error {
			verb, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(cmd.Root(), fmt.Errorf("there is no verb %q", strings.Join(args, " ")))
			}
			verb.InitDefaultHelpFlag()
			return verb.Help()
		},
	}
}

// usage is the error of wrong usage; it says whose help to read.
func usage(cmd *cobra.Command, err error) *exit {
	return &exit{exitUsage, fmt.Errorf("%w\nSee %s --help", err, cmd.CommandPath())}
}

// takes accepts at most so many arguments; what names them in words.
func takes(most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= most {
			return nil
		}
		return usage(cmd, fmt.Errorf("%s takes %s: %q is too much", cmd.Name(), what, args[most]))
	}
}
