package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the release; the commit comes from the build.
const version = "0.1.0"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit it was built from and the Go version",
		Example: "  checkrein version",
		Args:    takes(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			commit, goVersion := build()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "checkrein %s (%s, %s)\n", version, commit, goVersion)
			return err
		},
	}
}

func build() (commit, goVersion string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown commit", "unknown go version"
	}
	commit = "unknown commit"
	if v := info.Main.Version; v != "" && v != "(devel)" {
		commit = v // what go install built from the module's version
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	return commit + dirty, info.GoVersion
}
