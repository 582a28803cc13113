package known

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// inner is the command that a command runs elsewhere: in a container, in a pod, from a package;
// nil: none. It is always shorter.
func (b *book) inner(program string, words []shell.Word) []shell.Word {
	rest := words[1:]
	switch program {
	case "docker", "podman", "nerdctl":
		return b.contained(rest)
	case "npx", "bunx", "uvx", "pnpx", "yarn", "bin/rails":
		return afterFlags(rest)
	case "pnpm", "bundle", "poetry", "pipenv", "uv", "pipx", "npm", "bun", "rye", "hatch", "mise", "pixi":
		if rest = afterFlags(rest); len(rest) > 1 && slices.Contains([]string{"exec", "run", "dlx", "x"}, rest[0].Text) {
			return afterFlags(rest[1:])
		}
	case "nix", "nix-shell":
		for n, w := range rest {
			if (w.Text == "--command" || w.Text == "-c") && n+1 < len(rest) {
				return rest[n+1:]
			}
		}
		return nil
	case "python", "python3", "py", "php", "ruby", "node":
		if len(rest) > 1 && rest[0].Text == "-m" {
			return rest[1:]
		}
		return afterFlags(rest)
	}
	for n, w := range rest {
		if w.Text == "--" {
			return rest[n+1:]
		}
	}
	return nil
}

// afterFlags are the words from the first that is no flag.
func afterFlags(words []shell.Word) []shell.Word {
	for n, w := range words {
		if !strings.HasPrefix(w.Text, "-") || w.Text == "-" {
			return words[n:]
		}
	}
	return nil
}

// contained is the command of `docker run`: with the program of the image before it where the
// image is known for one.
func (b *book) contained(words []shell.Word) []shell.Word {
	valued, at := b.styles["docker"].valued, -1
	for n := 0; n < len(words); n++ {
		w := words[n].Text
		switch {
		case strings.HasPrefix(w, "-"):
			if valued[w] {
				n++
			}
		case at < 0 && w == "container":
		case at < 0 && w == "run":
			at = n
		case at < 0:
			return nil
		default:
			return b.entered(words[n:], entrypoint(words[at:n]))
		}
	}
	return nil
}

func entrypoint(flags []shell.Word) *shell.Word {
	for n, w := range flags {
		if w.Text == "--entrypoint" && n+1 < len(flags) {
			return &flags[n+1]
		}
		if strings.HasPrefix(w.Text, "--entrypoint=") {
			w = cut(w, len("--entrypoint="))
			return &w
		}
	}
	return nil
}

// entered are the words that run in a container: image first, then its arguments.
func (b *book) entered(words []shell.Word, entry *shell.Word) []shell.Word {
	if entry != nil {
		return append([]shell.Word{*entry}, words[1:]...)
	}
	name, _, _ := strings.Cut(words[0].Text, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	for _, i := range b.images {
		if glob(i.glob, name) && (len(words) < 2 || words[1].Text != i.program) {
			return append([]shell.Word{{Text: i.program}}, words[1:]...)
		}
	}
	return words[1:]
}
