package deletions

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// notes is what a command says about those after it in its job: what the job has made itself
// goes with it.
func (w *walker) notes(fr frame, c *shell.Command) {
	switch {
	case known.LocalCluster(*c):
		w.clusters[fr.jobKey()] = true
	case goesElsewhere(c):
		delete(w.clusters, fr.jobKey())
	}
	if why := known.Selects(*c); why != "" {
		w.selects[fr.jobKey()] = why
	}
	if len(c.Words) < 2 {
		return
	}
	switch path.Base(c.Words[0].Text) {
	case "docker", "podman", "nerdctl":
		_, flags := words(c, "--name")
		if name, ok := flags["--name"]; ok && name.Known() {
			w.made[fr.jobKey()+" container "+name.Text] = true
		}
	case "terragrunt":
		w.keepPlan(fr, c)
	case "terraform", "tofu":
		w.keepPlan(fr, c)
		if slices.ContainsFunc(c.Words, func(word shell.Word) bool { return word.Text == "apply" }) {
			w.made[fr.jobKey()+" state "+w.at(fr, c)] = true
		}
	}
}

// at is the folder in which a command runs.
func (w *walker) at(fr frame, c *shell.Command) string {
	if c.Dir.Text != "" {
		fr.dir, fr.lost = w.folderWord(fr, c.Dir)
	}
	for _, word := range c.Words {
		if in, ok := strings.CutPrefix(word.Text, "-chdir="); ok {
			fr.dir, fr.lost = w.folderWord(fr, shell.Word{Text: in, From: word.From})
		}
	}
	if fr.lost {
		return "?"
	}
	return fr.dir
}

// elsewhere are the words of commands by which kubectl goes to another cluster from there on.
var elsewhere = []string{"update-kubeconfig", "get-credentials", "use-context", "set-context", "kubeconfig", "KUBECONFIG"}

// goesElsewhere reports whether commands after this one may go to another cluster.
func goesElsewhere(c *shell.Command) bool {
	return slices.ContainsFunc(c.Words, func(word shell.Word) bool {
		return slices.ContainsFunc(elsewhere, func(name string) bool { return strings.HasPrefix(word.Text, name) })
	})
}

// ownCluster reports whether it goes to a cluster that the job has made before, by all that is said.
func (a *act) ownCluster() bool {
	if !a.Row.Kube || !a.via.clusters[a.jobKey()] {
		return false
	}
	if a.command == nil {
		return true
	}
	_, set := a.command.Env["KUBECONFIG"]
	return !set && !slices.ContainsFunc(a.command.Words, func(word shell.Word) bool {
		for _, flag := range []string{"--context", "--kube-context", "--kubeconfig", "--server", "--cluster"} {
			if strings.HasPrefix(word.Text, flag) {
				return true
			}
		}
		return false
	})
}

// ownThing reports whether a container is one that the job has started.
func (a *act) ownThing() bool {
	return a.Row.Local && !a.away && a.command != nil && slices.ContainsFunc(a.command.Words, func(word shell.Word) bool {
		return word.Known() && a.via.made[a.jobKey()+" container "+word.Text]
	})
}

// backend is where Terraform keeps a state, as its files say.
var backend = regexp.MustCompile(`(?m)^\s*(backend\s+"(\w+)"|cloud)\s*\{`)

// ownState reports whether Terraform destroys what the job has applied before, with a state
// that the files of the folder put on the runner: nothing else can go with it.
func (a *act) ownState() bool {
	if a.command == nil || !slices.Contains(a.Row.Facts, 53) || a.away || a.job == nil || a.job.SelfHosted {
		return false
	}
	dir := a.via.at(a.frame, a.command)
	if dir == "?" || !a.via.made[a.jobKey()+" state "+dir] { // by now
		return false
	}
	local := false
	for _, name := range []string{"main.tf", "backend.tf", "versions.tf", "terraform.tf", "providers.tf", "state.tf"} {
		f, _ := a.via.file(path.Join(dir, name))
		if f == nil {
			continue
		}
		for _, m := range backend.FindAllSubmatch(f.data, -1) {
			if string(m[2]) != "local" {
				return false
			}
			local = true
		}
	}
	return local
}

// container tells of an image that nobody knows, where it looks like a cleaner.
func (w *walker) container(fr frame, c *shell.Command) {
	if len(c.Words) < 3 || c.Words[1].Text != "run" {
		return
	}
	said := slices.DeleteFunc(texts(c.Words[2:]), func(text string) bool { return strings.HasPrefix(text, "-") || strings.ContainsAny(text, "=$ ") })
	if looksLikeCleanUp(said...) {
		w.doubt(fr, c.Span, c.Written, "what the image does is not in this repository", true)
	}
}
