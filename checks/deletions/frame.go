package deletions

import (
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/known"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// frame is where a walk stands.
type frame struct {
	file   *file
	dir    string            // where commands run, from the root of the repository
	lost   bool              // dir is not known
	folder shell.Word        // dir as it is written, with its gaps
	args   []shell.Word      // of a script
	input  map[string]string // what the file's inputs are, as far as that is written
	env    map[string]string
	job    *job
	step   *pipeline.Step
	links  []link   // the calls that lead here, the outermost first
	trail  *trail   // what leads here
	stack  []string // against circles
	remote bool     // on another machine than the job's
	when   string   // the conditions on the way
}

// job is a job as a walk comes to it.
type job struct {
	*pipeline.Job
	key     string // the path of calls to it
	address string
	needs   []string // keys
	file    *file
	// code is set where the job works on other code than that of the commit: what it checks out.
	code *link
	// foreign: of another repository, so that nothing of this tree is there.
	foreign bool
}

func (fr frame) jobKey() string {
	if fr.job == nil {
		return ""
	}
	return fr.job.key
}

// link is one place on the way to a command.
type link struct {
	file *file
	checks.Span
	note string
}

// act is a deletion, or its preview.
type act struct {
	known.Deed
	frame
	checks.Span
	written string
	command *shell.Command // nil: it is no command
	order   int
	away    bool // nothing of it is on the machine of the job
	own     bool // it takes what the job has made before
	more    *more
	root    *file
	via     *walker
}

// doubt is a place that may delete, and cannot be read.
type doubt struct {
	frame
	checks.Span
	written string
	why     string
	sure    bool // it looks like a clean-up by itself
	moving  bool // it is elsewhere, under a name that can come to mean something else
	root    *file
	via     *walker
}
