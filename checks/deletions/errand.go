package deletions

import "regexp"

// errands are the words of actions and workflows that delete nothing.
var errands = regexp.MustCompile(`(?i)(^|[^a-z])(tests?|build|secrets?|setup|context|lock|assign|triage|changelog|matrix|filter|tokens?|auth|login|install|version|review)([^a-z]|$)`)

// talk are the words of those that only say, compare, sort or count: what they are called for
// in a clean-up is talk about it.
var talk = regexp.MustCompile(`(?i)(^|[^a-z])(labels?|lint|notif(y|ication)|asserts?|comments?|greet|welcome|summary|report|slack|status|plan|sort|track(er|ing)?)([^a-z]|$)`)

// errand reports whether the name of an action or a workflow says that it deletes nothing.
func errand(name string) bool { return errands.MatchString(name) || talk.MatchString(name) }

// calledLikeCleanUp reports whether what is called has the name of a clean-up, or is called
// by such a name and may be one.
func calledLikeCleanUp(name string, around ...string) bool {
	return looksLikeCleanUp(name) || !talk.MatchString(name) && looksLikeCleanUp(around...)
}
