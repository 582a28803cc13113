package deletions

import (
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// pieceLines is how many lines are between the pieces of a text that is put together of
// several files: more than any file has.
const pieceLines = 1 << 24

// pieces are the files that a text is put together of, besides its own.
type pieces []piece

type piece struct {
	file *file
	by   link
}

// sourced reads a text with the scripts that it sources before it: their functions are its own.
func (w *walker) sourced(fr frame, in shell.Input) (shell.Script, pieces) {
	script := w.read(in)
	var all pieces
	for range maxRounds {
		before := len(all)
		for i := range script.Commands {
			c := &script.Commands[i]
			if f := w.library(fr, c, all); f != nil {
				all = append(all, piece{f, link{fr.file, c.Span, "sources " + f.path}})
				in = all.prepend(in, f)
			}
		}
		if len(all) == before {
			break
		}
		script = shell.Read(in)
	}
	return script, all
}

// library is the script that a command sources, where it is not among the pieces yet.
func (w *walker) library(fr frame, c *shell.Command, have pieces) *file {
	if len(c.Words) < 2 || c.Words[0].Text != "source" && c.Words[0].Text != "." {
		return nil
	}
	fr = have.frame(fr, &shell.Command{Span: c.Span})
	if c.Dir.Text != "" {
		fr.dir, fr.lost = w.folderWord(fr, c.Dir)
	}
	p, ok := w.place(fr, fr.known(c.Words[1]))
	if !ok || path.Ext(p) == ".env" {
		return nil
	}
	f, ready := w.one(p)
	if !ready || f == nil || f.File == nil || f.Format != pipeline.Script || f.Dialect != shell.Sh {
		return nil
	}
	for _, one := range have {
		if one.file == f {
			return nil
		}
	}
	return f
}

// prepend puts the newest piece before a text.
func (all pieces) prepend(in shell.Input, f *file) shell.Input {
	text := shell.Text{Body: f.Text.Body + "\n" + in.Text.Body}
	for n := range strings.Count(f.Text.Body, "\n") + 1 {
		at := f.Text.Lines[min(n, len(f.Text.Lines)-1)]
		at.Line += len(all) * pieceLines
		text.Lines = append(text.Lines, at)
	}
	text.Lines = append(text.Lines, in.Text.Lines...)
	in.Text = text
	return in
}

// frame is where a command of the text stands; its place becomes that in its own file.
func (all pieces) frame(fr frame, c *shell.Command) frame {
	n := c.Line / pieceLines
	if n == 0 || n > len(all) {
		return fr
	}
	c.Line, c.EndLine = c.Line%pieceLines, c.EndLine%pieceLines
	one := all[n-1]
	fr.file = one.file
	fr.links = append(fr.links[:len(fr.links):len(fr.links)], one.by)
	return fr
}
