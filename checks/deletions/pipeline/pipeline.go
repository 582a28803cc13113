// Package pipeline reads what runs commands in a repository: workflows and actions of
// GitHub, the pipelines of GitLab, CircleCI and Azure, and the files whose targets they
// call: Makefile, Taskfile, package.json, justfile.
package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// Format is the kind of a file.
type Format string

const (
	Workflow Format = "workflow" // of GitHub, reusable ones included
	Action   Format = "action"   // action.yml
	GitLab   Format = "gitlab-ci"
	CircleCI Format = "circleci"
	Azure    Format = "azure-pipelines"
	Makefile Format = "makefile"
	Taskfile Format = "taskfile"
	NPM      Format = "package.json"
	Just     Format = "justfile"
	Script   Format = "script" // a whole file of commands
)

// File is one file that was read.
type File struct {
	Format   Format
	Name     string    // what the pipeline calls itself; empty: nothing
	Triggers []Trigger // what starts it; of GitHub's workflows, and of pipelines that say it
	Jobs     []Job     // of an action: one, without an id, with its steps
	Targets  []Target  // of files with targets
	// Defaults are the defaults of inputs by name (workflow_call, workflow_dispatch, an action's inputs).
	Defaults map[string]string
	Text     shell.Text // of a script
	// Main are the programs that a node action runs: its pre, main and post, as written,
	// from the action's folder.
	Main []Value
	// Includes are the files that become part of this one, as written.
	Includes []Value
	Dialect  shell.Dialect
	Unread   []Unread
}

// Unread is a place that could not be read.
type Unread struct {
	Line   int // 0: the whole file
	Kind   checks.UnreadKind
	Reason string
}

// Trigger is one thing that starts a pipeline.
type Trigger struct {
	checks.Span
	Event  string // "schedule", "pull_request_target"
	Detail string // "cron 0 3 * * *", "types closed", "workflows Release"; empty: nothing more is said
}

// Value is a value as written, with its place.
type Value struct {
	checks.Span
	Text string
	// Lines are where the lines of Text begin; only of inputs that may hold commands.
	Lines []shell.Position
	// As is the name under which a Taskfile includes another.
	As string
}

// Code is the value as the commands that it may hold.
func (v Value) Code() shell.Text {
	t := shell.Text{Body: v.Text, Lines: v.Lines}
	if len(t.Lines) == 0 {
		t.Body = strings.ReplaceAll(v.Text, "\n", " ")
		t.Lines = []shell.Position{{Line: v.Line, Column: v.Column}}
	}
	return t
}

// Job is one job.
type Job struct {
	checks.Span // of its key
	ID, Name    string
	// Environment is the name of the deployment environment; nil: none.
	Environment *Value
	// Stops: the job takes its environment down.
	Stops bool
	// Runner are the labels it runs on, as written; SelfHosted: one of them says self-hosted,
	// or a group is named, or the labels are none of the hosted ones.
	Runner     string
	SelfHosted bool
	Container  string // image
	// Permissions are those of the job's token as they hold there ("packages: write",
	// "write-all"); nil: none are written down, the repository's default holds.
	Permissions []string
	Needs       []string
	If          string
	Uses        *Value // a reusable workflow, in place of steps
	With        map[string]Value
	// Secrets are what a reusable workflow is given: "inherit", or as of a step.
	Secrets []string
	Env     map[string]string // of the pipeline and the job
	Matrix  []string          // all that is written in it, names and values in their order
	Steps   []Step
}

// Step is one step: an action, or commands. Names of inputs are as written, in their own case.
type Step struct {
	checks.Span // of the step, from its first key to its last line
	ID, Name    string
	Index       int // 0-based
	If          string
	Uses        *Value
	With        map[string]Value
	Run         *shell.Text // commands; nil: none
	Dialect     shell.Dialect
	Dir         string            // working-directory, with `${{ … }}` as written
	Env         map[string]string // of the pipeline, the job and the step
	// Secrets are the expressions by which it is given credentials: "secrets.PAT", "github.token";
	// of CircleCI "context NAME", of Azure "group NAME" and "service connection NAME".
	Secrets []string
}

// Target is one target of a file with targets.
type Target struct {
	checks.Span // of its name
	Name        string
	Needs       []string // other targets that run with it
	Commands    shell.Text
	Dialect     shell.Dialect
	Env         map[string]string
}
