// Package policy is .github/checkrein.yml: what is checked, how hard, and which
// exceptions hold.
package policy

import (
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks"
)

// Path is where the policy stands in a repository, and in the organisation's
// .github repository.
const Path = ".github/checkrein.yml"

// When says when something is shown.
type When string

const (
	Never     When = "never"
	OnProblem When = "on-problem"
	Always    When = "always"
)

// Pin is how tightly images must be pinned.
type Pin string

const (
	PinNone   Pin = "none"   // a floating name only warns
	PinTag    Pin = "tag"    // a floating name blocks
	PinDigest Pin = "digest" // everything without a digest blocks
)

// Policy is what holds for one repository, organisation defaults included.
type Policy struct {
	Comment    When
	Details    When
	Images     Images
	Schema     Schema
	Deletions  Deletions
	Rules      map[string]checks.Severity
	Exceptions []Exception
	// Locked are the dotted keys that the file itself locks for other repositories: only
	// where it is the organisation's.
	Locked []string
}

// Images is checks.images.
type Images struct {
	Level      checks.Severity // block, warn or off
	ThirdParty checks.Severity // level for images not under Own
	Own        []string        // doublestar globs over the image name without its tag
	Pin        Pin
	Registries []string
	Ignore     []string // doublestar globs over paths
}

// Schema is checks.schema.
type Schema struct {
	Level      checks.Severity
	Dialect    string // postgres, mysql, sqlite or empty
	Migrations []string
	Deployed   []Deployed
	Ignore     []string
}

// Deployed names what is running; exactly one field is set.
type Deployed struct{ Environment, Release, Branch, Tag, Ref string }

// Deletions is checks.deletions.
type Deletions struct {
	Level        checks.Severity
	Approvals    int
	Environments []string
	Ignore       []string
}

// Exception lets a finding pass for a while.
type Exception struct {
	Rule    string
	Path    string // doublestar glob
	Subject string // narrows when not empty
	Reason  string
	Until   time.Time // the last day it holds, UTC midnight
	Line    int       // in its policy file, 1-based
	Source  string    // the policy file it stands in, for messages
	// Problem says why the exception cannot count (no reason, no end date); empty when
	// it is well-formed. Whether it has ended is for the day it is used on.
	Problem string
}

// Covers reports whether the exception speaks of the finding; not whether it counts.
func (e Exception) Covers(f checks.Finding) bool {
	return e.Rule == f.Rule && (e.Subject == "" || e.Subject == f.Subject) &&
		(e.Path == f.Path || Match(e.Path, f.Path))
}

// Default is the policy of a repository that has none.
func Default() *Policy {
	return &Policy{
		Comment: OnProblem,
		Details: OnProblem,
		Images: Images{
			Level: checks.Block, ThirdParty: checks.Block, Pin: PinTag,
		},
		Schema:    Schema{Level: checks.Block},
		Deletions: Deletions{Level: checks.Block, Approvals: 1},
	}
}

// Level is the level of the check called name; policy and unknown names have block.
func (p *Policy) Level(name string) checks.Severity {
	switch name {
	case "images":
		return p.Images.Level
	case "schema":
		return p.Schema.Level
	case "deletions":
		return p.Deletions.Level
	}
	return checks.Block
}

// Ignores reports whether the check called name leaves path alone.
func (p *Policy) Ignores(name, path string) bool {
	var globs []string
	switch name {
	case "images":
		globs = p.Images.Ignore
	case "schema":
		globs = p.Schema.Ignore
	case "deletions":
		globs = p.Deletions.Ignore
	}
	return slices.ContainsFunc(globs, func(glob string) bool { return Match(glob, path) })
}

// Severity is the severity of a rule: the policy's where it sets one, else standard.
func (p *Policy) Severity(rule string, standard checks.Severity) checks.Severity {
	if s, ok := p.Rules[rule]; ok {
		return s
	}
	return standard
}
