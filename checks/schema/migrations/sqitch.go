package migrations

import (
	"path"
	"slices"
	"strings"
)

// sqitch reads the scripts below deploy/: revert/ and verify/ do not run. A script opens its
// own transaction or has none.
func sqitch() format {
	return format{
		name:  "sqitch",
		parts: []string{"deploy"},
		path: func(file string) (at, bool) {
			parts := strings.Split(path.Dir(file), "/")
			i := slices.Index(parts, "deploy")
			if i < 0 || !isSQL(file) {
				return at{}, false
			}
			name := stem(strings.Join(append(parts[i+1:len(parts):len(parts)], path.Base(file)), "/"))
			return at{kind: Migration, root: strings.Join(parts[:i+1], "/"), id: name, name: name}, true
		},
		read:    func(in input, f *File) { f.Steps = in.sql(false) },
		planned: true,
	}
}

// sqitchPlan tells the order of the changes. One that is planned again is a rework: what it
// was before is kept as name@tag.sql, after the next tag behind it.
func sqitchPlan() format {
	return format{
		name: "sqitch.plan",
		path: settingNamed("sqitch.plan"),
		read: func(in input, f *File) {
			p := plan{settings: Settings{Tool: "sqitch", Folder: path.Join(path.Dir(in.path), "deploy")}, last: map[string]int{}, tags: map[int]string{}}
			lines(in.text, func(_, _ int, line string) { p.line(strings.TrimSpace(line)) })
			f.Setting = &p.settings
		},
	}
}

type plan struct {
	settings Settings
	last     map[string]int // where a change stands last
	tags     map[int]string // the first tag behind so many changes
}

func (p *plan) line(line string) {
	name, rest, _ := strings.Cut(line, " ")
	switch n := len(p.settings.Order); {
	case name == "" || name[0] == '#':
	case name[0] == '%':
		if d, ok := dialectWord(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "="))); ok && strings.HasPrefix(name, "%engine") {
			p.settings.Dialect = d
		}
	case name[0] == '@':
		if _, ok := p.tags[n]; !ok {
			p.tags[n] = name
		}
	default:
		name = strings.TrimPrefix(name, "+")
		if i, ok := p.last[name]; ok {
			p.settings.Order[i] = name + p.tag(i+1) + ".sql"
		}
		p.last[name] = n
		p.settings.Order = append(p.settings.Order, name+".sql")
	}
}

// tag is the first tag that stands behind n changes or more.
func (p *plan) tag(n int) string {
	for ; n <= len(p.settings.Order); n++ {
		if tag, ok := p.tags[n]; ok {
			return tag
		}
	}
	return ""
}
