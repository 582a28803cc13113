package known

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// FuzzMatch feeds a command, a use of an action and a script; the first byte chooses which.
func FuzzMatch(f *testing.F) {
	for _, r := range load().rows {
		for _, l := range append(append([]string{}, r.Likes...), r.match.unlike...) {
			if isUse(l) {
				f.Add("u" + l)
				continue
			}
			f.Add("c" + l)
		}
	}
	f.Add("sawait github.rest.packages.deletePackageVersionForOrg({org: 'a', package_type: 'container'}) // x")
	f.Add("sgithub.request(`DELETE /repos/${o}/{repo}`, {repo")
	f.Add("sgraphql('mutation { deleteRef(")
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" || len(text) > 1<<16 {
			return
		}
		var all []Deed
		switch kind, rest := text[0], text[1:]; kind {
		case 'c':
			c := command(rest)
			all = Commands(c)
			Selects(c)
			LocalCluster(c)
		case 'u':
			a := action(rest)
			all = Uses(a)
			DeletesNothing(a)
			LocalClusterAction(a)
		default:
			for _, call := range Calls(shell.Whole([]byte(rest))) {
				all = append(all, call.Deed)
				if call.Line < 1 || call.EndLine < call.Line || len(call.Written) > 200 {
					t.Errorf("a call at %+v, written %q", call.Span, call.Written)
				}
			}
		}
		for _, d := range all {
			if d.Row == nil || strings.Contains(d.Target, shell.Gap) || utf8.ValidString(text) && !utf8.ValidString(d.Target) || d.Preview && d.Unsafe != "" {
				t.Errorf("a deed that cannot be: %+v", d)
			}
		}
	})
}

// Nothing that is put into a pull request makes matching slow: 1 MB of words, flags, addresses,
// statements or code.
func TestHostileInput(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	load()
	const size = 1 << 20
	words := func(first string, word string) shell.Command {
		c := shell.Command{Piped: -1}
		for _, w := range strings.Fields(first) {
			c.Words = append(c.Words, shell.Word{Text: w})
		}
		for range size / (len(word) + 1) {
			c.Words = append(c.Words, shell.Word{Text: word})
		}
		return c
	}
	long := func(first, text string) shell.Command {
		c := words(first, strings.Repeat("x", size))
		c.Words[len(c.Words)-1].Text = strings.Repeat(text, size/len(text))
		return c
	}
	given := func(first, text string) shell.Command {
		c := words(first, strings.Repeat("x", size))
		c.Words = c.Words[:len(c.Words)-1]
		c.Stdin = &shell.Word{Text: strings.Repeat(text, size/len(text))}
		return c
	}
	for what, c := range map[string]shell.Command{
		"words":            words("kubectl delete", "ab"),
		"flags":            words("aws s3 rm", "--a"),
		"one flag":         words("curl -X DELETE", "-d"),
		"values":           words("curl -X DELETE", "-da"),
		"clusters":         long("rm", "-r"),
		"a cluster":        long("docker run", "-abc"),
		"addresses":        words("curl -X DELETE", "http://a.b/c"),
		"an address":       long("curl -X DELETE", "http://a/"),
		"dockers":          words("docker run", "docker run"),
		"runs":             words("npx", "npx"),
		"shells":           words("docker run alpine", "docker"),
		"dashes":           words("aws", "--"),
		"statements":       given("psql -h db.acme.example", "DROP TABLE x;"),
		"temporary tables": given("psql -h db.acme.example", "create temp table x;"),
		"comments":         given("psql -h db.acme.example", "/* "),
		"quotes":           given("psql -h db.acme.example", "'a''"),
		"semicolons":       given("mysql -h db.acme.example", ";"),
		"refs":             words("git push", ":a"),
		"a filter":         long("jq", "tags | "),
		"xargs":            words("gh api -X DELETE", "/a"),
		"stars":            long("gh api -X DELETE", "/packages/container/versions"),
	} {
		t.Run(what, func(t *testing.T) { bounded(t, func() { Commands(c); Selects(c); LocalCluster(c) }) })
	}
	for what, text := range map[string]string{
		"calls":       "a.deleteRef(",
		"requests":    "request('DELETE /a', {",
		"comments":    "/* // ",
		"quotes":      "'\"`\\",
		"open":        "deletePackage((((",
		"interpolate": "request(`DELETE ${a",
		"names":       "a.b.c.d.",
		"spaces":      "a . b  .",
	} {
		code := shell.Whole([]byte(strings.Repeat(text, size/len(text))))
		t.Run("script of "+what, func(t *testing.T) { bounded(t, func() { Calls(code) }) })
	}
	with := map[string]string{"args": strings.Repeat("${{ a ", size/6), "packages": strings.Repeat("${{ inputs.a }}", size/15), "dry-run": strings.Repeat("a", size)}
	t.Run("inputs", func(t *testing.T) {
		bounded(t, func() {
			Uses(Action{Name: "dataaxiom/ghcr-cleanup-action", Ref: "v1", With: with})
			Uses(Action{Name: "docker://alpine/helm", With: with})
			Uses(Action{Name: strings.Repeat("a/", size/2), With: with})
			DeletesNothing(Action{Name: strings.Repeat("a-", size/2)})
		})
	})
}

func bounded(t *testing.T, fn func()) {
	t.Helper()
	if took, heap := effort.Of(fn); took > effort.Time || heap > effort.Heap {
		t.Errorf("it took %v and %d bytes; want at most %v and %d", took, heap, effort.Time, effort.Heap)
	}
}

func BenchmarkCommands(b *testing.B) {
	c := command("aws --profile prod s3 rm s3://acme-backups/2023 --recursive")
	for b.Loop() {
		Commands(c)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := parse(readPart); err != nil {
			b.Fatal(err)
		}
	}
}
