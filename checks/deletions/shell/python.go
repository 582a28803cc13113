package shell

import "strings"

var python = language{comment: "#", quotes: []string{`"""`, "'''", `"`, "'"}, starter: pythonStarter}

// pythonStarter gives the functions of Python that start commands.
func pythonStarter(name string) (starter, bool) {
	switch name {
	case "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell":
		return starter{shell: true}, true
	case "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
		"sp.run", "sp.call", "sp.check_call", "sp.check_output", "sp.Popen":
		return starter{}, true
	case "check_call", "check_output", "Popen", "getoutput", "getstatusoutput", "system", "popen",
		"run_command", "run_cmd", "sh", "c.run", "ctx.run", "context.run":
		return starter{must: true}, true
	case "run", "call", "execute", "shell", "cmd": // names of many other things
		return starter{must: true, lists: true}, true
	case "asyncio.create_subprocess_exec", "session.run", "os.execlp", "os.spawnlp":
		return starter{words: true}, true
	case "os.execvp", "os.execv", "os.spawnvp":
		return starter{list: true}, true
	}
	return starter{}, strings.HasSuffix(name, ".check_call")
}
