package shell

import "strings"

var javaScript = language{comment: "//", block: [2]string{"/*", "*/"}, quotes: []string{"`", `"`, "'"}, slashes: true, starter: javaScriptStarter}

// javaScriptStarter gives the functions of JavaScript that start commands. A bare exec of
// anything but child_process is that of a pattern.
func javaScriptStarter(name string) (starter, bool) {
	base := name[strings.LastIndexByte(name, '.')+1:]
	of := strings.TrimSuffix(strings.TrimSuffix(name, base), ".")
	switch base {
	case "execSync", "execaCommand", "execaCommandSync", "execAsync", "execPromise":
		return starter{shell: true}, true
	case "spawnSync", "execFileSync", "execa", "execaSync", "getExecOutput":
		return starter{list: true}, true
	case "spawn", "execFile", "spawnAsync", "execFileAsync":
		switch of {
		case "", "child_process", "childProcess", "cp", "Bun":
			return starter{list: true}, true
		}
	case "exec":
		switch of {
		case "exec", "actionsExec", "core":
			return starter{list: true}, true
		case "":
			return starter{must: true}, true
		case "child_process", "childProcess", "cp", "shell", "shelljs":
			return starter{shell: true}, true
		}
	}
	return starter{}, false
}
