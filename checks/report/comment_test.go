package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

func TestWanted(t *testing.T) {
	green, red, unsure := counted(verdict.Success, 0, 3, 0, 0), counted(verdict.Failure, 1, 0, 0, 0), counted(verdict.Undecided, 0, 0, 0, 0)
	for _, c := range []struct {
		when       policy.When
		v          *verdict.Verdict
		hasComment bool
		want       bool
	}{
		{policy.Never, red, false, false},
		{policy.Never, red, true, false},
		{policy.OnProblem, green, false, false},
		{policy.OnProblem, green, true, true}, // reduced to one line
		{policy.OnProblem, red, false, true},
		{policy.OnProblem, unsure, false, true},
		{policy.OnProblem, nil, false, true},
		{policy.Always, green, false, true},
		{"", red, false, true}, // an unset policy is on-problem
		{"", green, false, false},
	} {
		if got := Wanted(c.when, head(onMain(c.v)), c.hasComment); got != c.want {
			t.Errorf("%q, %v, comment there: %v: got %v", c.when, c.v, c.hasComment, got)
		}
	}
}

func TestDetailWanted(t *testing.T) {
	noted := counted(verdict.Success, 0, 0, 1, 0)
	old := counted(verdict.Success, 0, 0, 0, 1)
	for _, c := range []struct {
		when  policy.When
		v     *verdict.Verdict
		check string
		want  bool
	}{
		{policy.OnProblem, noted, "images", true},
		{policy.OnProblem, noted, "schema", false},
		{policy.OnProblem, old, "images", false},
		{policy.Always, old, "images", true},
		{policy.Never, noted, "images", false},
	} {
		if got := DetailWanted(c.when, head(onMain(c.v)), c.check); got != c.want {
			t.Errorf("%s %s: got %v", c.when, c.check, got)
		}
	}
}

func TestDetailConclusion(t *testing.T) {
	failing := blocked(defaultTag(checks.Block), mutableTag("a.yml", 1, "x:latest", checks.Warn))
	failing.Findings[1].Rule = "schema/data-loss"
	unsure := with(blocked(defaultTag(checks.Block)), func(v *verdict.Verdict) { v.Reasons = []string{"x"} })
	for _, c := range []struct {
		v     *verdict.Verdict
		check string
		want  verdict.Conclusion
		title string
	}{
		{failing, "images", verdict.Failure, "1 blocking"},
		{failing, "schema", verdict.Success, "Nothing blocking, 1 warning"},
		{unsure, "schema", verdict.Undecided, "Undecided: x"},
		{nil, "images", verdict.Undecided, "Undecided: this commit was not judged"},
	} {
		if d := Detail(head(onMain(c.v)), c.check); d.Conclusion != c.want || d.Title != c.title {
			t.Errorf("%s: got %s, %q", c.check, d.Conclusion, d.Title)
		}
	}
}

// TestFixedComment goes through the life of a comment: red, undecided, red, green, green.
func TestFixedComment(t *testing.T) {
	var body string
	say := func(digit string, v *verdict.Verdict) {
		h := head(onMain(v))
		h.SHA = strings.Repeat(digit, 40)
		body = Comment(h, body)
	}
	green := with(counted(verdict.Success, 0, 0, 0, 0), func(v *verdict.Verdict) { v.References = make([]checks.Reference, 3); v.Files = 1 })
	say("1", blocked(defaultTag(checks.Block)))
	say("2", &verdict.Verdict{Conclusion: verdict.Undecided, Reasons: []string{"infra/service.yml could not be read (it is not YAML)"}})
	say("2", &verdict.Verdict{Conclusion: verdict.Undecided, Reasons: []string{"asked again: the same commit is one entry"}})
	say("3", blocked(mutableTag("compose.yml", 3, "redis:latest", checks.Block)))
	golden(t, "comment-with-history.md", []byte(body))
	say("4", green)
	say("5", green)
	golden(t, "comment-fixed.md", []byte(body))
	if n := strings.Count(strings.Split(body, "<!-- checkrein history")[0], "\n"); n != 3 || !strings.Contains(body, "All clear since [`4444444`]") {
		t.Errorf("a fixed comment is one line that names the first good commit:\n%s", body)
	}
}

func TestHistoryKeepsTen(t *testing.T) {
	body := ""
	for i := range 30 {
		h := head(onMain(counted(verdict.Failure, i, 0, 0, 0)))
		h.SHA = fmt.Sprintf("%040x", i)
		body = Comment(h, body)
	}
	if strings.Contains(body, "18 blocking") || !strings.Contains(body, "- `0000000`: 19 blocking\n") || !strings.Contains(body, "- `0000000`: 28 blocking\n") {
		t.Errorf("want the verdicts 19 to 28 in the history:\n%s", body)
	}
}

// TestHistoryIsNotFooled edits what somebody with write access could edit.
func TestHistoryIsNotFooled(t *testing.T) {
	sha := strings.Repeat("a", 40)
	for _, line := range []string{
		sha + " success 0 0 @acme/all",
		sha + " approved 0 0",
		sha + " failure -1 0",
		sha + " failure 1234567 0",
		" " + sha + " failure 1 0",
		strings.ToUpper(sha) + " failure 1 0",
		sha[1:] + " failure 1 0",
		"- `" + sha + "`: failure 1 0",
		sha + " failure 1 0 -->",
		"<img src=x>", "\x00", strings.Repeat("x", 1<<20),
	} {
		previous := Marker + "\nAll clear\n<!-- checkrein history\n" + line + "\n-->\n"
		if got, want := Comment(head(onMain(blocked(defaultTag(checks.Block)))), previous), Comment(head(onMain(blocked(defaultTag(checks.Block)))), ""); got != want {
			t.Errorf("%.80q was taken over:\n%s", line, got)
		}
	}
	good := sha + " failure 3 1"
	if got := Comment(head(onMain(blocked(defaultTag(checks.Block)))), good+"\r\n"); !strings.Contains(got, "- `aaaaaaa`: 3 blocking, 1 warning\n") {
		t.Errorf("a line of the own form is taken over, whatever the line ends with:\n%s", got)
	}
}

func TestElsewhere(t *testing.T) {
	other := blocked(mutableTag("release.yml", 3, "redis:latest", checks.Block))
	both := blocked(defaultTag(checks.Block), mutableTag("compose.yml", 3, "redis:latest", checks.Block))
	for range 600 { // however long the page gets
		both.Findings = append(both.Findings, defaultTag(checks.Block))
	}
	s := Summary(head(onMain(both), Judged{Pull: 12, Base: "release-1", Verdict: other}))
	_, rest, found := strings.Cut(s, "### Blocking elsewhere")
	if !found || !strings.Contains(rest, "`release.yml:3`") || !strings.Contains(rest, "(`#12` onto `release-1`)") {
		t.Errorf("what blocks only the other pull request is told too:\n%s", s)
	}
}

func TestMarkerAndHeadAreInEveryComment(t *testing.T) {
	for name, h := range goldens() {
		if c := Comment(h, ""); strings.Count(c, Marker) != 1 || !strings.HasPrefix(c, Marker) || !strings.Contains(c, h.SHA) {
			t.Errorf("%s: marker %d times, head %v", name, strings.Count(c, Marker), strings.Contains(c, h.SHA))
		}
		if strings.Contains(Summary(h), Marker) {
			t.Errorf("%s: the marker belongs to the comment alone", name)
		}
	}
}
