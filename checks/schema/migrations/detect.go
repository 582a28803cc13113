package migrations

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// said is the dialect that is told for a folder and by what: its path, the policy, or the
// nearest setting. "": nobody tells.
func (g *gathering) said(root, file string) (d catalog.Dialect, from string) {
	if d := dialectOfPath(file); d != "" {
		return d, "path"
	}
	if foreignDialect(file) != "" {
		return "", "path"
	}
	if g.options.Dialect != "" {
		return g.options.Dialect, "policy"
	}
	best, most := (*File)(nil), 0
	for _, s := range g.settings {
		if s.Setting == nil || s.Setting.Dialect == "" || !speaksOf(path.Dir(s.Path), root) {
			continue
		}
		near := 2 * (1 + shared(path.Dir(s.Path), root))
		if !s.Setting.Weak {
			near++
		}
		if near > most {
			best, most = s, near
		}
	}
	if best == nil {
		return "", ""
	}
	return best.Setting.Dialect, fmt.Sprintf("%s:%d", best.Path, best.Setting.At.Span.Line)
}

// sample is how many of a folder's files vote on its dialect.
const sample = 40

// vote finds the dialect of those parts that nothing tells it of: the one in which the
// fewest statements are unread. Where none wins it is PostgreSQL, and that is told.
func (g *gathering) vote(ctx context.Context, parts []*part) error {
	var wants []Want
	var voters []*part
	for _, p := range parts {
		if p.from != "" {
			continue
		}
		if d, ok := g.options.Guessed[p.root]; ok {
			p.dialect, p.from = d, "statements"
			continue
		}
		for _, d := range all() {
			for _, file := range p.sample() {
				wants = append(wants, Want{Path: file, Dialect: d})
				voters = append(voters, p)
			}
		}
	}
	if len(wants) == 0 {
		return nil
	}
	files, err := g.source(ctx, wants)
	if err != nil {
		return err
	}
	votes := map[*part]map[catalog.Dialect]int{}
	for i, f := range files {
		p := voters[i]
		if votes[p] == nil {
			votes[p] = map[catalog.Dialect]int{}
		}
		votes[p][wants[i].Dialect] += f.unread()
	}
	for p, unread := range votes {
		p.elect(unread)
	}
	return nil
}

func (p *part) sample() []string {
	if len(p.paths) <= sample {
		return p.paths
	}
	var some []string
	for i := range sample {
		some = append(some, p.paths[i*len(p.paths)/sample])
	}
	return some
}

// elect takes the dialect with the fewest unread statements, if no other has as few.
func (p *part) elect(unread map[catalog.Dialect]int) {
	ranked := all()
	slices.SortStableFunc(ranked, func(a, b catalog.Dialect) int { return cmp.Compare(unread[a], unread[b]) })
	if unread[ranked[0]] < unread[ranked[1]] {
		p.dialect, p.from = ranked[0], "statements"
		return
	}
	p.dialect = catalog.Postgres
	p.from = "default"
}

// unread counts what could not be read.
func (f *File) unread() int {
	n := 0
	if f.Unread != "" {
		n++
	}
	for _, step := range f.Steps {
		for _, s := range step.Statements {
			if s.Unread != "" && !strings.HasPrefix(s.Unread, "\\") {
				n++
			}
		}
	}
	return n
}

// speaksOf reports whether a setting in a folder may be one of the line at a root: it stands
// above it, beside it or below.
func speaksOf(folder, root string) bool {
	if folder == "." || shared(folder, root) == len(strings.Split(folder, "/")) {
		return true
	}
	return shared(folder, root) >= max(1, len(strings.Split(root, "/"))-1)
}
