package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/app/doctor"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
)

const doctorLong = `Examine whether the GitHub App is set up so that it can do what it is for: its key, permissions,
events and webhook, what became of recent deliveries, where it is installed, and for each
repository whether the check is required on the default branch and bound to this App. It reads
the same environment as ` + "`checkrein serve`" + ` and can run beside it: the store is not opened.

--fix prints, for each repository that needs it, the ruleset that requires the check, and a
command that adds it. With an administrator's token, in GITHUB_TOKEN or with --token-file, it
adds them itself and looks again. Rules that are there are never changed or removed.

Exit codes: 0 all is fine, warnings included; 1 something is bad; 2 wrong usage or
configuration; 3 nothing is bad as far as could be seen, but GitHub could not be asked everything.`

const doctorExample = `  checkrein doctor
  checkrein doctor --repository acme/shop --fix       # print what would make the check required
  checkrein doctor --fix --token-file admin-token     # do it, wherever it is missing`

// answerTime bounds how long GitHub may take to begin an answer.
const answerTime = 30 * time.Second

type doctorFlags struct {
	fix          bool
	repositories []string
	tokenFile    string
	format       string
}

func newDoctor() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:     "doctor [flags]",
		Short:   "Examine the GitHub App and whether its check is required",
		Long:    doctorLong,
		Example: doctorExample,
		Args:    takes(0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.fix, "fix", false, "print what makes the check required; with an administrator's token, do it")
	flags.StringArrayVar(&f.repositories, "repository", nil, "look only at this repository, `OWNER/NAME`; repeatable")
	flags.StringVar(&f.tokenFile, "token-file", "", "`FILE` with an administrator's token, for --fix (default: the variable GITHUB_TOKEN)")
	flags.StringVar(&f.format, "format", "text", "`FORMAT` of the report: text or json")
	return cmd
}

var ownerName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

func (f *doctorFlags) validate(cmd *cobra.Command) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format is %q: expected text or json", f.format)
	}
	for _, name := range f.repositories {
		if !ownerName.MatchString(name) {
			return fmt.Errorf("--repository is %q: expected OWNER/NAME", name)
		}
	}
	given := cmd.Flags().Changed("token-file")
	if given && f.tokenFile == "" {
		return errors.New("--token-file is empty: give it a value or leave it out")
	}
	if given && !f.fix {
		return errors.New("--token-file is for --fix: looking needs no token besides the App's own key")
	}
	return nil
}

func (f *doctorFlags) run(cmd *cobra.Command) error {
	if err := f.validate(cmd); err != nil {
		return usage(cmd, err)
	}
	config, err := app.ReadConfig(cmd.Context(), os.LookupEnv)
	if err != nil {
		return &exit{exitUsage, err}
	}
	token, err := f.token()
	if err != nil {
		return &exit{exitUsage, err}
	}
	steps := startProgress(cmd.ErrOrStderr())
	defer steps.stop()
	report, err := f.examine(cmd.Context(), config, token, func(what string) { steps.step(what, 0, 0) })
	steps.stop()
	if report != nil {
		// What was done is told even if it was cut short.
		err = errors.Join(err, f.print(cmd.OutOrStdout(), report))
	}
	switch e := (*exit)(nil); {
	case errors.As(err, &e):
		return e
	case err != nil:
		return &exit{exitNothing, err}
	}
	switch report.Result {
	case doctor.Bad:
		return &exit{code: exitProblem}
	case doctor.Unknown:
		return &exit{code: exitNothing}
	}
	return nil
}

// token is the administrator's, or empty. It is read only to be used.
func (f *doctorFlags) token() (string, error) {
	if !f.fix {
		return "", nil
	}
	if f.tokenFile == "" {
		return strings.TrimSpace(os.Getenv("GITHUB_TOKEN")), nil
	}
	data, err := os.ReadFile(f.tokenFile)
	if err != nil {
		return "", fmt.Errorf("read --token-file: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", fmt.Errorf("%s holds no token", f.tokenFile)
	}
	return token, nil
}

func (f *doctorFlags) examine(ctx context.Context, config app.Config, token string, step func(string)) (*doctor.Report, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = answerTime
	clock := doctor.NewClock(base, time.Now)
	asking := hub.Config{
		AppID: config.AppID, PrivateKeyPEM: []byte(config.PrivateKey), APIURL: config.APIURL,
		UserAgent: "checkrein/" + version, Transport: clock,
	}
	github, err := hub.New(asking)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	d := doctor.New(doctor.Config{
		GitHub:       github,
		Installation: func(id int64) doctor.Installation { return github.Installation(id) },
		AppID:        config.AppID, APIURL: config.APIURL, Owners: config.Owners, Secrets: config.WebhookSecrets,
		Manifest: checkrein.Manifest, Check: pull.Aggregated, Only: f.repositories,
		Skew: clock.Skew, Now: time.Now, Step: step,
	})
	report, err := d.Examine(ctx)
	if err != nil || !f.fix {
		return report, err
	}
	if token == "" {
		return d.Fix(ctx, nil)
	}
	person, err := hub.NewPerson(asking, token)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	return d.Fix(ctx, person)
}

func (f *doctorFlags) print(w io.Writer, report *doctor.Report) error {
	write := report.Text
	if f.format == "json" {
		write = report.JSON
	}
	if err := write(w); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
