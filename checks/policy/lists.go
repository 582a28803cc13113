package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// readDeployed reads checks.schema.deployed: what is running now.
func readDeployed(r *reader, key string, n *yaml.Node) {
	var list []Deployed
	lines := places{}
	r.eachItem(key, n, func(item *yaml.Node) {
		var d Deployed
		keys := 0
		fields := map[string]*string{"environment": &d.Environment, "release": &d.Release,
			"branch": &d.Branch, "tag": &d.Tag, "ref": &d.Ref}
		r.eachText(key, item, fields, func(name string, v *yaml.Node) {
			if keys++; v.Value == "" {
				r.fail(v, "%s is empty", below(key, name))
			}
		})
		if item.Kind == yaml.MappingNode && keys != 1 {
			r.fail(item, "%s: each entry has exactly one of environment, release, branch, tag and ref", key)
		}
		list = append(list, d)
		lines.add(d.String(), item)
	})
	r.setList(key, n, lines, func(p *Policy) { p.Schema.Deployed = slices.Clone(list) })
}

// readExceptions reads the exceptions. One without a reason or an end date is kept
// with its problem, so that the finding it speaks of can say why it still stands.
func readExceptions(r *reader, key string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	var list []Exception
	lines := places{}
	r.eachItem(key, n, func(item *yaml.Node) {
		e := r.exception(key, item)
		list = append(list, e)
		lines.add(e.entry(), item)
	})
	r.setList(key, n, lines, func(p *Policy) { p.Exceptions = append(p.Exceptions, list...) })
}

func (r *reader) exception(key string, n *yaml.Node) Exception {
	e := Exception{Line: n.Line, Source: r.doc.source}
	var until string
	fields := map[string]*string{"rule": &e.Rule, "path": &e.Path, "subject": &e.Subject,
		"reason": &e.Reason, "until": &until}
	r.eachText(key, n, fields, func(name string, v *yaml.Node) {
		switch name {
		case "rule":
			r.knownRule(v, e.Rule)
		case "path":
			if problem := badPathGlob(e.Path); problem != "" {
				r.fail(v, "%s: %q %s", below(key, name), e.Path, problem)
			}
		}
	})
	for _, name := range []string{"rule", "path"} {
		if n.Kind == yaml.MappingNode && value(n, name) == nil {
			r.fail(n, "the exception has no %s", name)
		}
	}
	e.Until, e.Problem = term(e.Reason, until)
	return e
}

// term is the last day of an exception or an ignore, or why it cannot count.
func term(reason, until string) (last time.Time, problem string) {
	if strings.TrimSpace(reason) == "" {
		return time.Time{}, "it gives no reason"
	}
	if until == "" {
		return time.Time{}, "it has no end date: until must be a day like 2027-01-31"
	}
	last, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return time.Time{}, "its end date is no day like 2027-01-31"
	}
	return last, ""
}

// eachText reads a mapping whose values are all texts into fields, and visits those
// that were read. Until is taken as it stands, and a reason may be left out: an
// exception without them is valid and does not count.
func (r *reader) eachText(key string, n *yaml.Node, fields map[string]*string, visit func(name string, v *yaml.Node)) {
	if isNull(n) {
		r.fail(n, "%s has an empty entry", key)
		return
	}
	r.eachKey(key, n, func(name string, k, v *yaml.Node) {
		target, ok := fields[name]
		switch {
		case !ok:
			r.fail(k, "unknown key %q in %s%s", name, key, r.guess(name, slices.Sorted(maps.Keys(fields))))
		case name == "until" && v.Kind == yaml.ScalarNode, name == "reason" && isNull(v):
			*target = v.Value
		default:
			if *target, ok = r.text(below(key, name), v); ok {
				visit(name, v)
			}
		}
	})
}

// readLocked reads the keys that an organisation keeps its repositories from setting.
func readLocked(r *reader, key string, n *yaml.Node) {
	if !r.organisation {
		r.fail(n, "only the organisation's policy, in its .github repository, can lock keys")
		return
	}
	if isNull(n) {
		return
	}
	known := lockable(r.rules)
	lines := places{}
	r.eachItem(key, n, func(item *yaml.Node) {
		lock, ok := r.text(key, item)
		if !ok {
			return
		}
		if !slices.Contains(known, lock) {
			r.fail(item, "%s: %q is no key of the policy%s", key, lock, r.guess(lock, known))
		}
		r.doc.locks = append(r.doc.locks, lock)
		lines.add(lock, item)
	})
	// It sets nothing in a policy; Resolve asks the document for its locks.
	r.setList(key, n, lines, func(*Policy) {})
}

// lockable lists every dotted key that a repository can set.
func lockable(rules []string) []string {
	keys := file().keys("")
	for _, rule := range rules {
		keys = append(keys, below("rules", rule))
	}
	return slices.DeleteFunc(keys, func(key string) bool { return key == "version" || key == "locked" })
}

// keys lists the dotted keys below key, sorted.
func (f field) keys(key string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		all = append(all, below(key, name))
		all = append(all, f.fields[name].keys(below(key, name))...)
	}
	return all
}
