package review

import "slices"

// maxPaths is how many paths can be asked for with the voices; see hub.Client.Voices.
const maxPaths = 100

// asked is a question with its key.
type asked struct {
	Question
	key string
}

// enough reports whether these are the yeses of as many people as are needed.
func (q asked) enough(said []Yes) bool { return len(said) >= max(1, q.Needed) }

// ask sorts out the questions that can be asked, and says why others cannot.
func ask(questions []Question) (open []asked, n notes) {
	paths := map[string]bool{}
	for _, q := range questions {
		switch {
		case len(q.Files) == 0:
			// A yes is about files: to none of them everybody's review would be one.
			n.add("Nobody can say yes to %s here, because it names no file.", shown(q.Rule))
		case KindOf(q.Rule) == ByNobody:
			// Mended, or excepted in the policy: nobody waits for a person.
		case KindOf(q.Rule) == ByReview && !fits(paths, q.Files):
			n.add("Nobody can say yes to %s here, because more than %d files wait for a review.", shown(q.Rule), maxPaths)
		default:
			open = append(open, asked{q, q.Key()})
		}
	}
	return open, n
}

// fits adds the files' paths where there is room for all of them.
func fits(paths map[string]bool, files []File) bool {
	more := map[string]bool{}
	for _, f := range files {
		if !paths[f.Path] {
			more[f.Path] = true
		}
	}
	if len(paths)+len(more) > maxPaths {
		return false
	}
	for p := range more {
		paths[p] = true
	}
	return true
}

// reviewPaths are the paths of all questions that a review answers, sorted.
func reviewPaths(open []asked) []string {
	var paths []string
	for _, q := range open {
		if KindOf(q.Rule) == ByReview {
			for _, f := range q.Files {
				paths = append(paths, f.Path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
