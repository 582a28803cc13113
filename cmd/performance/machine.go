package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine tells on what was measured, without its name.
func machine() section {
	return section{title: "The machine", tables: []table{{
		head: []string{"", ""},
		fill: func(ctx context.Context, b *bench, add func(...string)) error {
			version, err := exec.CommandContext(ctx, b.binary, "version").Output()
			if err != nil {
				return err
			}
			add("measured on", time.Now().UTC().Format(time.DateOnly))
			name, _, _ := strings.Cut(string(version), " (") // the page cannot know the commit that brings it
			add("product", name)
			add("cores", strconv.Itoa(runtime.NumCPU()))
			add("system", runtime.GOOS+"/"+runtime.GOARCH)
			add("Go", runtime.Version())
			add("processes that waited for a core when it began", load())
			add("runs of each time", strconv.Itoa(b.runs()))
			return nil
		},
	}}}
}

// load is the average of the last minute; a machine that does nothing else has less than one.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	first, _, found := strings.Cut(string(text), " ")
	if err != nil || !found {
		return "unknown"
	}
	return first
}
