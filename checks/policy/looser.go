package policy

import (
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks"
)

// Loosening is one way in which a policy is milder than the one before it.
type Loosening struct {
	Key           string   // dotted: "checks.images.level", "rules.images/unpinned", "exceptions", "locked"
	Subject       string   // the key; of an exception its rule, path and subject; of a lock what it locks
	Before, After string   // the values in words
	Why           string   // what passes now that did not, in a sentence
	Entries       []string // of a list: the entries that make the difference
}

// Looser lists in which ways after lets pass, on the day of today or later, what before
// does not. Each key is judged by itself: that another one became harder outweighs
// nothing. Where it cannot be told whether a value is milder it counts as milder: another
// glob, another dialect. The catalogue gives the rules' own severities; of a rule that is
// not in it the worst is taken.
func Looser(before, after *Policy, catalogue []checks.Rule, today time.Time) []Loosening {
	var all []Loosening
	for _, a := range aspects() {
		if l := a.compare(before, after); l != nil {
			l.Key, l.Subject = a.key, a.key
			all = append(all, *l)
		}
	}
	own := severities(catalogue)
	return slices.Concat(all, own.looser(before, after), looserExceptions(before, after, today), own.looserLocks(before, after))
}

// aspect is one key that judges, and what is milder in it.
type aspect struct {
	key string
	// compare fills in all but the key; nil: not looser.
	compare func(before, after *Policy) *Loosening
	// hardest reports whether no other value of the key could be harder than this one.
	hardest func(*Policy) bool
}

// aspects are all keys that judge, but for rules, exceptions and locked. What is shown
// to whom (comment, details) judges nothing.
func aspects() []aspect {
	return slices.Concat(imagesAspects(), schemaAspects(), deletionsAspects())
}

func imagesAspects() []aspect {
	return []aspect{
		levelAspect("checks.images.level", func(p *Policy) checks.Severity { return p.Images.Level }),
		ladder("checks.images.third_party", func(p *Policy) checks.Severity { return p.Images.ThirdParty },
			"Less is said of images that are not under own.", checks.Off, checks.Warn, checks.Block),
		{"checks.images.own", looserOwn, func(p *Policy) bool { return !p.Images.sparesThirdParty() }},
		ladder("checks.images.pin", func(p *Policy) Pin { return p.Images.Pin },
			"Images pass that name less exactly what runs.", PinNone, PinTag, PinDigest),
		shrunk("checks.images.registries", func(p *Policy) []string { return p.Images.Registries }, "none",
			"What only a look-up at the registry shows is no longer found there."),
		ignoreAspect("checks.images.paths.ignore", func(p *Policy) []string { return p.Images.Ignore }),
	}
}

func schemaAspects() []aspect {
	return []aspect{
		levelAspect("checks.schema.level", func(p *Policy) checks.Severity { return p.Schema.Level }),
		{"checks.schema.dialect", looserDialect, func(*Policy) bool { return false }},
		shrunk("checks.schema.migrations", func(p *Policy) []string { return p.Schema.Migrations }, "none",
			"Migrations are left alone that were read."),
		shrunk("checks.schema.deployed", deployedNames, "none",
			"Migrations are compared with other code than what was named as running."),
		ignoreAspect("checks.schema.paths.ignore", func(p *Policy) []string { return p.Schema.Ignore }),
	}
}

func deletionsAspects() []aspect {
	return []aspect{
		levelAspect("checks.deletions.level", func(p *Policy) checks.Severity { return p.Deletions.Level }),
		{"checks.deletions.approvals", looserApprovals, func(p *Policy) bool { return p.Deletions.Approvals >= maxApprovals }},
		{"checks.deletions.environments", looserEnvironments, func(*Policy) bool { return false }},
		ignoreAspect("checks.deletions.paths.ignore", func(p *Policy) []string { return p.Deletions.Ignore }),
	}
}

func levelAspect(key string, of func(*Policy) checks.Severity) aspect {
	return ladder(key, of, "What blocked before no longer does.", checks.Off, checks.Warn, checks.Block)
}

func ignoreAspect(key string, of func(*Policy) []string) aspect {
	return grown(key, of, "Files are left alone that were checked.")
}
