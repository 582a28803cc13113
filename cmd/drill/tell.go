package main

import (
	"fmt"
	"strings"

	"github.com/google/go-github/v60/github"
)

func say(format string, args ...any) { fmt.Printf("\n> "+format+"\n", args...) }

// tellRun prints a check run as GitHub has it.
func tellRun(run *github.CheckRun) {
	say("Check run %q on %.7s: %s: %s", run.GetName(), run.GetHeadSHA(), strings.ToUpper(run.GetConclusion()), run.GetOutput().GetTitle())
	quote(run.GetOutput().GetSummary())
}

func quote(text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Printf("    %s", line)
	}
	fmt.Println()
}
