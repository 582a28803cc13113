package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/local"
	"github.com/checkrein/checkrein/checks/report"
	"github.com/checkrein/checkrein/checks/verdict"
)

const checkLong = `Judge a local repository. No account is needed, and without --online no network. DIR (default: here) is a git
checkout, or a folder in one: then too the whole repository is meant. With --all it may be a
plain folder.

Without --all only what changed is judged: the work tree (or --head) against the merge base
with the default branch of origin, or with --base. Findings that were there before do not block.

A migration is judged against the code and the schema that run now: what the policy lists under
checks.schema.deployed, else the newest version tag of the base and the base itself. --deployed names
commits instead, such as what an environment runs, which only GitHub knows.

With --online the registries of images are asked, anonymously: those that the policy lists under
checks.images.registries, else docker.io, ghcr.io, quay.io, registry.k8s.io, mcr.microsoft.com,
gcr.io, pkg.dev and public.ecr.aws; CHECKREIN_REGISTRIES narrows that. Then a pinned digest that is gone
is found, and what moves can be pinned. images/tag-moved takes a memory, which only the App has.
With --fix the digests are written into the files below DIR, and what came of it is judged:
nothing but the reference changes, and a second run changes nothing.

Exit codes: 0 success; 1 failure or undecided; 2 wrong usage or invalid policy; 3 no report
could be made.`

const checkExample = `  checkrein check                            # this work tree against origin's default branch
  checkrein check --base main --head fix-1   # two refs
  checkrein check --deployed v1.18.0         # migrations against what runs
  checkrein check --all                      # the whole repository, or a plain folder
  checkrein check --online                   # and ask the registries
  checkrein check --all --fix                # pin everything to digests
  checkrein check --format github            # annotations in a GitHub workflow
  checkrein check --format sarif > checkrein.sarif               # for code scanning
  checkrein check --format markdown >> "$GITHUB_STEP_SUMMARY"    # a page for the job`

type checkFlags struct {
	local.Options
	only, format string
	online, fix  bool
	detour       lookup.Detour
}

func newCheck(detour lookup.Detour) *cobra.Command {
	f := checkFlags{detour: detour}
	cmd := &cobra.Command{
		Use:     "check [flags] [DIR]",
		Short:   "Judge a local repository",
		Long:    checkLong,
		Example: checkExample,
		Args:    takes(1, "one folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Dir = "."
			if len(args) == 1 {
				f.Dir = args[0]
			}
			return f.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.Base, "base", "", "compare against this `REF` (default: merge base with the default branch of origin; without one, the first parent)")
	flags.StringVar(&f.Head, "head", "", "judge this `REF` instead of the work tree")
	flags.BoolVar(&f.All, "all", false, "judge the whole tree, not only what changed; every finding is then new")
	flags.StringArrayVar(&f.Deployed, "deployed", nil, "`REF` that runs now, repeatable (default: as the policy says, else the newest version tag of the base and the base)")
	flags.StringVar(&f.only, "only", "", "`CHECKS` to run, separated by commas: "+strings.Join(all.Names(), ", "))
	flags.StringVar(&f.Policy, "policy", "", "policy `FILE` instead of .github/checkrein.yml of the base")
	flags.StringVar(&f.format, "format", "text", "`FORMAT`: text, json, sarif, markdown or github (workflow commands)")
	flags.BoolVar(&f.online, "online", false, "look up image references at their registries")
	flags.BoolVar(&f.fix, "fix", false, "pin what moves to the digest that its registry answers, in the files below DIR (implies --online)")
	return cmd
}

// validate refuses flags that are empty (a variable that a script did not set) or do
// not go together.
func (f *checkFlags) validate(cmd *cobra.Command) error {
	for _, name := range []string{"base", "head", "only", "policy"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
			return fmt.Errorf("--%s is empty: give it a value or leave it out", name)
		}
	}
	if slices.Contains(f.Deployed, "") {
		return errors.New("--deployed is empty: give it a branch, tag or commit, or leave it out")
	}
	if f.All && f.Base != "" {
		return errors.New("--all judges the whole tree, so --base has no meaning with it: leave one out")
	}
	if f.fix && f.Head != "" {
		return errors.New("--fix edits the work tree, so --head has no meaning with it: leave one out")
	}
	if !slices.Contains([]string{"text", "json", "sarif", "markdown", "github"}, f.format) {
		return fmt.Errorf("--format is %q: expected text, json, sarif, markdown or github", f.format)
	}
	if f.only == "" {
		return nil
	}
	for name := range strings.SplitSeq(f.only, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(all.Names(), name) {
			return fmt.Errorf("--only names %q: expected %s", name, strings.Join(all.Names(), ", "))
		}
		f.Only = append(f.Only, name)
	}
	slices.Sort(f.Only)
	f.Only = slices.Compact(f.Only)
	return nil
}

func (f *checkFlags) run(cmd *cobra.Command) error {
	if err := f.validate(cmd); err != nil {
		return usage(cmd, err)
	}
	steps := startProgress(cmd.ErrOrStderr())
	defer steps.stop()
	step, restore := collectLess(steps.step)
	defer restore()
	f.Today, f.Step = time.Now().UTC(), step
	f.OnPanic = func(value any, stack []byte) {
		fmt.Fprintf(cmd.ErrOrStderr(), "checkrein: a check panicked: %v\n%s\n", value, stack)
	}
	if f.online || f.fix {
		var err error
		if f.Resolver, err = resolver(f.detour); err != nil {
			return &exit{exitUsage, err}
		}
	}
	began := time.Now()
	result, err := f.judge(cmd, steps)
	if err != nil {
		return explain(err)
	}
	if err := f.print(cmd.OutOrStdout(), result, time.Since(began)); err != nil {
		return &exit{exitNothing, fmt.Errorf("write the report: %w", err)}
	}
	if result.Verdict.Conclusion != verdict.Success {
		return &exit{code: exitProblem}
	}
	return nil
}

// Garbage is collected less often in a process that ends soon, as long as the repository
// is of a usual size: beyond usualFiles what is in use may itself come near the limit.
const (
	usualHeap  = 110 << 20 // bytes; the process stays below 150 MB
	usualFiles = 10_000
)

// collectLess lets the heap grow to four times what is in use, up to usualHeap. step
// lifts that where there are more files; restore takes all of it back. An operator's own
// GOGC stays.
func collectLess(next func(what string, done, total int)) (step func(what string, done, total int), restore func()) {
	if os.Getenv("GOGC") != "" {
		return next, func() {}
	}
	const percent = 300
	before, limit := debug.SetGCPercent(percent), debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(usualHeap)
	restore = func() {
		debug.SetGCPercent(before)
		debug.SetMemoryLimit(limit)
	}
	return func(what string, done, total int) {
		if total > usualFiles {
			restore()
		}
		next(what, done, total)
	}, restore
}

// judge judges, and with --fix edits and judges what came of it.
func (f *checkFlags) judge(cmd *cobra.Command, steps *progress) (*local.Result, error) {
	result, err := local.Judge(cmd.Context(), f.Options)
	if err != nil || !f.fix {
		steps.stop()
		return result, err
	}
	fixed, err := local.Fix(f.Dir, result)
	if err == nil && len(fixed.Edits) > 0 {
		result, err = local.Judge(cmd.Context(), f.Options)
	}
	steps.stop()
	if err == nil {
		tellFixed(cmd.ErrOrStderr(), fixed)
	}
	return result, err
}

// explain gives an error of judging its exit code.
func explain(err error) error {
	if invalid := (*local.PolicyError)(nil); errors.As(err, &invalid) || errors.Is(err, local.ErrNoPolicy) {
		return &exit{exitUsage, err}
	}
	return &exit{exitNothing, err}
}

func (f *checkFlags) print(w io.Writer, r *local.Result, took time.Duration) error {
	told := &report.Result{
		Tool: "checkrein " + version, Base: r.Base, Head: r.Head, Compared: r.Compared(), Verdict: r.Verdict, Duration: took,
		ShowImages: f.All || slices.Equal(f.Only, []string{"images"}),
	}
	switch f.format {
	case "json":
		return report.JSON(w, told)
	case "sarif":
		return report.SARIF(w, told, all.Rules(), pull.RulesURL)
	case "markdown":
		return report.Markdown(w, told, pull.RulesURL)
	case "github":
		return report.GitHub(w, told)
	}
	return report.Text(w, told, style(w))
}

// style is the terminal's: colour is for terminals only, and not where NO_COLOR is set.
func style(w io.Writer) report.Style {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return report.Style{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		width = 0
	}
	return report.Style{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: width}
}
