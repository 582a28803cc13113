package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/local"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/report"
)

// A person waits longer than a webhook, and a whole repository names more.
const (
	mostLookups  = 1000
	lookupsTakes = 2 * time.Minute
)

// resolver asks the registries that the policy lists, else those for public images. Both
// runs of --fix share it, so that nothing is asked twice.
func resolver(detour lookup.Detour) (func(*policy.Policy) images.Resolver, error) {
	bound, err := operatorBound()
	if err != nil {
		return nil, err
	}
	client := lookup.New(lookup.Config{UserAgent: "checkrein/" + version, Most: mostLookups, Within: lookupsTakes, Now: time.Now, Detour: detour})
	var made images.Resolver
	return func(p *policy.Policy) images.Resolver {
		if made == nil {
			hosts := lookup.Hosts(p.Images.Registries)
			if len(hosts) == 0 {
				hosts = lookup.Public()
			}
			operator := hosts
			if bound != nil {
				operator = bound
			}
			made = client.Resolver(hosts, operator)
		}
		return made
	}, nil
}

// operatorBound is CHECKREIN_REGISTRIES; nil where it is not set: whoever asks for
// look-ups here is the operator.
func operatorBound() (lookup.Hosts, error) {
	list, set := os.LookupEnv("CHECKREIN_REGISTRIES")
	if !set {
		return nil, nil
	}
	hosts := lookup.Hosts{}
	if strings.TrimSpace(list) == "" {
		return hosts, nil
	}
	hosts, err := lookup.ParseHosts(strings.Split(list, ","))
	if err != nil {
		return nil, fmt.Errorf("CHECKREIN_REGISTRIES names %w", err)
	}
	return hosts, nil
}

// tellFixed says what was edited and what was not.
func tellFixed(w io.Writer, fixed *local.Fixed) {
	for _, e := range fixed.Edits {
		fmt.Fprintf(w, "checkrein: pinned %s\n", report.Plain(fmt.Sprintf("%s:%d:%d %s -> %s", e.Path, e.Line, e.Column, e.Old, e.New)))
	}
	for _, l := range fixed.Left {
		f := l.Finding
		fmt.Fprintf(w, "checkrein: not pinned %s\n", report.Plain(fmt.Sprintf("%s:%d:%d %s: %s", f.Path, f.Line, f.Column, f.Subject, l.Reason)))
	}
	if len(fixed.Edits)+len(fixed.Left) == 0 {
		fmt.Fprintln(w, "checkrein: there is nothing to pin")
	}
}
