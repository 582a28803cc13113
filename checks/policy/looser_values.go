package policy

import (
	"slices"
	"strconv"
	"strings"
)

// ladder compares one of a few words, given from the mildest to the hardest.
func ladder[T ~string](key string, of func(*Policy) T, why string, steps ...T) aspect {
	rank := func(p *Policy) int { return slices.Index(steps, of(p)) }
	return aspect{
		key: key,
		compare: func(before, after *Policy) *Loosening {
			if rank(after) >= rank(before) {
				return nil
			}
			return &Loosening{Before: string(of(before)), After: string(of(after)), Why: why}
		},
		hardest: func(p *Policy) bool { return rank(p) == len(steps)-1 },
	}
}

// shrunk compares a list that is milder without one of its entries.
func shrunk(key string, of func(*Policy) []string, empty, why string) aspect {
	return aspect{
		key: key,
		compare: func(before, after *Policy) *Loosening {
			return listed(of(before), of(after), missing(of(before), of(after)), empty, why)
		},
		hardest: func(*Policy) bool { return false },
	}
}

// grown compares a list that is milder with one more entry. Whether a glob that replaces
// another one matches less is not asked: it counts as added.
func grown(key string, of func(*Policy) []string, why string) aspect {
	return aspect{
		key: key,
		compare: func(before, after *Policy) *Loosening {
			return listed(of(before), of(after), missing(of(after), of(before)), "none", why)
		},
		hardest: func(p *Policy) bool { return len(of(p)) == 0 },
	}
}

// listed is the loosening that these entries of a list make; nil when there are none.
func listed(before, after, entries []string, empty, why string) *Loosening {
	if len(entries) == 0 {
		return nil
	}
	return &Loosening{Before: joined(before, empty), After: joined(after, empty), Entries: entries, Why: why}
}

// missing are the entries of list that are not in other, each once, sorted.
func missing(list, other []string) []string {
	there := map[string]bool{}
	for _, entry := range other {
		there[entry] = true
	}
	return slices.DeleteFunc(unique(list), func(entry string) bool { return there[entry] })
}

// unique is a list as a set: order and repetition say nothing.
func unique(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

func joined(list []string, empty string) string {
	if len(list) == 0 {
		return empty
	}
	return strings.Join(unique(list), ", ")
}

// looserOwn: an image that is no longer own falls to third_party; that matters where
// third_party is milder. Without any own image nothing is third party.
func looserOwn(before, after *Policy) *Loosening {
	if !after.Images.sparesThirdParty() || len(after.Images.Own) == 0 {
		return nil
	}
	entries := missing(before.Images.Own, after.Images.Own)
	if len(before.Images.Own) == 0 {
		entries = unique(after.Images.Own)
	}
	return listed(before.Images.Own, after.Images.Own, entries, "none",
		"Images become third-party images, of which the policy lets less be said.")
}

// sparesThirdParty reports whether less is said of images that are not own.
func (i Images) sparesThirdParty() bool { return i.ThirdParty.Rank() < i.Level.Rank() }

// looserDialect: nobody can tell which of two dialects reads more out of a statement.
func looserDialect(before, after *Policy) *Loosening {
	if before.Schema.Dialect == after.Schema.Dialect {
		return nil
	}
	return &Loosening{Before: dialectName(before), After: dialectName(after),
		Why: "Migrations are read in another dialect, in which a statement may look harmless that is not."}
}

func dialectName(p *Policy) string {
	if p.Schema.Dialect == "" {
		return "detected"
	}
	return p.Schema.Dialect
}

// deployedNames are the entries of checks.schema.deployed in words. Without any the
// default stands, which is lost when one is named.
func deployedNames(p *Policy) []string {
	if len(p.Schema.Deployed) == 0 {
		return []string{"the newest version tag and the base"}
	}
	names := make([]string, len(p.Schema.Deployed))
	for i, d := range p.Schema.Deployed {
		names[i] = d.String()
	}
	return names
}

// String is the entry as it is written: "environment: production".
func (d Deployed) String() string {
	for _, field := range []struct{ key, value string }{
		{"environment", d.Environment}, {"release", d.Release}, {"branch", d.Branch}, {"tag", d.Tag},
	} {
		if field.value != "" {
			return field.key + ": " + field.value
		}
	}
	return "ref: " + d.Ref
}

func looserApprovals(before, after *Policy) *Loosening {
	if after.Deletions.Approvals >= before.Deletions.Approvals {
		return nil
	}
	return &Loosening{Before: strconv.Itoa(before.Deletions.Approvals), After: strconv.Itoa(after.Deletions.Approvals),
		Why: "Fewer people must have looked at a step that deletes."}
}

// looserEnvironments: an empty list takes any environment.
func looserEnvironments(before, after *Policy) *Loosening {
	was, is := before.Deletions.Environments, after.Deletions.Environments
	if len(was) == 0 {
		return nil
	}
	entries := missing(is, was)
	if len(is) == 0 {
		entries = unique(was)
	}
	return listed(was, is, entries, "any", "Steps that delete may run in further environments.")
}
