package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// defaultTag is the one rule whose own severity is lower for some of what it finds:
// block, and warn where the default moves with releases only.
const defaultTag = "images/default-tag"

// ownSeverities are the rules' own severities by id.
type ownSeverities map[string]checks.Severity

func severities(catalogue []checks.Rule) ownSeverities {
	own := ownSeverities{}
	for _, r := range catalogue {
		own[r.ID] = r.Severity
	}
	return own
}

// firm is above block: it is not lowered by the kind of the file.
const firm = 4

// strength is how hard a rule is under a policy: two ranks, because it can depend on
// what the rule finds, each in words.
type strength struct {
	mildest, hardest         int
	mildestWord, hardestWord string
}

// strength is that of a rule under a policy. A rule that the policy names is as hard as
// it says there; under "pin: digest" an images rule that it does not name blocks in
// every file but examples, of which a note is the most that is said; so naming it, even
// with block, makes it milder.
func (own ownSeverities) strength(p *Policy, rule string) strength {
	if s, set := p.Rules[rule]; set {
		return one(s.Rank(), string(s))
	}
	if p.Images.Pin == PinDigest && strings.HasPrefix(rule, "images/") && rule != "images/unresolved" {
		return one(firm, "block, by pin: digest")
	}
	s, known := own[rule]
	if !known {
		return strength{checks.Off.Rank(), checks.Block.Rank(), "its own", "its own"}
	}
	all := one(s.Rank(), string(s)+", its own")
	if rule == defaultTag {
		low := s.Lower()
		all.mildest, all.mildestWord = low.Rank(), string(low)+", its own"
	}
	return all
}

func one(rank int, word string) strength { return strength{rank, rank, word, word} }

// looser compares the severities of the rules of which the two policies say something else.
func (own ownSeverities) looser(before, after *Policy) []Loosening {
	var all []Loosening
	names := slices.AppendSeq(slices.Collect(maps.Keys(before.Rules)), maps.Keys(after.Rules))
	slices.Sort(names)
	for _, rule := range slices.Compact(names) {
		// No entry is the empty word, which no entry is.
		if before.Rules[rule] == after.Rules[rule] {
			continue
		}
		was, is := own.strength(before, rule), own.strength(after, rule)
		if is.mildest < was.hardest {
			key := below("rules", rule)
			all = append(all, Loosening{Key: key, Subject: key, Before: was.hardestWord, After: is.mildestWord,
				Why: "What this rule finds counts for less."})
		}
	}
	return all
}
