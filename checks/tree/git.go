package tree

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	// maxOutput bounds what one git command may print.
	maxOutput = 256 << 20
	// maxRecord bounds one record of it; the longest path git takes from a file system is far shorter.
	maxRecord = 64 << 10
	// maxSaid bounds what is kept of git's standard error.
	maxSaid = 4 << 10
)

// git is the git program, asked about one folder. Only plumbing commands that start
// no other program are run through it.
type git struct {
	program string
	dir     string
	env     []string
}

func newGit(dir string, env []string) (git, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return git{}, errors.Join(ErrNoGit, err)
	}
	return git{program: program, dir: dir, env: environment(env)}, nil
}

// environment is env without what would point git elsewhere, and with everything off
// that could start a program or reach the network. The configuration of the user and
// of the machine stays: it is theirs, and holds safe.directory and core.excludesFile.
func environment(env []string) []string {
	var kept []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "GIT_CONFIG") || name == "GIT_CEILING_DIRECTORIES" {
			kept = append(kept, pair)
		}
	}
	return append(kept,
		"LC_ALL=C", "LANGUAGE=", // messages are recognised by their text
		"GIT_NO_LAZY_FETCH=1",
		"GIT_ALLOW_PROTOCOL=none", // unlike protocol.allow, a repository cannot override it
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_GRAFT_FILE="+os.DevNull,
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0",
	)
}

// command is a git command whose process dies with ctx.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	hardened := []string{
		"-C", g.dir, "--no-pager",
		"-c", "core.fsmonitor=false",
		"-c", "core.hooksPath=" + os.DevNull,
		"-c", "core.untrackedCache=false",
		"-c", "protocol.allow=never",
	}
	cmd := exec.CommandContext(ctx, g.program, append(hardened, args...)...)
	cmd.Env = g.env
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// line is the output of a command that prints one line.
func (g git) line(ctx context.Context, args ...string) (string, error) {
	out, err := g.text(ctx, args...)
	return strings.TrimSuffix(out, "\n"), err
}

// text is the output of a command that prints little.
func (g git) text(ctx context.Context, args ...string) (string, error) {
	var text []byte
	err := g.stream(ctx, func(r *bufio.Reader) (err error) {
		text, err = io.ReadAll(io.LimitReader(r, maxRecord+1))
		if err == nil && len(text) > maxRecord {
			err = errors.New("unexpectedly much output")
		}
		return err
	}, args...)
	return string(text), err
}

// records calls each for every NUL-terminated record that the command prints, and for
// what follows the last NUL; the bytes are valid during the call only.
func (g git) records(ctx context.Context, each func(record []byte) error, args ...string) error {
	return g.stream(ctx, func(r *bufio.Reader) error { return split(r, 0, each) }, args...)
}

// lines does the same for lines.
func (g git) lines(ctx context.Context, each func(line []byte) error, args ...string) error {
	return g.stream(ctx, func(r *bufio.Reader) error { return split(r, '\n', each) }, args...)
}

// split cuts a stream at every end, a byte.
func split(r *bufio.Reader, end byte, each func(record []byte) error) error {
	for total := 0; ; {
		record, err := r.ReadSlice(end)
		total += len(record)
		switch {
		case err == bufio.ErrBufferFull:
			return errors.New("a record is longer than 64 KiB")
		case total > maxOutput:
			return errors.New("the list is longer than 256 MiB")
		case err == io.EOF && len(record) == 0:
			return nil
		case err == io.EOF:
			return each(record)
		case err != nil:
			return err
		}
		if err := each(bytes.TrimSuffix(record, []byte{end})); err != nil {
			return err
		}
	}
}

// stream runs a command and lets read have its output. A failure of read ends the
// process and is what stream answers.
func (g git) stream(ctx context.Context, read func(*bufio.Reader) error, args ...string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := g.command(ctx, args...)
	said := &limited{max: maxSaid}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	readErr := read(bufio.NewReaderSize(out, maxRecord))
	if readErr != nil {
		stop()
	}
	waitErr := cmd.Wait()
	if readErr != nil {
		return fmt.Errorf("git %s: %w", args[0], readErr)
	}
	if waitErr != nil {
		return g.failure(args, said.String(), waitErr)
	}
	return nil
}

// failure is what a failed command says, as one of this package's errors where it is known.
func (g git) failure(args []string, said string, err error) error {
	said = strings.TrimSpace(said)
	switch {
	case strings.Contains(said, "dubious ownership"), strings.Contains(said, "unsafe repository"):
		return &UnsafeError{Dir: g.dir}
	case strings.Contains(said, "not a git repository"):
		return fmt.Errorf("%s: %w", g.dir, ErrNoRepository)
	case strings.Contains(said, "promisor remote"), strings.Contains(said, "lazy fetching disabled"):
		return &MissingError{Object: "git " + strings.Join(args, " "), Detail: said}
	case said == "":
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	return fmt.Errorf("git %s: %w: %q", args[0], err, said)
}

// limited keeps the first max bytes written to it. It embeds no buffer: one would take
// a whole stream past Write.
type limited struct {
	kept []byte
	max  int
}

func (l *limited) Write(p []byte) (int, error) {
	room := max(l.max-len(l.kept), 0)
	l.kept = append(l.kept, p[:min(room, len(p))]...)
	return len(p), nil
}

func (l *limited) String() string { return string(l.kept) }
