package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

func sideBySide() section {
	return section{
		title: "Beside other people's tools",
		intro: "With `-others`: on the same files, in turns, each as a process of its own with everything in the system's cache, those that\n" +
			"`go install` fetches and builds. None of them looks for the same, so a ratio says what it costs to run one beside the other, and nothing of what is found.",
		tables: []table{
			{head: []string{"tool", "of", "it looks for", "files", "it, s", "`checkrein check`, s", "checkrein to it", "memory of both, MB"}, fill: compare},
			{counted: true, head: []string{"not run here", "figure", "Checkrein's above", "why not"}, fill: cited,
				notes: "These were measured when the design was decided, on two shared cores, with small payloads and without HTTP. Hold them against each other, not against today's machine."},
		},
	}
}

// other is a tool of other people.
type other struct {
	name   string // of the program, with its version
	module string // what `go install` takes
	of     string
	seeks  string
	files  map[string]string
	args   func(dir string, files []string) []string
	ours   []string // of `checkrein check`
}

func (b *bench) otherTools() []other {
	mixed := mixedtree.Files(b.size(100, 5000))
	list := func(flags ...string) func(string, []string) []string {
		return func(_ string, files []string) []string { return append(flags, files...) }
	}
	folder := func(flags ...string) func(string, []string) []string {
		return func(dir string, _ []string) []string { return append(flags, dir) }
	}
	workflows := mixedtree.Workflows(b.size(20, 1000))
	images, deletions := []string{"--all", "--only", "images"}, []string{"--all", "--only", "deletions"}
	return []other{
		{"frizbee v0.1.7", "github.com/stacklok/frizbee@v0.1.7", "a mixed tree", "images in YAML and Dockerfiles", mixed, folder("image", "list"), images},
		{"actionlint v1.7.12", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "workflows", "mistakes in workflows, scripts left out", ending(workflows, ".yml"),
			list("-shellcheck=", "-pyflakes="), deletions},
	}
}

// ending are the files whose paths end so.
func ending(files map[string]string, with string) map[string]string {
	some := map[string]string{}
	for path, text := range files {
		if strings.HasSuffix(path, with) {
			some[path] = text
		}
	}
	return some
}

func compare(ctx context.Context, b *bench, add func(...string)) error {
	for _, o := range b.otherTools() {
		program, none := b.find(ctx, o)
		if none != "" {
			add("`"+o.name+"`", o.of, o.seeks, "-", none, "-", "-", "-")
			continue
		}
		if err := b.compareWith(ctx, o, program, add); err != nil {
			return fmt.Errorf("beside %s: %w", o.name, err)
		}
	}
	return nil
}

// find answers where a tool is, or why it is not run.
func (b *bench) find(ctx context.Context, o other) (program, none string) {
	if !b.others {
		return "", "not asked for"
	}
	b.say("building %s", o.module)
	cmd := exec.CommandContext(ctx, "go", "install", o.module)
	cmd.Dir = b.folder // outside of this module, which stays as it is
	cmd.Env = append(os.Environ(), "GOBIN="+b.folder, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.say("%v: %s", err, out)
		return "", "could not be built"
	}
	name, _, _ := strings.Cut(o.name, " ")
	return filepath.Join(b.folder, name), ""
}

func (b *bench) compareWith(ctx context.Context, o other, program string, add func(...string)) error {
	dir, err := b.room("others")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := mixedtree.Write(dir, o.files); err != nil {
		return fmt.Errorf("write the files: %w", err)
	}
	if err := commit(ctx, dir); err != nil { // some look for the root of a repository
		return err
	}
	var paths []string
	if err := each(dir, func(path string) error { paths = append(paths, path); return nil }); err != nil {
		return err
	}
	var theirs, own, theirPeak, ownPeak spread
	for range b.runs() {
		took, most, err := b.foreign(ctx, program, dir, o.args(dir, paths))
		if err != nil {
			return err
		}
		theirs, theirPeak = append(theirs, took), append(theirPeak, most)
		if took, most, err = b.check(ctx, dir, o.ours); err != nil {
			return err
		}
		own, ownPeak = append(own, took), append(ownPeak, most)
	}
	add("`"+o.name+"`", o.of, o.seeks, thousands(len(paths)), theirs.String(), own.String(), times(own.median(), theirs.median()),
		megabytes(theirPeak.median())+" and "+megabytes(ownPeak.median()))
	return nil
}

// foreign runs a tool on a folder. That it finds something, with exit code 1, is not an error.
func (b *bench) foreign(ctx context.Context, program, dir string, args []string) (seconds, most float64, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var words strings.Builder
	cmd.Stderr = &words
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	stop := watch(cmd.Process.Pid)
	err = cmd.Wait()
	took := time.Since(began).Seconds()
	if err := judged(err); err != nil {
		return 0, stop(), errors.Join(err, errors.New(words.String()))
	}
	return took, stop(), nil
}

// cited are figures of others that one command cannot measure.
func cited(_ context.Context, _ *bench, add func(...string)) error {
	const engine, cleaner = "needs a program around it", "needs Node and a runner's environment"
	const acks, first = "acknowledgements a second, SQLite", "first deletion in a package of 1,000"
	for _, c := range [][4]string{
		{"SQLite alone, a transaction each, 1 and 64 senders", "822 and 782 a second", acks, "no product: what it would be without sharing an `fsync`"},
		{"SQLite alone, sharing as Checkrein does", "802 and 4,116 a second", acks, "no product: what is around it is measured above"},
		{"PostgreSQL alone, one table", "2,554 and 3,946 a second", "the same, PostgreSQL", "no product"},
		{"NATS JetStream 2.15, `fsync` for each", "754 and 1,060 a second", acks, engine},
		{"NATS JetStream 2.15 as it comes, `fsync` every two minutes", "10,018 and 6,138 a second, lost in a power cut", acks, engine},
		{"River 0.31 on SQLite, unique jobs", "835 and 1,101 a second", acks, engine},
		{"River 0.51 on PostgreSQL, unique jobs", "979 and 1,464 a second", "the same, PostgreSQL", engine},
		{"ghcr-cleanup-action, dry run, 1,050 versions", "11 + 1,050 requests, 1.2 s", first, cleaner},
		{"the same, 10,500 versions", "105 + 10,500 requests, 4.3 s", "first deletion in a package of 10,000, see [the guard](guard.md#what-it-costs)", cleaner},
		{"`pg_query_go`, 1,000 statements", "23 ms; the parser that Checkrein uses 9.4 ms", "schema", "needs cgo"},
	} {
		add(c[:]...)
	}
	return nil
}
