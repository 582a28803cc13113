package shell

import (
	"slices"
	"strings"
)

// container emits a command of docker and its like, and what it starts within a container.
func (w walk) container(name string, fields []field, in feed) (output, bool) {
	i, what := containerCommand(name, fields)
	if i < 0 {
		return nil, false
	}
	w.emitted(fields, in)
	var words []field
	if name == "kubectl" || name == "oc" {
		words = afterDashes(fields[i+1:])
	} else {
		words = withinImage(fields[i+1:])
	}
	if len(words) == 0 || strings.HasPrefix(words[0].begins(), "-") {
		return nil, true
	}
	inner := w.inWrapper(what)
	inner.scope = &scope{args: &arguments{}} // a container has an environment and folders of its own
	words = slices.Clone(words)
	words[0].from = fields[0].from
	words[len(words)-1].to = max(words[len(words)-1].to, words[0].from)
	inner.run(words, feed{stdin: in.stdin, piped: -1})
	return nil, true
}

// containerCommand finds the `run` or `exec` of a command, and how that is told; -1: there is none.
func containerCommand(name string, fields []field) (int, string) {
	told := name
	for i := 1; i < len(fields); i++ {
		switch t := fields[i].text(); {
		case t == "run" || t == "exec":
			return i, told + " " + t
		case t == "compose" || t == "container":
			told += " " + t
		case strings.HasPrefix(t, "-"):
			if slices.Contains([]string{"-f", "--file", "-p", "--project-name", "--context", "-c", "-H", "--host", "-n", "--namespace", "--kubeconfig", "--profile", "--env-file"}, t) {
				i++
			}
		default:
			return -1, ""
		}
	}
	return -1, ""
}

func afterDashes(words []field) []field {
	if i := slices.IndexFunc(words, isDashes); i >= 0 {
		return words[i+1:]
	}
	return nil
}

// withinImage is the command that a container is started with: what follows the image, or
// the container, behind its entry point.
func withinImage(words []field) []field {
	var entry []field
	for len(words) > 0 && strings.HasPrefix(words[0].begins(), "-") {
		t, n := words[0].begins(), 1
		switch {
		case t == "--entrypoint" && len(words) > 1:
			if n = 2; len(words[1].flat()) > 0 {
				entry = words[1:2]
			}
		case strings.HasPrefix(t, "--entrypoint="):
			if v := words[0].slice(len("--entrypoint="), len(words[0].flat())); len(v) > 0 {
				entry = []field{{v, words[0].from, words[0].to}}
			}
		case !strings.Contains(t, "=") && takesContainer(t):
			n = 2
		}
		words = words[min(n, len(words)):]
	}
	if len(words) == 0 {
		return nil
	}
	return append(slices.Clone(entry), words[1:]...)
}

// takesContainer tells whether an option of run or exec takes the next word: all but these do.
func takesContainer(t string) bool {
	if !strings.HasPrefix(t, "--") {
		return strings.Trim(t, "-ditPTqA") != "" && len(t) == 2 || len(t) > 2 && strings.ContainsAny(t[len(t)-1:], "evpuwhlmc") && strings.Trim(t[1:len(t)-1], "dit") == ""
	}
	return !slices.Contains([]string{"--detach", "--interactive", "--tty", "--rm", "--init", "--privileged", "--read-only", "--publish-all",
		"--no-healthcheck", "--sig-proxy", "--oom-kill-disable", "--disable-content-trust", "--quiet", "--no-deps", "--service-ports",
		"--use-aliases", "--build", "--quiet-pull", "--remove-orphans", "--no-TTY", "--help", "--replace"}, t)
}
