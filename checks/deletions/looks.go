package deletions

import (
	"path"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// cleanUp are the words by which people call what deletes.
var cleanUp = regexp.MustCompile(`(?i)(^|[^a-z]|_)(clean(ing|er|ers|s)?[ _-]?(up|ups|old|all)?|cleanup\w*|prun(e|er|ing)\w*|purg(e|er|ing)\w*|delet(e|es|er|ing|ion)\w*|destroy\w*|tear[ _-]?down|` +
	`remov(e|es|er|ing|al)\w*|retention|nuke|wip(e|es|ing)|expir(e|es|ed|ing|ation)\w*|uninstall\w*|undeploy\w*|decommission\w*|garbage[ _-]?collect\w*|untag\w*|evict\w*|housekeep(ing|er)|janitor|reaper)([^a-z]|_|$)`)

// looksLikeCleanUp reports whether one of the names is that of a clean-up.
func looksLikeCleanUp(names ...string) bool {
	for _, name := range names {
		if len(name) <= maxValue && cleanUp.MatchString(camel.ReplaceAllString(name, "$1 $2")) {
			return true
		}
	}
	return false
}

// camel finds where a name goes on with a capital: deleteUntagged.
var camel = regexp.MustCompile(`([a-z])([A-Z])`)

// looksLikeCleanUp reports whether the pipeline, or the job in it, is called like a clean-up.
func (d *doubt) inCleanUp() bool {
	if looksLikeCleanUp(strings.TrimSuffix(path.Base(d.root.path), path.Ext(d.root.path)), d.root.Name) {
		return true
	}
	return d.job.looksLikeCleanUp()
}

func (j *job) looksLikeCleanUp() bool { return j != nil && looksLikeCleanUp(j.ID, j.Name) }

// looksLikeDeletion reports whether a command names a deletion by its program or its first words.
func looksLikeDeletion(c *shell.Command) bool {
	said := []string{path.Base(c.Words[0].Text)}
	for _, word := range c.Words[1:min(len(c.Words), 4)] {
		text := word.Text
		if pack, target, of := strings.Cut(text, ":"); of && !strings.ContainsAny(pack, ".= ") {
			text = target // of a build tool: "run preview:delete"
		}
		if len(text) > 0 && text[0] != '-' && !strings.ContainsAny(text, "/.:= ") {
			said = append(said, text)
		}
	}
	return looksLikeCleanUp(said...)
}

// ordinary are programs whose deletions are in the table, or that delete nothing that lasts: a
// name with "delete" behind one of them is no riddle.
func ordinary(name string) bool {
	_, ok := ordinaryPrograms()[strings.TrimSuffix(name, ".exe")]
	return ok
}
