package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

func files() section {
	return section{
		title: "Files a second",
		intro: "`checkrein check` as a process, from its start to its end, on folders of made files. The mixed tree has the formats that a platform team has among files that are\n" +
			"none, the median file 4 kB; every tenth of the workflows cleans up with a script; the dropped column is one that nine programs of 9,000 read, in a repository of 1,000\n" +
			"migrations. The floor is one program reading every byte of the same folder and looking at none. Cold: the contents were first\n" +
			"pushed out of the system's cache (Linux). Nothing is kept between runs.",
		tables: []table{{
			head: []string{"what", "files", "MB", "cold, s", "warm, s", "files a second", "warm to the floor's", "peak memory, MB"},
			fill: judgeFolders,
		}},
	}
}

// folder is files that are judged.
type folder struct {
	name  string
	files map[string]string
	after func(ctx context.Context, folder string) error // may be nil
	says  string                                         // a rule that must speak; empty: none does
	args  []string
}

func (b *bench) folders() []folder {
	mixed := mixedtree.Files(b.size(200, 5000))
	migrations := b.size(20, 1000)
	return []folder{
		{"the start alone: one file", map[string]string{"README.md": "hello\n"}, nil, "", []string{"--all"}},
		{"images, a mixed tree", mixed, nil, "images/mutable-tag", []string{"--all", "--only", "images"}},
		{"all checks, the same tree", mixed, nil, "images/mutable-tag", []string{"--all"}},
		{"deletions, workflows", mixedtree.Workflows(b.size(20, 1000)), nil, "deletions/unreviewed", []string{"--all", "--only", "deletions"}},
		{"schema, a column is dropped", mixedtree.Migrations(migrations), func(ctx context.Context, folder string) error {
			drop := map[string]string{mixedtree.Migration(migrations+1, "drop"): "ALTER TABLE t7 DROP COLUMN email;\n"}
			return errors.Join(commit(ctx, folder), mixedtree.Write(folder, drop))
		}, "schema/breaks-deployed", []string{"--base", "HEAD", "--only", "schema"}},
	}
}

// commit makes a repository of a folder.
func commit(ctx context.Context, folder string) error {
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"},
		{"-c", "user.name=dana", "-c", "user.email=dana@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "Begin"}} {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = folder
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

func judgeFolders(ctx context.Context, b *bench, add func(...string)) error {
	for _, f := range b.folders() {
		if err := b.judgeFolder(ctx, f, add); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func (b *bench) judgeFolder(ctx context.Context, f folder, add func(...string)) error {
	dir, err := b.room("files")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // they are many
	b.say("writing %s files", thousands(len(f.files)))
	if err := mixedtree.Write(dir, f.files); err != nil {
		return fmt.Errorf("write the files: %w", err)
	}
	if f.after != nil {
		if err := f.after(ctx, dir); err != nil {
			return err
		}
	}
	if err := b.speaks(ctx, dir, f); err != nil {
		return err
	}
	flush()
	t, err := b.timed(ctx, dir, f.args)
	if err != nil {
		return err
	}
	add(f.row(t)...)
	return nil
}

// timed are the seconds and bytes of several runs on a folder.
type timed struct{ cold, warm, floor, memory spread }

func (b *bench) timed(ctx context.Context, dir string, args []string) (t timed, err error) {
	for range b.runs() {
		chilled := chill(dir)
		if chilled != nil && !errors.Is(chilled, errors.ErrUnsupported) {
			return t, chilled
		}
		first, most, err := b.check(ctx, dir, args)
		if err != nil {
			return t, err
		}
		if chilled == nil {
			t.cold = append(t.cold, first)
		}
		read, err := readAll(dir)
		if err != nil {
			return t, err
		}
		again, more, err := b.check(ctx, dir, args)
		if err != nil {
			return t, err
		}
		t.warm, t.floor, t.memory = append(t.warm, again), append(t.floor, read), append(t.memory, max(most, more))
	}
	return t, nil
}

func (f folder) row(t timed) []string {
	n, bytes := len(f.files), 0
	for _, text := range f.files {
		bytes += len(text)
	}
	cold, rate, ratio := "-", number(float64(n)/t.warm.median()), times(t.warm.median(), t.floor.median())
	if len(t.cold) > 0 {
		cold = t.cold.String()
	}
	if n == 1 { // what is measured is not the file
		rate, ratio = "none", "none"
	}
	return []string{f.name, thousands(n), megabytes(float64(bytes)), cold, t.warm.String(), rate, ratio, megabytes(t.memory.median())}
}

// speaks makes sure that what is measured does its work.
func (b *bench) speaks(ctx context.Context, dir string, f folder) error {
	out, err := b.judge(ctx, append(f.args, "--format", "json", dir)).Output()
	if judged(err) != nil {
		return err
	}
	var report struct{ Findings []struct{ Rule string } }
	if err := json.Unmarshal(out, &report); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	for _, one := range report.Findings {
		if one.Rule == f.says {
			return nil
		}
	}
	if f.says == "" && len(report.Findings) == 0 {
		return nil
	}
	return fmt.Errorf("%d findings, and none of %s", len(report.Findings), f.says)
}

func (b *bench) judge(ctx context.Context, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, b.binary, append([]string{"check"}, args...)...)
}

// check judges a folder; it answers the seconds and the most memory that it took.
func (b *bench) check(ctx context.Context, dir string, args []string) (seconds, most float64, err error) {
	cmd := b.judge(ctx, append(args, dir))
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	stop := watch(cmd.Process.Pid)
	err = cmd.Wait()
	return time.Since(began).Seconds(), stop(), judged(err)
}

// judged is nil where a verdict was reached, good or bad.
func judged(err error) error {
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == 1 {
		return nil
	}
	return err
}

// readAll reads every file once, git's own left out, and tells how many seconds that took.
func readAll(dir string) (float64, error) {
	began := time.Now()
	err := each(dir, func(path string) error {
		_, err := os.ReadFile(path)
		return err
	})
	return time.Since(began).Seconds(), err
}

// each visits the files of a folder, git's own left out.
func each(dir string, visit func(path string) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		return visit(path)
	})
}
