package guard_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/registry"
)

// tally counts what arrived upstream by kind, but for the caller's own request.
func (w *world) tally() map[string]int {
	kinds := []struct {
		name    string
		pattern *regexp.Regexp
	}{
		{"page", regexp.MustCompile(`^GET .*/versions\?`)}, {"version", regexp.MustCompile(`^GET .*/versions/\d+$`)},
		{"manifest", regexp.MustCompile(`^GET /v2/.*/manifests/`)}, {"token", regexp.MustCompile(`^GET /token`)},
		{"referrers", regexp.MustCompile(`^GET /v2/.*/referrers/`)}, {"login", regexp.MustCompile(`^GET /user$`)},
		{"restore", regexp.MustCompile(`^POST .*/restore$`)}, {"delete", regexp.MustCompile(`^DELETE `)},
	}
	all := map[string]int{}
	for _, r := range w.github.Requests() {
		name := "other"
		for _, k := range kinds {
			if k.pattern.MatchString(r.Method + " " + r.Path) {
				name = k.name
				break
			}
		}
		all[name]++
	}
	w.github.ResetRequests()
	return all
}

// modelled fills the package as the comparison in docs/guard.md has it: of the roots
// three in ten are indexes with four images of their own.
func (w *world) modelled(roots int) {
	w.Helper()
	for i := range roots {
		if i%10 >= 3 {
			w.image(fmt.Sprint("root ", i), fmt.Sprint("v", i))
			continue
		}
		var children []registry.Digest
		for c := range 4 {
			children = append(children, w.image(fmt.Sprint("child ", i, " ", c)))
		}
		w.index(fmt.Sprint("ix ", i), children, fmt.Sprint("v", i))
	}
}

// TestRequests counts what a decision costs. docs/guard.md has the formulas.
func TestRequests(t *testing.T) {
	w := newWorld(t, "app")
	const roots = 100
	w.modelled(roots) // 220 versions
	one, two, three := w.image("one"), w.image("two"), w.image("three")
	w.start()
	const pages = pagesBefore + 3 // of 223 versions
	steps := []struct {
		name string
		do   func()
		want map[string]int
	}{
		// The first request to the registry is the one that finds out how it is asked.
		{"cold", func() { w.gone(one) }, map[string]int{"login": 1, "version": 2, "page": pages + 2, "manifest": roots + 1 + 1, "token": 1, "referrers": 1, "delete": 1}},
		{"another candidate", func() { w.gone(two) }, map[string]int{"version": 1, "page": 2, "manifest": 1, "token": 1, "delete": 1}},
		{"restarted with the same store", func() { w.start(); w.gone(three) }, map[string]int{"login": 1, "version": 2, "page": pages + 2, "manifest": 1, "referrers": 2, "token": 1, "delete": 1}},
		{"one root more", func() {
			w.image("new root", "new")
			four := w.image("four")
			w.pass(61 * time.Second)
			w.gone(four)
		}, map[string]int{"version": 2, "page": pages + 2, "manifest": 2, "token": 1, "delete": 1}},
		{"refused", func() { w.refused(registry.Digest(versionTagged(w, "v1")), "tagged") }, map[string]int{"version": 1}},
	}
	for _, s := range steps {
		w.tally()
		s.do()
		if diff := cmp.Diff(s.want, w.tally()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
	}
	if w.memory.begins != 4 {
		t.Errorf("%d intents were written for 4 deletions", w.memory.begins)
	}
}
