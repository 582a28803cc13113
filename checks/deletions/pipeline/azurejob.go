package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// newJob is a job with what a mapping and its scope say of it; n may be nil.
func (a *azure) newJob(n *yaml.Node, s azureScope) Job {
	runner, selfHosted := a.runner(s.pool)
	j := Job{
		Name: nameOf(a.field(n, "displayName")), If: nameOf(a.field(n, "condition")),
		Runner: runner, SelfHosted: selfHosted, Env: s.env,
		Needs: a.textsOf(a.field(n, "dependsOn")),
	}
	image := a.field(n, "container")
	if isMapping(image) {
		image = a.field(image, "image")
	}
	j.Container = nameOf(image)
	return j
}

// job reads a job or a deployment, with the steps of all its phases.
func (a *azure) job(n *yaml.Node, s azureScope) {
	key, id := a.jobKey(n)
	if key == nil {
		a.lacks(n, "job", "job and no deployment")
		return
	}
	s = a.inner(n, s)
	j := a.newJob(n, s)
	j.Span, j.ID = a.valueSpan(key), id
	environment := a.field(n, "environment")
	if isMapping(environment) {
		environment = a.field(environment, "name")
	}
	j.Environment = a.value(environment)
	a.steps(&j, a.field(n, "steps"), s)
	a.phases(&j, a.field(n, "strategy"), s, 0)
	a.file.Jobs = append(a.file.Jobs, j)
}

func (a *azure) jobKey(n *yaml.Node) (key *yaml.Node, id string) {
	for _, p := range a.pairs(n) {
		if p.name == "job" || p.name == "deployment" {
			return p.key, nameOf(p.value)
		}
	}
	return nil, ""
}

// phases reads the steps below a strategy: "runOnce.deploy", "rolling.on.failure".
func (a *azure) phases(j *Job, n *yaml.Node, s azureScope, depth int) {
	if depth > 4 {
		return
	}
	for _, p := range a.pairs(n) {
		switch p.name {
		case "steps":
			a.steps(j, p.value, s)
		case "runOnce", "rolling", "canary", "preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "on", "failure", "success":
			a.phases(j, p.value, a.inner(p.value, s), depth+1)
		}
	}
}

// runner is a pool, and whether it is one of the owner.
func (a *azure) runner(pool *yaml.Node) (string, bool) {
	name, image := nameOf(pool), ""
	if isMapping(pool) {
		name, image = nameOf(a.field(pool, "name")), nameOf(a.field(pool, "vmImage"))
	}
	lower := strings.ToLower(name)
	switch {
	case image != "" && (name == "" || lower == "azure pipelines"):
		return image, false
	case name == "" || strings.HasPrefix(lower, "hosted") || lower == "azure pipelines":
		return name, false
	case strings.Contains(name, "${{") || strings.Contains(name, "$("):
		return name, false
	}
	return name, true
}

func (a *azure) steps(j *Job, n *yaml.Node, s azureScope) {
	if strings.Contains(strings.ToLower(j.Runner), "windows") || strings.HasPrefix(j.Runner, "vs20") {
		s.dialect = shell.Cmd
	}
	a.each(n, 0, func(item *yaml.Node) { a.step(j, item, s) })
}

func (a *azure) step(j *Job, n *yaml.Node, s azureScope) {
	step := Step{
		Span: a.blockOf(n), Index: len(j.Steps), ID: nameOf(a.field(n, "name")), Name: nameOf(a.field(n, "displayName")),
		If: nameOf(a.field(n, "condition")), Dir: nameOf(a.field(n, "workingDirectory")), Dialect: s.dialect,
	}
	s.scope = s.within(a.document, a.field(n, "env"))
	step.Env, step.Secrets = s.env, s.secrets
	for _, p := range a.pairs(n) {
		switch p.name {
		case "script":
			a.shellStep(&step, p.value, s.dialect)
		case "bash":
			a.shellStep(&step, p.value, shell.Sh)
		case "pwsh", "powershell":
			a.shellStep(&step, p.value, shell.PowerShell)
		case "task":
			step.Uses = a.value(p.value)
			a.task(&step, a.field(n, "inputs"))
		case "checkout", "download", "downloadBuild", "getPackage", "publish", "reviewApp":
			step.Uses = &Value{Span: a.valueSpan(p.key), Text: p.name}
		}
	}
	j.Steps = append(j.Steps, step)
}

func (a *azure) shellStep(step *Step, n *yaml.Node, dialect shell.Dialect) {
	if n.Kind == yaml.ScalarNode {
		step.Run, step.Dialect = a.commandsIn(dialect, n), dialect
	}
}

// task reads a task's inputs: the script within them, or the file that it runs, and the
// connections it is given.
func (a *azure) task(step *Step, inputs *yaml.Node) {
	if step.Uses == nil {
		return
	}
	step.With = a.with(inputs)
	name, _, _ := strings.Cut(step.Uses.Text, "@")
	dialect, known := azureDialect(name, a.inputs(inputs))
	var file *yaml.Node
	for _, p := range a.pairs(inputs) {
		switch strings.ToLower(p.name) {
		case "inlinescript", "script", "inline":
			if known {
				a.shellStep(step, p.value, dialect)
			}
		case "scriptpath", "filepath":
			file = p.value
		case "workingdirectory", "cwd":
			step.Dir = nameOf(p.value)
		case "azuresubscription", "connectedservicename", "connectedservicenamearm", "backendservicearm", "kubernetesserviceconnection",
			"kubernetesserviceendpoint", "awscredentials", "containerregistry", "dockerregistryendpoint":
			step.Secrets = union(step.Secrets, "service connection "+nameOf(p.value))
		}
	}
	if known && step.Run == nil && isText(file) {
		a.shellStep(step, file, dialect)
	}
}

// inputs are the texts of a task's inputs by their names in lower case.
func (a *azure) inputs(n *yaml.Node) map[string]string {
	inputs := map[string]string{}
	for _, p := range a.pairs(n) {
		inputs[strings.ToLower(p.name)] = nameOf(p.value)
	}
	return inputs
}

// azureDialect is the language of the script that a task runs; false: it runs none.
func azureDialect(task string, inputs map[string]string) (shell.Dialect, bool) {
	switch strings.ToLower(task) {
	case "bash", "shellscript", "awsshellscript":
		return shell.Sh, true
	case "powershell", "azurepowershell", "awspowershellmodulescript", "sshpowershell":
		return shell.PowerShell, true
	case "cmdline", "batchscript":
		return shell.Cmd, true
	case "pythonscript":
		return shell.Python, true
	case "azurecli":
		switch strings.ToLower(inputs["scripttype"]) {
		case "ps", "pscore":
			return shell.PowerShell, true
		case "batch":
			return shell.Cmd, true
		}
		return shell.Sh, true
	}
	return "", false
}
