package report

import (
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// TestExceptionIsExact reads the snippet back: it must name exactly this finding.
func TestExceptionIsExact(t *testing.T) {
	for _, c := range []struct{ path, subject string }{
		{"compose.yml", "redis:latest"},
		{".github/workflows/build.yml", "ghcr.io/acme/x:1.2"},
		{"a b/[x]{y}*?\\.yml", "${IMAGE:-redis:latest}"},
		{"true", "null"},
		{"1e3", "2027-01-31"},
		{"x: y #z.yml", "- a"},
		{"q\"uo'te`.yml", "```\nexceptions: []"},
		{"übung/画像.yml", "\u202ex<!-- checkrein -->"},
		{"no-subject.yml", ""},
	} {
		text := teller{j: Judged{Base: "main"}}.exception(checks.Finding{Rule: "images/mutable-tag", Path: c.path, Subject: c.subject})
		_, rest, _ := strings.Cut(text, "yaml\n")
		snippet, _, _ := strings.Cut(rest, "\n```")
		var got struct {
			Exceptions []struct{ Rule, Path, Subject, Reason, Until string }
		}
		if err := yaml.Unmarshal([]byte(snippet), &got); err != nil || len(got.Exceptions) != 1 {
			t.Errorf("%q: %v, read %+v from\n%s", c.path, err, got, snippet)
			continue
		}
		e := got.Exceptions[0]
		if match, err := doublestar.Match(e.Path, c.path); !match || err != nil || e.Subject != c.subject || e.Rule != "images/mutable-tag" {
			t.Errorf("%q %q: the snippet says %+v (match %v, %v)", c.path, c.subject, e, match, err)
		}
		if e.Reason != "" || e.Until != "" {
			t.Errorf("reason and last day are for a person to give, got %+v", e)
		}
		if strings.Contains(text, Marker) {
			t.Errorf("%q: the marker came from outside", c.subject)
		}
	}
}

func TestPolicyFindingsHaveNoException(t *testing.T) {
	if got := (teller{}).exception(checks.Finding{Rule: "policy/invalid", Path: ".github/checkrein.yml"}); got != "" {
		t.Errorf("got %s", got)
	}
}

// Who may let a finding pass is told as it is decided.
func TestExceptionSaysHowToSayYes(t *testing.T) {
	for rule, want := range map[string]string{
		"images/mutable-tag":       "comments `/checkrein accept images/mutable-tag REASON`",
		"deletions/unreviewed":     "approves this pull request in a review",
		"deletions/unsafe-images":  "",
		"deletions/no-environment": "",
	} {
		h := Head{Repository: "acme/shop", Judged: []Judged{{Verdict: &verdict.Verdict{}}}}
		got := teller{h: h, j: h.Judged[0]}.exception(checks.Finding{Rule: rule, Path: "a.yml"})
		once := strings.Contains(got, "for these files as they are")
		if once != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: want %q in:\n%s", rule, want, got)
		}
	}
}

// What a reviewer saw is told up to a bound.
func TestSeenFilesAreBounded(t *testing.T) {
	seen := make([]verdict.Seen, mostSeen+2)
	for i := range seen {
		seen[i] = verdict.Seen{Path: string(rune('a'+i)) + ".sh", Blob: "0123456789"}
	}
	want := "; seen: `a.sh` (`0123456`), `b.sh` (`0123456`), `c.sh` (`0123456`), `d.sh` (`0123456`), `e.sh` (`0123456`), 2 more files"
	if got := looked(seen); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Who has nothing to mend is not told to.
func TestWhatAReviewAnswersEndsInOne(t *testing.T) {
	block := func(rules ...string) *verdict.Verdict {
		v := &verdict.Verdict{Conclusion: verdict.Failure}
		for _, r := range rules {
			v.Findings = append(v.Findings, checks.Finding{Rule: r, New: true, Severity: checks.Block, Path: "a.yml"})
		}
		return v
	}
	for _, c := range []struct {
		repository string
		verdict    *verdict.Verdict
		review     bool
	}{
		{"acme/shop", block("deletions/unreviewed", "policy/loosened"), true},
		{"acme/shop", block("deletions/unreviewed", "deletions/no-dry-run"), false},
		{"acme/shop", block("images/mutable-tag"), false},
		{"", block("deletions/unreviewed"), false},
	} {
		h := Head{Repository: c.repository, Judged: []Judged{{Verdict: c.verdict}}}
		if got := (teller{h: h, j: h.Judged[0]}).nextStep(); strings.Contains(got, "approve this pull request") != c.review {
			t.Errorf("%v: %s", c.verdict.Findings, got)
		}
	}
}
