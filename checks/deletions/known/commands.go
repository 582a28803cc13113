package known

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// Commands are the deletions of one command; one, but where it makes several requests. A
// command of no row, and one whose program is not known, has none.
func Commands(c shell.Command) []Deed {
	b := load()
	var previous []string
	for words := c.Words; len(words) > 0; {
		program := base(words[0])
		if deeds := b.command(program, words[1:], c, previous); len(deeds) > 0 {
			return deeds
		}
		inner := b.inner(program, words)
		if len(inner) == 0 || len(inner) >= len(words) && len(previous) > 4 {
			return nil
		}
		previous, words = append(previous, program), inner
		if len(previous) > 8 {
			return nil
		}
	}
	return nil
}

// command asks the rows of one program.
func (b *book) command(program string, words []shell.Word, c shell.Command, outer []string) []Deed {
	folded := strings.ToLower(program)
	candidates := b.heads[folded]
	for _, g := range b.globbed {
		if oneOf(g.heads, program) || oneOf(g.heads, folded) {
			candidates = append(slices.Clip(candidates), g)
		}
	}
	client := clients(folded)
	if len(candidates) == 0 && client == nil {
		return nil
	}
	in := b.invocation(program, words)
	in.env, in.stdin = c.Env, c.Stdin
	in.fed = slices.ContainsFunc(c.Wrappers, func(w string) bool { return strings.HasPrefix(w, "xargs") || strings.HasPrefix(w, "parallel") })
	in.dir = c.Dir
	in.foreign = slices.Contains(outer, "kubectl") || slices.ContainsFunc(c.Wrappers, func(w string) bool { return strings.HasPrefix(w, "ssh") && w != "ssh localhost" })
	if len(in.get("--help")) > 0 {
		return nil
	}
	for _, c := range candidates {
		if c.match(in) {
			return []Deed{c.row.deed(in, c.preview)}
		}
	}
	if client == nil {
		return nil
	}
	return b.requests(client(in))
}

// invocation reads the words as the program does.
func (b *book) invocation(program string, words []shell.Word) *invocation {
	s, told := b.styles[program]
	if !told && isCmdlet(program) {
		s.folded, s.valued = true, b.styles["cmdlets"].valued
	}
	in := read(program, words, s)
	for len(in.args) > 0 && slices.Contains(b.skipped[program], in.args[0].Text) {
		in.args = in.args[1:]
	}
	return in
}

// isCmdlet reports whether a name is one of PowerShell's: a verb and a noun.
func isCmdlet(program string) bool {
	switch strings.ToLower(program) {
	case "irm", "iwr", "ri":
		return true
	}
	verb, noun, two := strings.Cut(program, "-")
	switch strings.ToLower(verb) {
	case "remove", "invoke", "clear", "uninstall", "unregister", "unpublish", "stop", "reset":
		return two && len(noun) > 2 && noun[0] >= 'A' && noun[0] <= 'Z' || two && verb != strings.ToLower(verb)
	}
	return false
}

// deed is what the command does, as the row sees it.
func (r *Row) deed(in *invocation, preview bool) Deed {
	d := Deed{Row: r, Preview: preview}
	target, from := r.target(in)
	d.Target = target
	if !preview {
		dry, switches := r.dryRun(in)
		d.Preview = dry
		from = append(from, switches...)
	}
	d.Chosen = chosen(from)
	if !d.Preview {
		d.Unsafe = r.unsafeCommand(in)
	}
	return d
}

// target is what the command deletes, and what the gaps of its words hang on.
func (r *Row) target(in *invocation) (string, []string) {
	var shows, from []string
	take := func(w shell.Word) {
		if w.Text != "" && (len(shows) < mostShown || !w.Known()) {
			w = withoutCredentials(w)
			shows, from = append(shows, shown(w)), append(from, w.From...)
		}
	}
	named := r.match.targets
	if len(named) == 0 {
		named = []string{"args"}
	}
	args := func() {
		for _, a := range in.args[in.rest:] {
			if !a.loose || !secret(a.From) {
				take(a.Word)
			}
		}
	}
	for _, name := range named {
		switch {
		case name == "args":
			args()
		case name[0] == '{':
			for _, w := range findings(name, in) {
				take(w)
			}
		default:
			for _, f := range in.get(name) {
				take(f.Word)
			}
		}
	}
	if len(shows) == 0 {
		args() // it is named by a flag that the row does not know
	}
	for _, a := range in.args {
		if !a.loose || !secret(a.From) {
			from = append(from, withoutCredentials(a.Word).From...)
		}
	}
	for _, name := range surroundings(in.program) {
		for _, f := range in.get(name) {
			from = append(from, f.From...)
		}
	}
	if in.fed && !strings.Contains(strings.Join(shows, " "), "…") {
		shows = append(shows, "…")
	}
	return strings.ToValidUTF8(clip(strings.Join(shows, " ")), ""), from
}

// surroundings are the flags that say in which namespace, cluster or project a target is, or
// by which labels it is found: what chooses them chooses the target.
func surroundings(program string) []string {
	switch program {
	case "kubectl", "oc", "helm", "flux", "argocd":
		return []string{"-n", "--namespace", "--context", "--kube-context", "-l", "--selector"}
	case "gcloud":
		return []string{"--project"}
	case "az":
		return []string{"--subscription", "--resource-group", "-g"}
	}
	return nil
}

// mostShown is how many words a target is told in.
const mostShown = 64

func secret(from []string) bool {
	return slices.ContainsFunc(from, func(f string) bool { return strings.Contains(f, "secrets.") })
}

// dryRun reports whether the command is literally the dry run of its row, and what a switch
// that is not literal hangs on.
func (r *Row) dryRun(in *invocation) (dry bool, from []string) {
	for _, t := range r.match.dry {
		for _, name := range t.names {
			f, there := last(in.get(name))
			from = append(from, f.From...)
			dry = dry || there && f.literal() && t.like(f)
			if _, negated := last(in.get("--no-" + strings.TrimLeft(name, "-"))); negated {
				return false, from
			}
		}
	}
	if dry || len(r.match.armed) == 0 {
		return dry, from
	}
	for _, t := range r.match.armed {
		for _, name := range t.names {
			f, there := last(in.get(name))
			from = append(from, f.From...)
			if there && (!f.given || !f.Known() || on(f.Text)) {
				return false, from
			}
		}
	}
	return true, from
}

// like reports whether the value of a switch is one of those that the token describes; where
// it only lists examples ("server|client"), any that is not off will do.
func (t token) like(f flag) bool {
	return !strings.Contains(strings.Join(t.values, ""), "*") || oneOf(t.values, f.Text)
}

func last(all []flag) (flag, bool) {
	if len(all) == 0 {
		return flag{}, false
	}
	return all[len(all)-1], true
}

// LocalCluster reports whether a command makes a cluster that lives on the runner: what is
// deleted in a cluster after it (Row.Kube) goes with the job.
func LocalCluster(c shell.Command) bool {
	if len(c.Words) == 0 {
		return false
	}
	b := load()
	program := base(c.Words[0])
	return slices.ContainsFunc(b.clusters, func(p pattern) bool {
		return slices.Contains(p.heads, program) && p.match(b.invocation(program, c.Words[1:]))
	})
}
