package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/app"
)

func newGuard() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Run the guard of deletions alone",
		Long: "Run the guard of deletions: an address that callers use in the place of GitHub's API and registry,\n" +
			"with their own credentials. Deletions of package versions that an image still needs are refused;\n" +
			"everything else passes as it came. Logs go to stderr, one JSON object a line.\n\n" +
			"Configuration comes from the environment; a secret's name with _FILE takes the path of a file:\n\n" +
			environmentHelp(app.GuardVariables()) + "\n" + environmentHelp(guardShared()) + "\n\n" +
			tracesHelp() +
			"`checkrein serve` runs a guard as well when any CHECKREIN_GUARD_ variable is set.\n\n" +
			"Exit codes: 0 it was stopped; 1 it could not listen, or failed while it ran; 2 wrong usage or\n" +
			"configuration, or a database that cannot be opened as it is. One that is away is waited for.",
		Example: "  checkrein guard\n" +
			"  curl -i -X DELETE -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8081/orgs/ACME/packages/container/APP/versions/ID\n\n" +
			"  # before a registry of your own\n" +
			"  CHECKREIN_GUARD_REGISTRY_URL=http://127.0.0.1:5000 checkrein guard\n" +
			"  curl -i -X DELETE http://127.0.0.1:8081/v2/ACME/APP/manifests/DIGEST",
		Args: takes(0, "no arguments: everything comes from the environment"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			config, err := app.ReadGuardConfig(ctx, os.LookupEnv)
			if err != nil {
				return &exit{exitUsage, err}
			}
			g, err := app.NewGuard(ctx, config, version, cmd.ErrOrStderr())
			if err != nil {
				return notStarted(ctx, err)
			}
			if err := g.Run(ctx); err != nil {
				return &exit{exitProblem, err}
			}
			return nil
		},
	}
	cmd.AddCommand(newGuardLog())
	return cmd
}

// guardShared are the variables that the guard has in common with `checkrein serve`.
func guardShared() []app.Variable {
	return []app.Variable{
		{Name: "CHECKREIN_DATABASE_URL", Default: "sqlite:checkrein-guard.db", Says: "where the journal is kept (or CHECKREIN_DATABASE_URL_FILE)"},
		{Name: "CHECKREIN_ADMIN_LISTEN", Default: "127.0.0.1:9090", Says: "where /healthz, /readyz and /metrics are served"},
		{Name: "CHECKREIN_LOG_LEVEL", Default: "info", Says: "debug, info, warn or error"},
	}
}
