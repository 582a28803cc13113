package checks

import "regexp"

// Fresh marks as New those findings of head that base does not have: same rule,
// path at the merge base, subject and address, counted as a multiset, lines
// ignored. Moving lines or the file makes nothing new; a second copy is.
// was gives the merge base's path for a head's path.
func Fresh(head, base []Finding, was func(path string) string) {
	exact := map[identity]int{}
	loose := map[identity]int{}
	for _, f := range base {
		id := identify(f, f.Path)
		exact[id]++
		loose[id.loosened()]++
	}
	// First those whose address still matches to the letter, so that of two copies
	// the added one is told.
	left := make([]int, 0, len(head))
	for i := range head {
		id := identify(head[i], was(head[i].Path))
		if head[i].New = exact[id] == 0; head[i].New {
			left = append(left, i)
			continue
		}
		exact[id]--
		loose[id.loosened()]--
	}
	for _, i := range left {
		id := identify(head[i], was(head[i].Path)).loosened()
		if loose[id] > 0 {
			head[i].New = false
			loose[id]--
		}
	}
}

// identity is what makes two findings the same across commits.
type identity struct{ rule, path, subject, address string }

func identify(f Finding, path string) identity {
	return identity{f.Rule, path, f.Subject, f.Address}
}

var index = regexp.MustCompile(`\[\d+\]|\b\d+\b`)

// loosened forgets positions in lists: an element put before another moves it.
func (i identity) loosened() identity {
	i.address = index.ReplaceAllString(i.address, "[]")
	return i
}
