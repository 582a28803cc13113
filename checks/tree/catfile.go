package tree

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// pipelined is how many ids are written before the first answer is read. Their
// lines fit into any pipe, so that writing never waits for an answer to be read.
const pipelined = 64

// catFile is one long-lived "git cat-file --batch" or "--batch-check". Once it has
// failed it answers every question with that failure: it is not started again.
type catFile struct {
	git    git
	cmd    *exec.Cmd
	stop   context.CancelFunc
	bodies bool
	said   *limited

	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
	err error
}

// object is what cat-file says of an id. A missing one has no kind.
type object struct {
	kind string
	size int64
	body []byte // with bodies only
}

func (g git) catFile(ctx context.Context, bodies bool) (*catFile, error) {
	mode := "--batch-check"
	if bodies {
		mode = "--batch"
	}
	ctx, stop := context.WithCancel(ctx)
	c := &catFile{git: g, stop: stop, bodies: bodies, said: &limited{max: maxSaid}}
	c.cmd = g.command(ctx, "cat-file", mode)
	c.cmd.Stderr = c.said
	in, err := c.cmd.StdinPipe()
	if err == nil {
		c.in = in
		var out io.ReadCloser
		if out, err = c.cmd.StdoutPipe(); err == nil {
			c.out = bufio.NewReaderSize(out, 64<<10)
			err = c.cmd.Start()
		}
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	return c, nil
}

// ask calls each with the answer for every id, in order.
func (c *catFile) ask(ctx context.Context, ids []string, each func(id string, o object) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(ids) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(pipelined, len(ids))
		if err := c.askSome(ids[:n], each); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// askSome reads every answer even when each fails: the next question must find the
// stream where its own answer begins.
func (c *catFile) askSome(ids []string, each func(id string, o object) error) error {
	if c.err != nil {
		return c.err
	}
	if _, err := io.WriteString(c.in, strings.Join(ids, "\n")+"\n"); err != nil {
		return c.fail(ids[0], err)
	}
	var failed error
	for _, id := range ids {
		o, err := c.answer(id)
		if err != nil {
			return c.fail(id, err)
		}
		if failed == nil {
			failed = each(id, o)
		}
	}
	return failed
}

func (c *catFile) answer(id string) (object, error) {
	header, err := c.out.ReadSlice('\n')
	if err != nil {
		return object{}, err
	}
	parts := strings.Fields(string(header))
	if len(parts) == 2 && parts[0] == id && parts[1] == "missing" {
		return object{}, nil
	}
	if len(parts) != 3 || parts[0] != id {
		return object{}, fmt.Errorf("unexpected answer %q", header)
	}
	size, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || size < 0 {
		return object{}, fmt.Errorf("unexpected size in %q", header)
	}
	o := object{kind: parts[1], size: size}
	if !c.bodies {
		return o, nil
	}
	if size > MaxFile {
		return o, errors.New("asked for a file that is too large")
	}
	o.body = make([]byte, size)
	if _, err := io.ReadFull(c.out, o.body); err != nil {
		return o, err
	}
	_, err = c.out.Discard(1)
	return o, err
}

// fail remembers why the process is of no more use and ends it.
func (c *catFile) fail(id string, err error) error {
	c.end()
	if said := c.said.String(); said != "" {
		c.err = c.git.failure([]string{"cat-file", id}, said, err)
		if missing := (*MissingError)(nil); errors.As(c.err, &missing) {
			missing.Object = id
		}
	} else {
		c.err = fmt.Errorf("git cat-file stopped at %s: %w", id, err)
	}
	return c.err
}

func (c *catFile) end() {
	c.in.Close()
	c.stop()
	// How it ended is no news: it was told to.
	_ = c.cmd.Wait()
}

// close ends the process; later questions fail.
func (c *catFile) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.end()
		c.err = errors.New("the repository is closed")
	}
}
