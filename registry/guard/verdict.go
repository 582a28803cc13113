package guard

import (
	"cmp"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/retention"
)

// Code says why a deletion is refused.
type Code string

// The codes that callers see.
const (
	Referenced   Code = "referenced"
	Pinned       Code = "pinned"
	Deployed     Code = "deployed"
	Young        Code = "young"
	Tagged       Code = "tagged"
	Unreadable   Code = "unreadable"
	WholePackage Code = "whole_package"
	Brake        Code = "brake"
	// NotUnderstood is the code of requests that are none the guard knows.
	NotUnderstood Code = "not_understood"
)

// refusal says why something does not pass; nil: it does.
type refusal struct {
	code  Code
	field string // the digest, or what else it is about
	why   string // the path from the root, or a sentence
}

func refuse(code Code, field any, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprint(field), fmt.Sprintf(format, args...)}
}

// rules are what a decision goes by, beside the graph.
type rules struct {
	rule  retention.Rule
	grace time.Duration
	now   time.Time
}

// age is how young a version must be to be kept for that.
func (r rules) age() time.Duration { return max(r.grace, r.rule.Keep.YoungerThan) }

// judge decides about one version by what is known: first what would break, then what it
// is itself. A tag's deletion is judged like that of its manifest.
func (v *view) judge(one registry.Version, r rules) *refusal {
	d := one.Digest
	if path, ok := v.graph.Explain(d); ok {
		return refuse(Referenced, d, "%s", path)
	}
	if at, err := v.graph.Unread(d); err != nil {
		return refuse(Unreadable, at, "%s", err)
	}
	for _, kind := range []struct {
		root registry.RootKind
		code Code
	}{{registry.Pinned, Pinned}, {registry.Deployed, Deployed}} {
		for _, root := range v.graph.Roots(d) {
			if root.Kind == kind.root {
				return refuse(kind.code, d, "%s", registry.Itself(d, root))
			}
		}
	}
	return cmp.Or(v.young(one, r), v.tagged(one, r), v.untagged(one, r))
}

// young keeps what somebody may be about to tag. A manifest without content is nobody's.
func (v *view) young(one registry.Version, r rules) *refusal {
	m, _ := v.graph.Known(one.Digest)
	since := v.since(one)
	if age := r.now.Sub(since); age >= r.age() || m.Empty {
		return nil
	}
	return refuse(Young, one.Digest, "created, updated, tagged or first seen at %s: it may go after %s",
		since.UTC().Format(time.RFC3339), since.Add(r.age()).UTC().Format(time.RFC3339))
}

// tagged keeps tags that the policy does not name, and the newest ones that it counts.
func (v *view) tagged(one registry.Version, r rules) *refusal {
	for _, tag := range one.Tags {
		if !r.rule.MayDelete(tag) {
			return refuse(Tagged, one.Digest, "%s -> %s: the retention policy does not name this tag for deletion", tag, one.Digest)
		}
	}
	keep := r.rule.Keep.NewestRoots
	if keep == 0 || len(one.Tags) == 0 {
		return nil
	}
	newer := 0
	for _, other := range v.versions {
		if len(other.Tags) > 0 && other.Digest != one.Digest && other.Last().After(one.Last()) {
			newer++
		}
	}
	if newer < keep {
		return refuse(Tagged, one.Digest, "%s -> %s: one of the %d newest roots, which the retention policy keeps", one.Tags[0], one.Digest, keep)
	}
	return nil
}

func (v *view) untagged(one registry.Version, r rules) *refusal {
	if len(one.Tags) == 0 && !r.rule.Delete.Untagged {
		return refuse(Pinned, one.Digest, "the retention policy does not let untagged versions of this package go")
	}
	return nil
}

// since is the last time that something was done with a version, as far as anybody knows.
func (v *view) since(one registry.Version) time.Time {
	if last := one.Last(); !last.IsZero() {
		return later(last, v.sights.Touched[one.Digest])
	}
	return later(v.sights.First[one.Digest], v.sights.Touched[one.Digest])
}
