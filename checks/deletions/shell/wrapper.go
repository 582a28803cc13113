package shell

import (
	"slices"
	"strings"
)

// wrapper is a program that starts the command its last words are.
type wrapper struct {
	// sub are the words that must come first, any of them: "exec" of `bundle exec`.
	sub []string
	// takes are the options that take the next word, blanks between them.
	takes string
	// own is how many words of its own come before the command.
	own int
	// sets: NAME=value words before the command set variables for it.
	sets bool
	// dashes: the command begins after `--`, and without it there is none.
	dashes bool
	// numbers: leading words of digits are its own.
	numbers bool
	// versions: `@…` behind the program is the version of its package.
	versions bool
	// asks: with one of these options it starts nothing.
	asks string
	// scripts are the options whose next word is a shell script, in place of a command.
	scripts string
}

// wrapperOf gives the wrapper of a program's name.
func wrapperOf(name string) (wrapper, bool) {
	switch name {
	case "sudo":
		return wrapper{takes: "-u --user -g --group -h --host -p --prompt -C -D -R -T -U -r -t", sets: true, asks: "-l -v -k -K -e"}, true
	case "doas":
		return wrapper{takes: "-u -C -a"}, true
	case "env", "genv":
		return wrapper{takes: "-u --unset -C --chdir", sets: true, scripts: "-S --split-string"}, true
	case "timeout", "gtimeout":
		return wrapper{takes: "-k --kill-after -s --signal", own: 1}, true
	case "time", "gtime":
		return wrapper{takes: "-f --format -o --output"}, true
	case "nohup", "setsid", "chronic", "unbuffer", "caffeinate", "builtin", "strace", "noglob", "nocorrect":
		return wrapper{takes: "-w -o"}, true
	case "nice":
		return wrapper{takes: "-n --adjustment"}, true
	case "ionice":
		return wrapper{takes: "-c --class -n --classdata -p"}, true
	case "exec":
		return wrapper{takes: "-a"}, true
	case "command":
		return wrapper{asks: "-v -V"}, true
	case "stdbuf":
		return wrapper{takes: "-i -o -e"}, true
	case "watch":
		return wrapper{takes: "-n --interval"}, true
	case "flock":
		return wrapper{takes: "-w --wait -E", own: 1, scripts: "-c --command"}, true
	case "retry":
		return wrapper{takes: "-t -d -m -s -u --times --delay --tries --max --min --until --while --retries --timeout", numbers: true}, true
	case "runuser":
		return wrapper{takes: "-u --user -g --group", scripts: "-c --command"}, true
	case "script":
		return wrapper{scripts: "-c --command", dashes: true}, true
	case "su":
		return wrapper{takes: "-s --shell -g --group", scripts: "-c --command", dashes: true}, true
	}
	return toolOf(name)
}

// toolOf gives the wrappers that are one command of a tool.
func toolOf(name string) (wrapper, bool) {
	switch name {
	case "op", "doppler", "infisical", "phase", "teller":
		return wrapper{sub: []string{"run"}, dashes: true}, true
	case "aws-vault", "chamber", "saml2aws", "aws-okta", "granted":
		return wrapper{sub: []string{"exec"}, takes: "-d --duration -a --idp-account -p --profile", own: 1}, true
	case "dotenv", "dotenvx", "env-cmd":
		return wrapper{sub: []string{"run", ""}, takes: "-e -f -c -p -v --file"}, true
	case "direnv":
		return wrapper{sub: []string{"exec"}, own: 1}, true
	case "mise", "rtx", "asdf":
		return wrapper{sub: []string{"exec", "x"}, dashes: true}, true
	case "poetry", "pipenv", "pdm", "hatch", "rye", "devbox":
		return wrapper{sub: []string{"run"}}, true
	case "uv":
		return wrapper{sub: []string{"run"}, takes: "--with --with-editable --with-requirements --python -p --extra --group --only-group --no-group --env-file --directory --project --index --index-url --package --cache-dir -m --module"}, true
	case "uvx", "pipx":
		return wrapper{sub: []string{"run", ""}, takes: "--from --with --spec --python -p", versions: true}, true
	case "npx", "bunx", "pnpx":
		return wrapper{takes: "-p --package -w --workspace --cache --userconfig", versions: true, scripts: "-c --call"}, true
	case "pnpm":
		return wrapper{sub: []string{"exec", "dlx"}, takes: "--package --filter -C --dir", versions: true}, true
	case "yarn":
		return wrapper{sub: []string{"exec", "dlx"}, takes: "-p --package", versions: true}, true
	case "npm":
		return wrapper{sub: []string{"exec", "x"}, takes: "-p --package -w --workspace", versions: true, scripts: "-c --call"}, true
	case "bun":
		return wrapper{sub: []string{"x"}, versions: true}, true
	case "bundle":
		return wrapper{sub: []string{"exec"}}, true
	case "nix":
		return wrapper{sub: []string{"develop", "shell"}, scripts: "", takes: "", dashes: true}, true
	case "nix-shell":
		return wrapper{takes: "-p -I", scripts: "--run --command", dashes: true}, true
	}
	return wrapper{}, false
}

// wrapped runs what a command starts; done: it is a wrapper, or a shell that is given a script.
func (w walk) wrapped(name string, fields []field, in feed) (output, bool) {
	if len(w.wrappers) >= maxWrappers {
		w.defeat("commands within commands, nested too deep")
		return nil, true
	}
	switch name {
	case "xargs", "gxargs":
		return w.xargs(fields, in)
	case "parallel":
		return w.parallel(fields, in)
	case "find", "fd", "gfind":
		w.find(name, fields, in)
		return nil, true
	case "eval", "trap":
		return w.evaluated(name, fields, in)
	case "ssh":
		return w.ssh(fields, in)
	case "docker", "podman", "nerdctl", "docker-compose", "kubectl", "oc":
		return w.container(name, fields, in)
	}
	if done := w.shell(name, fields, in); done {
		return nil, true
	}
	spec, ok := wrapperOf(name)
	if !ok {
		return nil, false
	}
	return w.unwrapped(name, spec, fields, in)
}

// inWrapper is the way to what a wrapper starts.
func (w walk) inWrapper(name string) walk {
	w.wrappers = append(slices.Clip(w.wrappers), name)
	return w
}

func (w walk) unwrapped(name string, spec wrapper, fields []field, in feed) (output, bool) {
	words := fields[1:]
	if len(spec.sub) > 0 {
		words = spec.options(words) // `pnpm --filter x exec …`
		if len(words) > 0 && words[0].text() != "" && slices.Contains(spec.sub, words[0].text()) {
			name, words = name+" "+words[0].text(), words[1:]
		} else if !slices.Contains(spec.sub, "") {
			return nil, false
		}
	}
	if script, ok := spec.script(words); ok {
		w.inWrapper(name+" -c").script(script.value, Sh, nil, in)
		return nil, true
	}
	for _, f := range words {
		t := f.text()
		if t != "" && strings.Contains(" "+spec.asks+" ", " "+t+" ") {
			return nil, false
		}
		if !strings.HasPrefix(t, "-") {
			break
		}
	}
	inner := w.inWrapper(name)
	words, inner = inner.begun(spec, words)
	if len(words) == 0 || spec.dashes && !slices.ContainsFunc(fields, isDashes) {
		return nil, false
	}
	if spec.versions {
		words = withoutVersion(words)
	}
	words = slices.Clone(words)
	words[0].from = fields[0].from // it is there that the command begins
	return inner.run(words, in), true
}

func isDashes(f field) bool { return f.text() == "--" }

// begun leaves off what a wrapper is told before its command.
func (w walk) begun(spec wrapper, words []field) ([]field, walk) {
	if i := slices.IndexFunc(words, isDashes); i >= 0 && (spec.dashes || spec.numbers) {
		return words[i+1:], w
	}
	own := spec.own
	for {
		words = spec.options(words)
		if len(words) == 0 {
			return nil, w
		}
		name, assigns := isAssignment(words[0].value)
		switch t := words[0].text(); {
		case spec.sets && assigns:
			text := words[0].flat()
			w = w.with(name, words[0].slice(len(name)+1, len(text)))
		case own > 0 && t != "--":
			own--
		case spec.numbers && t != "" && strings.Trim(t, "0123456789smh.") == "":
		case t == "--":
		default:
			return words, w
		}
		words = words[1:]
	}
}

// options leaves off options, with what they take.
func (spec wrapper) options(words []field) []field {
	for len(words) > 0 {
		t := words[0].begins()
		if !strings.HasPrefix(t, "-") || t == "--" {
			break
		}
		n := 1
		if strings.Contains(" "+spec.takes+" ", " "+t+" ") {
			n = 2
		}
		words = words[min(n, len(words)):]
	}
	return words
}

// script is the word behind an option that takes a script.
func (spec wrapper) script(words []field) (field, bool) {
	for i, f := range words[:max(len(words)-1, 0)] {
		t := f.text()
		if t == "--" {
			break
		}
		if t != "" && strings.Contains(" "+spec.scripts+" ", " "+t+" ") {
			return words[i+1], true
		}
	}
	return field{}, false
}

// withoutVersion takes `@2` off the program: `npx cdk@2` starts cdk.
func withoutVersion(words []field) []field {
	text := words[0].flat()
	if n := strings.LastIndexByte(text, '@'); n > 0 {
		words = slices.Clone(words)
		words[0].value = words[0].slice(0, n)
	}
	return words
}
