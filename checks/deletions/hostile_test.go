package deletions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/effort"
)

const head = "name: Cleanup\non:\n  schedule:\n    - cron: 0 3 * * *\njobs:\n  clean:\n    runs-on: ubuntu-latest\n    steps:\n"

func whole(files map[string]string, others ...tree.Entry) checks.Report {
	return deletions.New(policy.Default(), ruleIDs()).Run(context.Background(), checks.Change{Head: tree.Memory("head", files, others...)})
}

func rulesAt(r checks.Report) (all []string) {
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s:%d %s", f.Path, f.Line, f.Rule))
	}
	return all
}

// Whoever brings files that call each other in circles, or without end, gets an answer in
// bounded time, and never a green one.
func TestHostileCallees(t *testing.T) {
	composite := func(uses ...string) string {
		var b strings.Builder
		b.WriteString("runs:\n  using: composite\n  steps:\n")
		for _, u := range uses {
			fmt.Fprintf(&b, "    - uses: %s\n", u)
		}
		return b.String()
	}
	for _, c := range []struct {
		name  string
		files func() map[string]string
		told  string // a finding or an unread place
	}{
		{"composite actions in a circle, with a deletion in it", func() map[string]string {
			return map[string]string{
				".github/workflows/a.yml": head + "      - uses: ./a\n",
				"a/action.yml":            composite("./b"),
				"b/action.yml":            composite("./a") + "    - run: terraform destroy -auto-approve\n      shell: bash\n",
			}
		}, "b/action.yml:5 deletions/unreviewed"},
		{"make targets in a circle", func() map[string]string {
			return map[string]string{
				".github/workflows/a.yml": head + "      - run: make a\n",
				"Makefile":                "a: b\n\tmake b\nb: a\n\tterraform destroy -auto-approve\n",
			}
		}, "Makefile:4 deletions/unreviewed"},
		{"a script that runs itself", func() map[string]string {
			return map[string]string{
				".github/workflows/a.yml": head + "      - run: ./a.sh\n",
				"a.sh":                    "#!/bin/sh\n./a.sh\nbash a.sh\nterraform destroy -auto-approve\n",
			}
		}, "a.sh:4 deletions/unreviewed"},
		{"every action uses the next one ten times", func() map[string]string {
			files := map[string]string{".github/workflows/a.yml": head + "      - uses: ./a0\n"}
			for i := range 8 {
				var uses []string
				for range 10 {
					uses = append(uses, fmt.Sprintf("./a%d", i+1))
				}
				files[fmt.Sprintf("a%d/action.yml", i)] = composite(uses...)
			}
			files["a8/action.yml"] = "runs:\n  using: composite\n  steps:\n    - run: terraform destroy -auto-approve\n      shell: bash\n"
			return files
		}, "a8/action.yml:4 deletions/unreviewed"},
		{"every make target needs the next one twenty times", func() map[string]string {
			var b strings.Builder
			for i := range 50 {
				fmt.Fprintf(&b, "t%d:%s\n\tmake %s\n", i, strings.Repeat(fmt.Sprintf(" t%d", i+1), 20), strings.Repeat(fmt.Sprintf("t%d ", i+1), 20))
			}
			return map[string]string{".github/workflows/a.yml": head + "      - run: make t0\n", "Makefile": b.String()}
		}, "unread .github/workflows/a.yml"},
		{"ten thousand steps", func() map[string]string {
			return map[string]string{".github/workflows/a.yml": head + strings.Repeat("      - run: terraform destroy -auto-approve\n", 10_000)}
		}, "unread .github/workflows/a.yml"},
		{"inputs that double", func() map[string]string {
			files := map[string]string{".github/workflows/a.yml": head + "      - uses: ./a0\n        with:\n          x: aws s3 rm --recursive s3://acme\n"}
			for i := range 11 {
				files[fmt.Sprintf("a%d/action.yml", i)] = "inputs:\n  x: {}\nruns:\n  using: composite\n  steps:\n" +
					fmt.Sprintf("    - uses: ./a%d\n      with:\n        x: %s\n", i+1, strings.Repeat("${{ inputs.x }} ", 100))
			}
			files["a11/action.yml"] = "inputs:\n  x: {}\nruns:\n  using: composite\n  steps:\n    - run: ${{ inputs.x }}\n      shell: bash\n"
			return files
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := c.files()
			var r checks.Report
			if took, heap := effort.Of(func() { r = whole(files) }); effort.Measured && (took > effort.Time || heap > effort.Heap) {
				t.Errorf("took %s and %d MB", took, heap>>20)
			}
			all := rulesAt(r)
			for _, u := range r.Unread {
				all = append(all, "unread "+u.Path)
			}
			if c.told != "" && !strings.Contains("\n"+strings.Join(all, "\n")+"\n", "\n"+c.told+"\n") {
				t.Errorf("%q is not told, but %d others: %.500s", c.told, len(all), strings.Join(all, "\n"))
			}
		})
	}
}

// A symbolic link is never followed: what it leads to is not known.
func TestSymlinkedCallee(t *testing.T) {
	r := whole(map[string]string{".github/workflows/a.yml": head + "      - run: ./cleanup.sh\n"}, tree.Entry{Path: "cleanup.sh", Mode: tree.Symlink})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "deletions/unknown-callee" {
		t.Errorf("told %v", rulesAt(r))
	}
}

// A chain that is longer than files are read for is never green, also where the change
// touches only its beginning.
func TestChainBeyondTheLastRound(t *testing.T) {
	files := map[string]string{".github/workflows/a.yml": head + "      - run: ./s0.sh\n"}
	for i := range 6 {
		files[fmt.Sprintf("s%d.sh", i)] = fmt.Sprintf("#!/bin/sh\n./s%d.sh\n", i+1)
	}
	files["s6.sh"] = "#!/bin/sh\nterraform destroy -auto-approve\n"
	base := tree.Memory("base", map[string]string{"README.md": ""})
	changed := []tree.Changed{{Path: ".github/workflows/a.yml", Status: tree.Added}}
	r := deletions.New(policy.Default(), ruleIDs()).Run(t.Context(), checks.Change{Tip: base, MergeBase: base, Head: tree.Memory("head", files), Files: changed})
	if len(r.Unread) != 1 || r.Unread[0].Kind != checks.Defeated || !r.Unread[0].Touched || r.Unread[0].Path != "s3.sh" {
		t.Errorf("unread %+v, findings %v", r.Unread, rulesAt(r))
	}
}

// What stands after a bound was not looked at: whoever pads a text does not come out green.
func TestPaddedCommands(t *testing.T) {
	const step = "name: CI\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n"
	long := step + strings.Repeat("          true a\n", 10_001) + "          f() { terraform destroy -auto-approve; }; f\n"
	for name, files := range map[string]map[string]string{
		"commands":           {".github/workflows/ci.yml": long},
		"a script":           {".github/workflows/ci.yml": step + "          ./a.sh\n", "a.sh": "#!/bin/sh\n" + strings.Repeat("# padding\n", 14_000) + "f() { terraform destroy; }; f\n"},
		"a workflow too big": {".github/workflows/ci.yml": long + strings.Repeat("# padding\n", tree.MaxFile/10)},
	} {
		t.Run(name, func(t *testing.T) {
			told := slices.ContainsFunc(whole(files).Unread, func(u checks.Unread) bool { return u.Kind == checks.Defeated && files[u.Path] != "" })
			if !told {
				t.Error("nothing is undecided")
			}
		})
	}
}
