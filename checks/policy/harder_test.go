package policy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

// repository has an image of every class in every kind of file.
func repository() tree.Tree {
	compose := "services:\n  a: {image: redis:latest}\n  b: {image: 'acme/web:main'}\n  c: {image: 'node:22'}\n" +
		"  d: {image: 'acme/api:1.2.3'}\n  e: {image: 'x/y:${TAG:-latest}'}\n  f: {image: 'x/y:${TAG:-22}'}\n  g: {image: 'x/y:${TAG}'}\n"
	docker := "FROM redis:latest\nFROM acme/web:main\nFROM node:22\nFROM acme/api:1.2.3\nARG TAG=latest\nFROM x/y:${TAG}\n"
	return tree.Memory("head", map[string]string{
		"compose.yml": compose, "deploy/compose.yml": compose, "examples/compose.yml": compose, "Dockerfile": docker,
	})
}

// pieces are policies of which every pair is compared.
func pieces() []string {
	list := []string{
		"", "comment: never", "checks: {images: {level: warn}}", "checks: {images: {level: off}}",
		"checks: {images: {pin: none}}", "checks: {images: {pin: digest}}",
		"checks: {images: {third_party: warn}}", "checks: {images: {own: [acme/*]}}",
		"checks: {images: {third_party: warn, own: [acme/*]}}", "checks: {images: {third_party: off, own: [acme/web, x/*]}}",
		"checks: {images: {level: warn, third_party: warn, own: [acme/*]}}",
		"checks: {images: {paths: {ignore: [deploy/**]}}}", "checks: {images: {paths: {ignore: [deploy/**, Dockerfile]}}}",
		"checks: {images: {pin: digest, third_party: warn, own: [acme/**]}}",
	}
	for _, rule := range images.Rules() {
		for _, severity := range []string{"block", "warn", "note", "off"} {
			list = append(list, fmt.Sprintf("rules: {%s: %s}", rule.ID, severity),
				fmt.Sprintf("checks: {images: {pin: digest}}\nrules: {%s: %s}", rule.ID, severity))
		}
	}
	for _, exception := range []string{"path: compose.yml", "path: compose.yml, subject: 'redis:latest'", "path: '**'"} {
		for _, until := range []string{"2026-06-30", "2026-07-01", "2026-12-31", "2029-12-31"} {
			list = append(list, fmt.Sprintf("exceptions: [{rule: images/mutable-tag, %s, reason: r, until: %s}]", exception, until))
		}
	}
	return list
}

// TestNothingMilderUnseen holds Looser against the judgement itself: whatever a policy
// says of a whole repository, one that is not looser says at least as hard.
func TestNothingMilderUnseen(t *testing.T) {
	today := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	var ids []string
	for _, r := range images.Rules() {
		ids = append(ids, r.ID)
	}
	type piece struct {
		text   string
		policy *policy.Policy
		ranks  map[string]int
	}
	var all []piece
	for _, text := range pieces() {
		p, problems := policy.Parse("policy", []byte("version: 1\n"+text+"\n"), ids)
		if problems != nil {
			t.Fatal(text, problems)
		}
		all = append(all, piece{text, p, ranks(p, ids, today)})
	}
	compared := 0
	for _, before := range all {
		for _, after := range all {
			if len(policy.Looser(before.policy, after.policy, images.Rules(), today)) > 0 {
				continue
			}
			compared++
			for place, rank := range before.ranks {
				if after.ranks[place] < rank {
					t.Errorf("%q -> %q: nothing is told, and %s falls from %d to %d", before.text, after.text, place, rank, after.ranks[place])
				}
			}
		}
	}
	if compared < 2*len(all) {
		t.Errorf("only %d pairs are not looser: nothing is compared", compared)
	}
}

// ranks judges the repository: how hard what stands at each place counts. Notes are left
// out: what is said of an example is never more, and holds nobody up.
func ranks(p *policy.Policy, ids []string, today time.Time) map[string]int {
	report := images.New(p, ids, nil, nil).Run(context.Background(), checks.Change{Head: repository()})
	v := verdict.Conclude([]checks.Report{report}, p, today, verdict.Options{})
	found := map[string]int{}
	for _, f := range v.Findings {
		if f.Severity != checks.Note {
			found[fmt.Sprintf("%s of %s:%d", f.Subject, f.Path, f.Line)] = f.Severity.Rank()
		}
	}
	return found
}
