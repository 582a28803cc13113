package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	headSHA = "1f0c5a6e9b1d4f7a8c2e3d4b5a69788f0e1d2c3b"
	oldSHA  = "0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e"
)

// head is what the app knows beside the verdicts.
func head(judged ...Judged) Head {
	return Head{
		Repository: "acme/sync", SHA: headSHA, Judged: judged,
		PolicySource: ".github/checkrein.yml of main at 0d9e8f7",
		Run:          "https://github.com/acme/sync/runs/71",
		Details:      map[string]string{"images": "https://github.com/acme/sync/runs/72"},
		RulesURL:     "https://github.com/checkrein/checkrein/blob/v0.1.0/docs/rules.md",
		Version:      "0.1.0",
	}
}

func onMain(v *verdict.Verdict) Judged {
	return Judged{Pull: 11, Base: "main", Changed: 2, Verdict: v}
}

// defaultTag is the CloudCannon outage as a finding.
func defaultTag(severity checks.Severity) checks.Finding {
	return checks.Finding{
		Rule: "images/default-tag", Severity: severity, New: true, Path: "infra/service.yml",
		Span: span(14, 23, 41), Subject: "acme/syncer:latest", Address: "Resources.SyncerTask.ContainerDefinitions[0].Image",
		Title: "the default of parameter Tag makes this image acme/syncer:latest",
		Why:   "Whenever nobody gives Tag a value (a stack created anew, a deployment by hand), the default wins, and acme/syncer:latest is whatever was pushed last.",
		Fix: checks.Fix{Text: "Remove the default of Tag so that whoever creates this must say which image it is, or make the default an exact tag or a digest.",
			Edits: []checks.Edit{{Path: "infra/service.yml", Span: span(4, 14, 20), New: "4.17.2"}}},
		Evidence: []checks.Evidence{
			{Path: "infra/service.yml", Span: span(14, 23, 41), Ref: headSHA, Text: "          Image: !Sub acme/syncer:${Tag}", Note: "the image field takes Tag from here"},
			{Path: "infra/service.yml", Span: span(4, 14, 20), Ref: headSHA, Text: "    Default: latest", Note: "the default that wins when nothing else is said"},
		},
	}
}

func mutableTag(path string, line int, image string, severity checks.Severity) checks.Finding {
	text := "    image: " + image
	return checks.Finding{
		Rule: "images/mutable-tag", Severity: severity, New: true, Path: path, Span: span(line, 12, 12+len(image)),
		Subject: image, Address: "services.cache.image", Title: image + " is whatever was pushed last",
		Why:      "The tag latest moves: the next pull may bring another build than the one that was tried.",
		Fix:      checks.Fix{Text: "Name an exact version of " + strings.TrimSuffix(image, ":latest") + ", or a digest."},
		Evidence: []checks.Evidence{{Path: path, Span: span(line, 12, 12+len(image)), Ref: headSHA, Text: text, Note: "the image field"}},
	}
}

func span(line, from, to int) checks.Span {
	return checks.Span{Line: line, Column: from, EndLine: line, EndColumn: to}
}

func blocked(findings ...checks.Finding) *verdict.Verdict {
	return &verdict.Verdict{Conclusion: verdict.Failure, Findings: findings, References: make([]checks.Reference, 7), Files: 3}
}

// hostile puts text that would be read as Markdown, or by GitHub, wherever a pull request can.
func hostile(evil string) Head {
	f := checks.Finding{
		Rule: "images/mutable-tag", Severity: checks.Block, New: true, Path: "x" + evil, Span: span(3, 2, 5), Subject: evil, Address: evil,
		Title: evil, Why: evil, Fix: checks.Fix{Text: evil, Edits: []checks.Edit{
			{Path: "x" + evil, Span: span(3, 2, 5), New: evil}, {Path: evil, Span: span(9, 1, 2), New: evil}}},
		Evidence: []checks.Evidence{{Path: "x" + evil, Span: span(3, 2, 5), Ref: headSHA, Text: evil, Note: evil}, {Path: evil, Ref: evil, Text: evil, Note: evil}},
	}
	w := f
	w.Severity = checks.Warn
	v := &verdict.Verdict{
		Conclusion: verdict.Failure, Findings: []checks.Finding{f, w}, Notices: []string{evil}, Reasons: []string{evil},
		Suppressed: []verdict.Suppressed{{Finding: f, By: "inline", Reason: evil, Until: evil}, {Finding: f, By: "accept", People: []string{evil}, Reason: evil},
			{Finding: f, By: "review", People: []string{evil, evil}, Seen: []verdict.Seen{{Path: evil, Blob: evil}}}},
		Unread: []checks.Unread{{Path: evil, Line: 2, Kind: checks.Defeated, Reason: evil, Touched: true}},
	}
	h := head(Judged{Pull: 11, Base: evil, Changed: 1, Verdict: v}, Judged{Pull: 12, Base: "b" + evil, Verdict: &verdict.Verdict{Conclusion: verdict.Undecided, Reasons: []string{evil}}})
	h.Notices, h.PolicySource, h.Enforcement, h.Late = []string{evil}, evil, evil, evil
	return h
}

const nasty = "`@acme/all` #12 <img src=x> [a](http://evil.example) ](http://evil.example) | $x$ :x: www.evil.example 0123abcd\n" +
	"# <!-- checkrein --> ```` \u202egnp\u200b.yml \x1b[31m &lt;"

// goldens are worth reading: each shows what a person sees in one situation.
func goldens() map[string]Head {
	undecided := &verdict.Verdict{
		Conclusion: verdict.Undecided, Reasons: []string{"infra/app.yml:3 could not be read: a tab where YAML wants blanks"}, Files: 2,
		Unread: []checks.Unread{
			{Path: "charts/api/templates/x.yaml", Kind: checks.Unsupported, Reason: "Helm templates have no reader"},
			{Path: "infra/app.yml", Line: 3, Kind: checks.Defeated, Reason: "a tab where YAML wants blanks", Touched: true},
			{Path: "old/dump.yml", Kind: checks.Defeated, Reason: "file is larger than 4 MiB"}},
	}
	old := mutableTag("compose.yml", 9, "redis:latest", checks.Block)
	old.New = false
	note := mutableTag("examples/compose.yml", 2, "redis:latest", checks.Note)
	several := blocked(mutableTag("compose.yml", 3, "redis:latest", checks.Block), defaultTag(checks.Block),
		mutableTag("Dockerfile", 1, "acme/base:latest", checks.Warn), note, old)
	warned := blocked(defaultTag(checks.Warn))
	warned.Conclusion = verdict.Success
	excepted := &verdict.Verdict{
		Conclusion: verdict.Success, References: make([]checks.Reference, 2), Files: 1,
		Suppressed: []verdict.Suppressed{
			{Finding: mutableTag("compose.yml", 3, "redis:latest", checks.Block), By: "policy", Reason: "local development only", Until: "2027-01-31"},
			{Finding: mutableTag("dev.yml", 5, "mailpit:latest", checks.Block), By: "inline", Reason: "never deployed", Until: "2026-12-04"},
			{Finding: defaultTag(checks.Block), By: "accept", People: []string{"mona"}, Reason: "the vendor ships no other tag"},
			{Finding: mutableTag("api.yml", 5, "api:latest", checks.Block), By: "review", People: []string{"hubot-2", "mona"},
				Seen: []verdict.Seen{{Path: "api.yml", Blob: strings.Repeat("1a", 20)}, {Path: "gone.sh"}}}},
		Notices: []string{"the exception for images/mutable-tag at dev.yml:5 ends on 2026-12-04"},
	}
	green := &verdict.Verdict{Conclusion: verdict.Success, References: make([]checks.Reference, 3), Files: 2}
	many := blocked()
	for i := range 600 {
		many.Findings = append(many.Findings, mutableTag(fmt.Sprintf("k8s/team-%03d.yml", i), 8, "redis:latest", checks.Block))
	}
	many.Findings = append(many.Findings, mutableTag("Dockerfile", 1, "acme/base:latest", checks.Warn))
	release := onMain(several)
	release.Pull, release.Base = 12, "release-1"
	nothing := onMain(&verdict.Verdict{Conclusion: verdict.Success})
	nothing.Changed = 4
	late := head(onMain(green))
	late.Enforcement = "checkrein is required on main and bound to this app (ruleset 12 of acme)."
	late.Late = "This verdict came 12m0s after it was asked for; an attempt before this one ended with: GitHub is not available (status 502)."
	return map[string]Head{
		"default-tag": head(onMain(blocked(defaultTag(checks.Block)))), "several": head(onMain(several)),
		"undecided": head(onMain(undecided)), "nothing-to-check": head(nothing), "green": head(onMain(green)),
		"warn": head(onMain(warned)), "two-pull-requests": head(onMain(blocked(defaultTag(checks.Block))), release),
		"excepted": head(onMain(excepted)), "many": head(onMain(many)), "hostile": hostile(nasty), "late": late,
	}
}

func TestGolden(t *testing.T) {
	for name, h := range goldens() {
		t.Run(name, func(t *testing.T) {
			a := &txtar.Archive{}
			add := func(name, text string) {
				a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
			}
			add("title", Title(h))
			add("summary.md", Summary(h))
			add("comment.md", Comment(h, ""))
			if name == "several" || name == "hostile" {
				d := Detail(h, "images")
				add("detail title", d.Title)
				add("detail summary.md", d.Summary)
				add("detail text.md", d.Text)
				for _, m := range Annotations(h, "images") {
					add(fmt.Sprintf("annotation %s:%d-%d %d-%d %s", visible(m.Path), m.StartLine, m.EndLine, m.StartColumn, m.EndColumn, m.Level), m.Title+"\n\n"+m.Message)
				}
			}
			golden(t, name+".txtar", txtar.Format(a))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "markdown", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestSummaryNeverTooLong(t *testing.T) {
	long := strings.Repeat("ünïcödé `x` @y ", 400)
	for _, h := range []Head{goldens()["many"], hostile(long), hostile(strings.Repeat("`", 70_000))} {
		worst := h.Worst().Verdict
		for range 60 {
			worst.Findings = append(worst.Findings, worst.Findings[0])
			worst.Unread = append(worst.Unread, checks.Unread{Path: long, Reason: long})
			worst.Reasons, worst.Notices = append(worst.Reasons, long), append(worst.Notices, long)
			worst.Suppressed = append(worst.Suppressed, verdict.Suppressed{Finding: worst.Findings[0], Reason: long})
			h.Judged = append(h.Judged, Judged{Pull: 9, Base: long, Verdict: worst})
		}
		d := Detail(h, "images")
		for what, text := range map[string]string{"summary": Summary(h), "comment": Comment(h, ""), "detail summary": d.Summary, "detail text": d.Text} {
			if len(text) >= 65_000 || !utf8.ValidString(text) {
				t.Errorf("%s: %d bytes, valid: %v", what, len(text), utf8.ValidString(text))
			}
		}
		if s := Summary(h); !strings.Contains(s, "**Next:** mend") || !strings.Contains(s, "more that there is no room for") || !strings.Contains(s, "### Not read") {
			t.Errorf("a cut summary keeps its end and says that it was cut:\n%s", s[:500])
		}
	}
}

func TestBlockingComesFirst(t *testing.T) {
	s := []byte(Summary(goldens()["several"]))
	var last int
	for _, want := range []string{"**2 blocking, 1 warning**", "### 1. `redis:latest`", "### 2. the default of parameter Tag", "### Warnings", "Notes, not listed: 1", "Older findings, not listed and not blocking: 1", "**Next:**"} {
		at := bytes.Index(s, []byte(want))
		if at < last {
			t.Errorf("%q stands at %d, want it after %d", want, at, last)
		}
		last = at
	}
}

func TestUndecidedEndsInAnAction(t *testing.T) {
	broken := checks.Unread{Path: "a.yml", Kind: checks.Defeated, Reason: "it is not YAML", Touched: true}
	failed := checks.Unread{Kind: checks.Failed, Reason: "it ran out of time"}
	mend, again := "mend what could not be read", "press *Re-run*"
	for _, c := range []struct {
		name            string
		unread          []checks.Unread
		wants, wantsNot []string
	}{
		{"a file", []checks.Unread{broken}, []string{mend, "[`a.yml`]", "it is not YAML (could not be read)"}, []string{again}},
		{"the check", []checks.Unread{failed}, []string{again, "- it ran out of time (the check failed)"}, []string{mend, "(empty)"}},
		{"both", []checks.Unread{broken, failed}, []string{mend, again}, nil},
		{"neither", nil, []string{again}, []string{mend}},
	} {
		s := Summary(head(onMain(&verdict.Verdict{Conclusion: verdict.Undecided, Unread: c.unread})))
		for _, want := range c.wants {
			if !strings.Contains(s, want) {
				t.Errorf("%s: want %q in\n%s", c.name, want, s)
			}
		}
		for _, not := range c.wantsNot {
			if strings.Contains(s, not) {
				t.Errorf("%s: do not want %q in\n%s", c.name, not, s)
			}
		}
	}
}
