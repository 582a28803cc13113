package schema

import "slices"

// once leaves out what is said twice of one subject: the worst stays.
func once(list []outcome) []outcome {
	if len(list) > 4*maxFindings {
		list = list[:4*maxFindings] // told as more than can be told
	}
	var kept []outcome
	for _, o := range list {
		i := slices.IndexFunc(kept, func(k outcome) bool {
			return k.subject == o.subject && (k.rule == o.rule || ranks(k, o) || ranks(o, k))
		})
		switch {
		case i < 0:
			kept = append(kept, o)
		case ranks(o, kept[i]):
			kept[i] = o
		}
	}
	return kept
}

// ranks reports whether a says the same as b, only worse: breaking before depending.
func ranks(a, b outcome) bool {
	return a.rule == breaksDeployedID && b.rule == dependsID || a.rule == b.rule && rank(a.severity) > rank(b.severity)
}
