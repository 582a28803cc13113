package deletions

import (
	"path"
	"slices"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// keepPlan notes the file in which a job keeps the plan of a destruction.
func (w *walker) keepPlan(fr frame, c *shell.Command) {
	plain, flags := words(c, "-out", "--out")
	out, kept := first(flags, "-out", "--out")
	_, destroys := first(flags, "-destroy", "--destroy")
	if kept && destroys && out.Known() && slices.ContainsFunc(plain, func(word shell.Word) bool { return word.Text == "plan" }) {
		w.made[fr.jobKey()+" plan "+path.Clean(out.Text)] = true
	}
}

// asPlanned are the words of a command with the switch of the plan that it applies, if that
// is one of a destruction.
func (w *walker) asPlanned(fr frame, all []shell.Word) []shell.Word {
	switch path.Base(all[0].Text) {
	case "terraform", "tofu", "terragrunt":
	default:
		return all
	}
	if !slices.ContainsFunc(all, func(word shell.Word) bool { return word.Text == "apply" }) {
		return all
	}
	for _, word := range all[1:] {
		if word.Known() && w.made[fr.jobKey()+" plan "+path.Clean(word.Text)] {
			return append(slices.Clip(all), shell.Word{Text: "-destroy"})
		}
	}
	return all
}
