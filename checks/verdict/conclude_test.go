package verdict

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
)

// today is a moment late on the day, west of Greenwich: in UTC it is 2026-07-01.
func today() time.Time {
	return time.Date(2026, 6, 30, 20, 0, 0, 0, time.FixedZone("UTC-5", -5*3600))
}

// The dimensions of a judgement. Every combination is judged.
var (
	rules      = []string{"images/mutable-tag", "schema/unread", "policy/loosened"}
	severities = []string{"block", "warn", "note", "off"}
	ages       = []string{"new", "old"}
	levels     = []string{"block", "warn", "off"}
	unreads    = []string{"none", "unsupported", "defeated elsewhere", "defeated here", "failed"}
	places     = []string{"app", "command line"}
	waived     = []string{"none", "exception", "exception ending", "exception ended", "exception far", "exception without reason",
		"ignore", "ignore added", "ignore ended", "ignore malformed", "yes", "yes to ignore"}
)

// decisions say what must come out, in words; the first row that fits decides. A
// column: rule, severity, age, level, waiver, place, unread; * fits all.
const decisions = `
images/mutable-tag | *     | *   | off   | *                        | *            | *                  | success nothing
schema/unread      | *     | *   | off   | *                        | *            | *                  | success nothing
policy/loosened    | off   | *   | *     | *                        | *            | none               | success quiet
policy/loosened    | block | new | *     | yes                      | *            | failed             | undecided waived
policy/loosened    | block | new | *     | yes                      | *            | defeated here      | undecided waived
policy/loosened    | block | new | *     | yes                      | *            | *                  | success waived
policy/loosened    | block | new | *     | *                        | *            | *                  | failure stands
policy/loosened    | *     | *   | *     | *                        | *            | defeated here      | undecided
policy/loosened    | *     | *   | *     | *                        | *            | failed             | undecided
policy/loosened    | *     | *   | *     | *                        | *            | *                  | success
*                  | off   | *   | block | *                        | *            | failed             | undecided
*                  | off   | *   | block | *                        | *            | defeated here      | undecided
*                  | off   | *   | *     | *                        | *            | *                  | success quiet
*                  | block | new | block | yes                      | *            | failed             | undecided waived
*                  | block | new | block | yes                      | *            | defeated here      | undecided waived
*                  | block | new | block | yes                      | *            | *                  | success waived
*                  | *     | *   | warn  | yes to ignore            | *            | *                  | success waived
*                  | *     | *   | block | yes to ignore            | *            | failed             | undecided waived
*                  | *     | *   | block | yes to ignore            | *            | defeated here      | undecided waived
*                  | *     | *   | block | yes to ignore            | *            | *                  | success waived
*                  | *     | *   | warn  | exception                | *            | *                  | success waived
*                  | *     | *   | warn  | exception ending         | *            | *                  | success waived
*                  | *     | *   | warn  | ignore                   | *            | *                  | success waived
*                  | *     | *   | warn  | ignore added             | command line | *                  | success waived
*                  | block | *   | warn  | *                        | *            | *                  | success lowered
*                  | *     | *   | warn  | *                        | *            | *                  | success stands
*                  | *     | *   | block | exception                | *            | failed             | undecided waived
*                  | *     | *   | block | exception                | *            | defeated here      | undecided waived
*                  | *     | *   | block | exception                | *            | *                  | success waived
*                  | *     | *   | block | exception ending         | *            | failed             | undecided waived
*                  | *     | *   | block | exception ending         | *            | defeated here      | undecided waived
*                  | *     | *   | block | exception ending         | *            | *                  | success waived
*                  | *     | *   | block | ignore                   | *            | failed             | undecided waived
*                  | *     | *   | block | ignore                   | *            | defeated here      | undecided waived
*                  | *     | *   | block | ignore                   | *            | *                  | success waived
*                  | *     | *   | block | ignore added             | command line | failed             | undecided waived
*                  | *     | *   | block | ignore added             | command line | defeated here      | undecided waived
*                  | *     | *   | block | ignore added             | command line | *                  | success waived
images/mutable-tag | block | new | block | *                        | *            | *                  | failure stands
schema/unread      | block | new | block | *                        | *            | *                  | undecided stands
*                  | *     | *   | block | *                        | *            | failed             | undecided stands
*                  | *     | *   | block | *                        | *            | defeated here      | undecided stands
*                  | *     | *   | block | *                        | *            | *                  | success stands
`

// situation is one combination, in the order of the columns.
type situation [7]string

func TestConclude(t *testing.T) {
	rows := parseDecisions(t)
	used := make([]bool, len(rows))
	for _, s := range situations() {
		i := decide(rows, s)
		if i < 0 {
			t.Fatalf("no row decides %q", s)
		}
		used[i] = true
		v := Conclude([]checks.Report{s.report()}, s.policy(), today(), s.options())
		if problem := disagrees(v, s, rows[i][7]); problem != "" {
			t.Errorf("%q: want %s: %s", s, rows[i][7], problem)
		}
	}
	for i, u := range used {
		if !u {
			t.Errorf("row %d decides nothing: %q", i+1, rows[i])
		}
	}
}

func parseDecisions(t *testing.T) [][]string {
	var rows [][]string
	for line := range strings.SplitSeq(strings.TrimSpace(decisions), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 8 {
			t.Fatalf("want 8 columns: %s", line)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

func decide(rows [][]string, s situation) int {
	for i, row := range rows {
		fits := true
		for column, value := range s {
			fits = fits && (row[column] == "*" || row[column] == value)
		}
		if fits {
			return i
		}
	}
	return -1
}

func situations() []situation {
	all := []situation{{}}
	for column, values := range [][]string{rules, severities, ages, levels, waived, places, unreads} {
		var next []situation
		for _, s := range all {
			for _, value := range values {
				s[column] = value
				next = append(next, s)
			}
		}
		all = next
	}
	return all
}

// options are those of the place, and what a person has said.
func (s situation) options() Options {
	o := Options{NewIgnoresCount: s[5] == "command line"}
	switch s[4] {
	case "yes":
		o.Yes = func(checks.Finding) (Consent, bool) {
			return Consent{By: "accept", People: []string{"mona"}, Reason: "known"}, true
		}
	case "yes to ignore":
		o.YesToIgnore = func(checks.Ignore) bool { return true }
	}
	return o
}

// report is what a check says in a situation: one finding, one ignore, one unread.
func (s situation) report() checks.Report {
	check, _, _ := strings.Cut(s[0], "/")
	r := checks.Report{Check: check, Files: 1, Bytes: 10, Findings: []checks.Finding{{
		Rule: s[0], Severity: checks.Severity(s[1]), New: s[2] == "new", Path: "a.yml",
		Span: checks.Span{Line: 7, EndLine: 7}, Subject: "redis:latest", Title: "it moves", Why: "Because.",
	}}}
	ignore := checks.Ignore{Path: "a.yml", Line: 6, Covers: 7, Rule: s[0], Until: "2026-12-31", Reason: "local"}
	switch s[4] {
	case "ignore added", "yes to ignore":
		ignore.New = true
	case "ignore ended":
		ignore.Until = "2026-06-30"
	case "ignore malformed":
		ignore.Reason, ignore.Rule, ignore.Problem = "", "images/*", "it must name one rule"
	}
	if strings.Contains(s[4], "ignore") {
		r.Ignores = []checks.Ignore{ignore}
	}
	unread := checks.Unread{Path: "b.yml", Kind: checks.Defeated, Reason: "too deep"}
	switch s[6] {
	case "none":
		return r
	case "unsupported":
		unread.Kind, unread.Touched = checks.Unsupported, true
	case "defeated here":
		unread.Touched = true
	case "failed":
		unread.Kind = checks.Failed
	}
	r.Unread = []checks.Unread{unread}
	return r
}

func (s situation) policy() *policy.Policy {
	p := policy.Default()
	p.Images.Level, p.Schema.Level = checks.Severity(s[3]), checks.Severity(s[3])
	e := policy.Exception{Rule: s[0], Path: "*.yml", Reason: "local", Source: policy.Path, Line: 9,
		Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	switch s[4] {
	case "exception ending":
		e.Until = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	case "exception ended":
		e.Until = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	case "exception far":
		e.Until = time.Date(2027, 7, 2, 0, 0, 0, 0, time.UTC)
	case "exception without reason":
		e.Reason, e.Problem = "", "it gives no reason"
	}
	if strings.HasPrefix(s[4], "exception") {
		p.Exceptions = []policy.Exception{e}
	}
	return p
}

// disagrees compares a verdict with a decision; it checks what must hold for all too.
func disagrees(v Verdict, s situation, decision string) string {
	conclusion, rest, _ := strings.Cut(decision, " ")
	stands, waived := len(v.Findings), len(v.Suppressed)
	voided := s[4] != "none" && s[4] != "yes" && stands == 1 && s[0] != "policy/loosened"
	switch {
	case string(v.Conclusion) != conclusion:
		return "conclusion " + string(v.Conclusion)
	case v.Conclusion != Failure && (v.Conclusion == Undecided) != (len(v.Reasons) > 0):
		return fmt.Sprintf("reasons %q", v.Reasons)
	case v.Conclusion == Failure && (s[6] == "failed" || s[6] == "defeated here") != (len(v.Reasons) > 0):
		return fmt.Sprintf("reasons beside the failure: %q", v.Reasons)
	case rest == "nothing" && stands+waived+len(v.Unread)+v.Files > 0:
		return "something is said"
	case rest == "quiet" && stands+waived > 0:
		return "the finding is told"
	case rest == "waived" && (stands != 0 || waived != 1):
		return "the finding is not suppressed"
	case (rest == "stands" || rest == "lowered") && (stands != 1 || waived != 0):
		return "the finding does not stand"
	case rest == "lowered" && v.Findings[0].Severity != checks.Warn:
		return "the severity is not lowered"
	case rest == "stands" && string(v.Findings[0].Severity) != s[1]:
		return "the severity is changed"
	case voided && !strings.Contains(v.Findings[0].Why, "does not count: "):
		return "the finding does not say why its waiver does not count: " + v.Findings[0].Why
	case voided && len(v.Notices) != 1:
		return fmt.Sprintf("notices %q", v.Notices)
	case rest != "nothing" && (s[6] != "none") != (len(v.Unread) == 1):
		return "unread is lost"
	}
	return ""
}

func TestWords(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	exception := func(until string) policy.Exception {
		return policy.Exception{Rule: "images/mutable-tag", Path: "a.yml", Reason: "local", Until: day(until), Source: policy.Path, Line: 9}
	}
	const name = "The exception in .github/checkrein.yml:9 "
	for until, want := range map[string]string{
		"2026-06-30": name + "does not count: it ended on 2026-06-30",
		"2026-07-01": name + "ends on 2026-07-01, today",
		"2026-07-02": name + "ends on 2026-07-02, tomorrow",
		"2026-07-14": name + "ends on 2026-07-14, in 13 days",
		"2026-07-15": "",
		"2027-07-01": "",
		"2027-07-02": name + "does not count: its end date 2027-07-02 is more than a year ahead",
	} {
		p := policy.Default()
		p.Exceptions = []policy.Exception{exception(until)}
		r := situation{"images/mutable-tag", "block", "new", "block", "none", "app", "none"}.report()
		v := Conclude([]checks.Report{r}, p, today(), Options{})
		if got := strings.Join(v.Notices, "\n"); got != want {
			t.Errorf("until %s:\nwant %s\ngot  %s", until, want, got)
		}
		if ended := strings.Contains(want, "not count"); ended {
			if why := v.Findings[0].Why; why != "Because. "+want+"." {
				t.Errorf("until %s: the finding says %q", until, why)
			}
		}
	}
}

func TestReasons(t *testing.T) {
	reports := []checks.Report{
		{Check: "schema", Findings: []checks.Finding{{Rule: "schema/unread", Severity: checks.Block, New: true, Path: "db/1.sql",
			Span: checks.Span{Line: 3}, Title: "this statement could not be read"}}},
		{Check: "images", Unread: []checks.Unread{
			{Path: "infra/app.yml", Line: 12, Kind: checks.Defeated, Reason: "nested too deep", Touched: true},
			{Kind: checks.Failed, Reason: "no answer within 60 s"},
			{Path: "infra/b.yml", Kind: checks.Failed, Reason: "panic"},
			{Path: "infra/c.yml", Kind: checks.Unsupported, Reason: "Pulumi", Touched: true},
		}},
	}
	v := Conclude(reports, policy.Default(), today(), Options{})
	want := []string{
		"db/1.sql:3: this statement could not be read (schema/unread)",
		"infra/app.yml:12 could not be read: nested too deep",
		"the images check failed: no answer within 60 s",
		"the images check failed on infra/b.yml: panic",
	}
	if diff := cmp.Diff(want, v.Reasons); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestIgnoredPaths: what the policy leaves alone cannot make a verdict, even where a
// check has read it.
func TestIgnoredPaths(t *testing.T) {
	p := policy.Default()
	p.Images.Ignore = []string{"examples/**"}
	r := checks.Report{Check: "images",
		Findings:   []checks.Finding{{Rule: "images/mutable-tag", Severity: checks.Block, New: true, Path: "examples/a.yml"}},
		Unread:     []checks.Unread{{Path: "examples/b.yml", Kind: checks.Defeated, Touched: true}, {Kind: checks.Unsupported, Path: "c.yml"}},
		References: []checks.Reference{{Path: "examples/a.yml"}, {Path: "d.yml"}},
	}
	v := Conclude([]checks.Report{r}, p, today(), Options{})
	want := Verdict{Conclusion: Success, Unread: r.Unread[1:], References: r.References[1:]}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMany: a hostile change has no end of ignores and findings.
func TestMany(t *testing.T) {
	r := checks.Report{Check: "images"}
	for i := range 40_000 {
		path := fmt.Sprintf("%d.yml", i/100)
		r.Findings = append(r.Findings, checks.Finding{Rule: "images/mutable-tag", Severity: checks.Block, New: true, Path: path, Span: checks.Span{Line: i % 100}})
		r.Ignores = append(r.Ignores, checks.Ignore{Path: path, Line: i % 100, Covers: i % 100, New: true, Problem: "it names no rule"})
	}
	start := time.Now()
	v := Conclude([]checks.Report{r}, policy.Default(), today(), Options{})
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if last := v.Notices[len(v.Notices)-1]; len(v.Notices) != maxLines+1 || last != "and 39800 more notices" {
		t.Errorf("%d notices, the last: %s", len(v.Notices), last)
	}
}
