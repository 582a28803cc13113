package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/checks/report"
	"github.com/checkrein/checkrein/registry/guard"
	"github.com/checkrein/checkrein/registry/retention"
)

type guardLogFlags struct{ pkg, since, format string }

func newGuardLog() *cobra.Command {
	var f guardLogFlags
	cmd := &cobra.Command{
		Use:   "log [flags]",
		Short: "Read the guard's journal",
		Long: "Read the guard's journal: what was refused, deleted and restored, who asked, and why it was decided\n" +
			"so. It reads the database that CHECKREIN_DATABASE_URL names, also while the guard is running.\n" +
			"The last second may be missing: outcomes are written together.\n\n" +
			"Exit codes: 0 it was read; 2 wrong usage; 3 the database cannot be read.",
		Example: "  checkrein guard log --since 24h\n  checkrein guard log --package acme/app --format json",
		Args:    takes(0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.pkg, "package", "", "only this `OWNER/PACKAGE`")
	flags.StringVar(&f.since, "since", "", "only what came after this `TIME`: 2026-01-31, 2026-01-31T12:00:00Z, or an age as 24h or 7d")
	flags.StringVar(&f.format, "format", "text", "`FORMAT`: text or json")
	return cmd
}

func (f *guardLogFlags) run(cmd *cobra.Command) error {
	if f.format != "text" && f.format != "json" {
		return usage(cmd, fmt.Errorf("--format is %q: expected text or json", f.format))
	}
	since, err := sinceTime(f.since, time.Now())
	if err != nil {
		return usage(cmd, err)
	}
	address, err := app.DatabaseURL(os.LookupEnv, "sqlite:checkrein-guard.db")
	if err != nil {
		return &exit{exitUsage, err}
	}
	all, err := store.ReadGuardLog(cmd.Context(), address, strings.ToLower(f.pkg), since)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; expected CHECKREIN_DATABASE_URL to name the database that a guard has written", err)
	}
	if err != nil {
		return &exit{exitNothing, err}
	}
	if f.format == "json" {
		return guardLogJSON(cmd.OutOrStdout(), all)
	}
	if len(all) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "checkrein: the journal holds nothing that was asked for")
	}
	return guardLogText(cmd.OutOrStdout(), all)
}

// sinceTime reads a day, a time or an age; empty is the beginning.
func sinceTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	if age, err := retention.Age(s); err == nil {
		return now.Add(-age), nil
	}
	return time.Time{}, fmt.Errorf("--since is %q: expected 2026-01-31, 2026-01-31T12:00:00Z, or an age as 24h or 7d", s)
}

func guardLogJSON(w io.Writer, all []guard.Record) error {
	if all == nil {
		all = []guard.Record{}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Format    string         `json:"format"`
		Decisions []guard.Record `json:"decisions"`
	}{"checkrein-guard/1", all})
}

func guardLogText(w io.Writer, all []guard.Record) error {
	for _, r := range all {
		// What callers and registries name is made plain piece by piece: a line ends where we end it.
		text := report.Plain(recordLine(r)) + "\n"
		if r.Why != "" {
			text += "    " + report.Plain(r.Why) + "\n"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

func recordLine(r guard.Record) string {
	what := string(r.Event)
	if r.Code != "" {
		what += " (" + r.Code + ")"
	}
	line := fmt.Sprintf("%s  %s  %s  %s by %s", r.At.UTC().Format(time.RFC3339), r.Package, what, r.Did, r.Who)
	if !strings.Contains(r.Did, r.Digest) {
		line += "  " + r.Digest
	}
	if len(r.Tags) > 0 {
		line += "  [" + strings.Join(r.Tags, ", ") + "]"
	}
	return line
}
