package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/setup"
	"github.com/checkrein/checkrein/checks/report"
)

const setupLong = `Register the GitHub App from a page on this machine. The page asks for the organisation and for
the address at which GitHub will reach ` + "`checkrein serve`" + `; GitHub shows what the App may do, and
creates it when its owner presses the button. The credentials come back to this command: into a
file that only you can read, or to stdout. They pass through no page.

The page is served on loopback, at an address that nobody else knows, and ends by itself: when the
App is registered, or after 15 minutes. On another machine, forward the same port:
ssh -L 8400:127.0.0.1:8400 HOST checkrein setup --listen 127.0.0.1:8400

Exit codes: 0 the App is registered and its credentials are written; 1 it is not, and the line on
stderr says what is left behind; 2 wrong usage, or the file is there already.`

const setupExample = `  checkrein setup
  checkrein setup --organization acme --webhook-url https://checkrein.example.com/webhook
  checkrein setup --github github.example.com --out /etc/checkrein/checkrein.env`

type setupFlags struct {
	github, organization, webhook string
	listen, out                   string
	print, force                  bool
}

func newSetup() *cobra.Command {
	var f setupFlags
	cmd := &cobra.Command{
		Use:     "setup [flags]",
		Short:   "Register the GitHub App in a browser",
		Long:    setupLong,
		Example: setupExample,
		Args:    takes(0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.organization, "organization", "", "suggest this `ORGANISATION` on the page (default: your own account)")
	flags.StringVar(&f.webhook, "webhook-url", "", "suggest this `URL` on the page: where GitHub reaches checkrein serve")
	flags.StringVar(&f.github, "github", "github.com", "suggest this `HOST` on the page: github.com, or an Enterprise Server")
	flags.StringVar(&f.out, "out", "checkrein.env", "write the credentials to this `FILE`, as the environment of checkrein serve")
	flags.BoolVar(&f.force, "force", false, "overwrite the file")
	flags.BoolVar(&f.print, "print", false, "print the credentials to stdout, and write no file")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "serve the page at this `ADDRESS` of this machine; port 0: a free one")
	return cmd
}

func (f *setupFlags) run(cmd *cobra.Command) error {
	file := setup.File{Path: f.out, Force: f.force}
	if err := f.validate(cmd, file); err != nil {
		return usage(cmd, err)
	}
	listener, err := setup.Listen(cmd.Context(), f.listen)
	if err != nil {
		return usage(cmd, fmt.Errorf("--listen: %w", err))
	}
	defer listener.Close()
	stdout, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	s, err := setup.New(setup.Config{
		Manifest: checkrein.Manifest, GitHub: f.github, Organization: f.organization, Webhook: f.webhook,
		Redeem: func(ctx context.Context, api, code string) (hub.Registered, error) {
			return hub.Redeem(ctx, hub.Config{APIURL: api, UserAgent: "checkrein/" + version}, code)
		},
		Keep: func(app setup.App) (string, error) { return f.keep(app, file, stdout) },
		Tell: func(text string) { fmt.Fprintln(stderr, "checkrein: "+report.Plain(text)) },
	}, listener)
	if err != nil {
		return &exit{exitUsage, err}
	}
	fmt.Fprintf(stderr, "Open this address in a browser on this machine, within %d minutes; Ctrl-C ends it:\n\n  %s\n\n", int(setup.Life.Minutes()), s.URL())
	app, err := s.Run(cmd.Context())
	if err != nil {
		return &exit{exitProblem, err}
	}
	result := stdout
	if f.print {
		result = stderr // stdout is the environment and nothing else
	}
	return f.next(result, app)
}

func (f *setupFlags) validate(cmd *cobra.Command, file setup.File) error {
	for _, name := range []string{"out", "github", "organization", "webhook-url"} {
		if value := cmd.Flags().Lookup(name); value.Changed && value.Value.String() == "" {
			return fmt.Errorf("--%s is empty: give it a value or leave it out", name)
		}
	}
	if f.print && (f.force || cmd.Flags().Changed("out")) {
		return errors.New("--print writes no file: leave --out and --force away")
	}
	if err := setup.Suggestions(f.github, f.organization, f.webhook); err != nil {
		return err
	}
	if f.print {
		return nil
	}
	return file.Check()
}

// keep is where the credentials go.
func (f *setupFlags) keep(app setup.App, file setup.File, stdout io.Writer) (string, error) {
	text, err := app.Environment()
	if err != nil {
		return "", err
	}
	if f.print {
		_, err := io.WriteString(stdout, text)
		return "what this command printed", err
	}
	if err := file.Write(text); err != nil {
		return "", err
	}
	return f.path(), nil
}

// path is the file's whole one: the page is read far from the working directory.
func (f *setupFlags) path() string {
	if whole, err := filepath.Abs(f.out); err == nil {
		return whole
	}
	return f.out
}

// next says what is left to do.
func (f *setupFlags) next(w io.Writer, app setup.App) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Registered %s (App %d) for %s: %s\n", report.Plain(app.Name), app.ID, report.Plain(app.Owner), app.Page())
	load := ""
	if !f.print {
		fmt.Fprintf(&b, "Its credentials are in %s, readable by you only.\n", report.Plain(f.path()))
		load = "set -a; . " + quote(f.path()) + "; set +a"
	}
	fmt.Fprintf(&b, "\n1. Install it on repositories:  %s\n", app.InstallURL())
	if load != "" {
		fmt.Fprintf(&b, "2. Start it:                    %s; checkrein serve\n", load)
	} else {
		b.WriteString("2. Start it:                    checkrein serve, with the printed environment\n")
	}
	b.WriteString("3. See whether all is well:     checkrein doctor, with the same environment\n" +
		"4. Make its check required:     checkrein doctor --fix\n")
	if app.WebhookSecret == "" {
		fmt.Fprintf(&b, "\nGitHub made no webhook secret: set one at %s, and as GITHUB_WEBHOOK_SECRET.\n", app.Page())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quote is text as one word of a shell.
func quote(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-", r)
	}) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return text
}
