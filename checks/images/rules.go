package images

import "github.com/checkrein/checkrein/checks"

// Rules is the one list of this check's rules.
func Rules() []checks.Rule {
	return []checks.Rule{
		mutableTag(),
		defaultTag(),
		floatingVersion(),
		unpinned(),
		unresolved(),
		pinMissing(),
		tagMoved(),
	}
}
