package migrations

import (
	"fmt"
	"path"
	"slices"
)

// arrange orders a line's migrations and tells what does not fit.
func (l *Line) arrange(settings []*File) {
	l.Format = l.formatOf()
	f, _ := named(l.Format)
	l.order = f.order
	slices.SortFunc(l.Migrations, l.Compare)
	if f.chained {
		l.chain()
	}
	if f.link != nil {
		l.Migrations = f.link(l.Dialect, l.Migrations)
	}
	slices.SortFunc(l.Repeatable, l.Compare)
	for _, s := range settings {
		if s.Setting != nil && s.Setting.of(s.Path, l.Root) {
			l.follow(s)
		}
	}
	l.duplicates()
	if !f.chained {
		l.shapes()
	}
}

// formatOf is the format of most of the files.
func (l *Line) formatOf() string {
	counts := map[string]int{}
	best := ""
	for _, f := range slices.Concat(l.Migrations, l.Repeatable) {
		counts[f.Format]++
		if best == "" || counts[f.Format] > counts[best] {
			best = f.Format
		}
	}
	return best
}

// of reports whether settings at a path speak of the line at a root.
func (s *Settings) of(file, root string) bool {
	folder := s.Folder
	if folder == "" {
		folder = path.Dir(file)
	}
	return folder == root && (s.Tool != "" || len(s.Order) > 0)
}

// follow takes tool and order from a setting. What it does not name comes last and is a
// problem, like what it names and is not there.
func (l *Line) follow(setting *File) {
	s := setting.Setting
	l.planned = true
	if s.Tool != "" {
		l.Format = s.Tool
	}
	if len(s.Order) == 0 {
		return
	}
	place := map[string]int{}
	for i, name := range s.Order {
		place[name] = i + 1
	}
	at := func(f *File) int {
		if i := place[path.Base(f.Path)]; i > 0 {
			return i
		}
		return len(s.Order) + 1
	}
	slices.SortStableFunc(l.Migrations, func(a, b *File) int { return at(a) - at(b) })
	there := map[string]bool{}
	for _, f := range l.Migrations {
		there[path.Base(f.Path)] = true
		if at(f) > len(s.Order) {
			l.Problems = append(l.Problems, Problem{Missing, f.Path, setting.Path + " does not name it"})
		}
	}
	for _, name := range s.Order {
		if !there[name] {
			l.Problems = append(l.Problems, Problem{Missing, setting.Path, fmt.Sprintf("it names %s, which is not there", name)})
		}
	}
}

// duplicates tells of migrations with one ID.
func (l *Line) duplicates() {
	first := map[string]*File{}
	for _, f := range l.Migrations {
		if f.ID == "" {
			continue
		}
		if other := first[f.ID]; other != nil {
			l.Problems = append(l.Problems, Problem{Duplicate, f.Path, fmt.Sprintf("its ID %s is that of %s", f.ID, other.Path)})
			continue
		}
		first[f.ID] = f
	}
}

// shapes tells of IDs that are written in another way than two thirds of the line's.
func (l *Line) shapes() {
	counts := map[string]int{}
	usual := ""
	for _, f := range l.Migrations {
		form := Form(f.ID)
		counts[form]++
		if usual == "" || counts[form] > counts[usual] {
			usual = form
		}
	}
	if counts[usual]*3 < len(l.Migrations)*2 {
		return
	}
	for _, f := range l.Migrations {
		if form := Form(f.ID); form != usual {
			l.Problems = append(l.Problems, Problem{Shape, f.Path, fmt.Sprintf("its ID %q is of the form %q, most here are of the form %q", f.ID, form, usual)})
		}
	}
}
