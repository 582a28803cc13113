package deletions

import "github.com/checkrein/checkrein/checks"

// fresh marks the findings that are new. A deletion that nobody has reviewed is new, too,
// where the step or anything on the way to it is another than it was: whoever said yes
// before said it to something else.
func fresh(head, base *side, findings, old []checks.Finding, was func(string) string) {
	stamp := func(s *side, list []checks.Finding) []string {
		subjects := make([]string, len(list))
		for i := range list {
			f := &list[i]
			subjects[i] = f.Subject
			if f.Rule == unreviewedID || f.Rule == unknownCalleeID {
				f.Subject += "\x00" + s.prints[printKey(*f)]
			}
		}
		return subjects
	}
	subjects := stamp(head, findings)
	stamp(base, old)
	checks.Fresh(findings, old, was)
	for i := range findings {
		findings[i].Subject = subjects[i]
	}
}
