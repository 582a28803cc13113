package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/app"
)

func newServe() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the GitHub App",
		Long: "Run the GitHub App: take webhooks in on POST /webhook, judge every head of every open pull request\n" +
			"and merge group, and post the required check run. Logs go to stderr, one JSON object a line.\n\n" +
			"Configuration comes from the environment; a name with _FILE takes the path of a file:\n\n" + environmentHelp(app.Variables()) + "\n\n" +
			"When any of these is set, the guard of deletions runs as well (see `checkrein guard --help`):\n\n" +
			environmentHelp(app.GuardVariables()) + "\n\n" +
			tracesHelp() +
			"What keeps it from starting is told in a line of text on stderr. SIGTERM and Ctrl-C stop it within\n" +
			"10 seconds. `checkrein doctor` tells whether GitHub accepts the key and delivers.\n\n" +
			"Exit codes: 0 it was stopped; 1 it could not listen, or failed while it ran; 2 wrong usage or\n" +
			"configuration, or a database that cannot be opened as it is. One that is away is waited for.",
		Example: "  GITHUB_APP_ID=1234 GITHUB_APP_PRIVATE_KEY_FILE=key.pem GITHUB_WEBHOOK_SECRET_FILE=secret checkrein serve",
		Args:    takes(0, "no arguments: everything comes from the environment"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			config, err := app.ReadConfig(ctx, os.LookupEnv)
			if err != nil {
				return &exit{exitUsage, err}
			}
			a, err := app.New(ctx, config, version, cmd.ErrOrStderr())
			if err != nil {
				return notStarted(ctx, err)
			}
			if err := a.Run(ctx); err != nil {
				return &exit{exitProblem, err}
			}
			return nil
		},
	}
}

// tracesHelp tells of OpenTelemetry's variables.
func tracesHelp() string {
	return "Traces are sent where OpenTelemetry's variables say; these and what else its SDK and OTLP exporter read:\n\n" +
		environmentHelp(app.TraceVariables()) + "\n\n"
}

// environmentHelp lists the variables, one a line.
func environmentHelp(all []app.Variable) string {
	var b strings.Builder
	width := 28
	for _, v := range all {
		width = max(width, len(v.Name))
	}
	for _, v := range all {
		fmt.Fprintf(&b, "  %-*s %s", width, v.Name, v.Says)
		if v.Default != "" {
			fmt.Fprintf(&b, " (default %s)", v.Default)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}
