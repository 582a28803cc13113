package iac

import (
	"path"
	"strings"
)

// Kinds of units: files that share one name space.
const (
	UnitTerraform = "terraform" // a module: the configuration files of one folder
	UnitHelm      = "helm"      // a chart
)

// outputs is what names that a unit offers to those who use it begin with.
const outputs = "output."

// UnitFolder is the folder of the unit that a file at this path belongs to. A chart's
// folder is the one that holds templates.
func UnitFolder(kind, file string) string {
	dir := path.Dir(file)
	if kind != UnitHelm {
		return dir
	}
	if before, _, ok := strings.Cut("/"+dir+"/", "/templates/"); ok {
		return path.Clean(strings.TrimPrefix(before, "/"))
	}
	return dir
}

// UnitGlobs are doublestar globs of the files that the unit in a folder is made of.
func UnitGlobs(kind, folder string) []string {
	var names []string
	switch kind {
	case UnitTerraform:
		names = []string{"*.tf", "*.tofu", "*.tf.json", "*.tfvars"}
	case UnitHelm:
		names = []string{"Chart.yaml", "requirements.yaml", "values.yaml", "templates/**"}
	}
	if strings.ContainsAny(folder, `*?[{\`) {
		folder = strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, `\`, `\\`).Replace(folder)
	}
	for i := range names {
		names[i] = path.Join(folder, names[i])
	}
	return names
}

// Folder is the folder that the paths of a file's uses are relative to.
func (f *File) Folder(file string) string {
	if f.Unit == "" {
		return path.Dir(file)
	}
	return UnitFolder(f.Unit, file)
}

// Means are the repository paths that a use in the file at this path means; glob: they
// are doublestar globs. None where it leads out of the repository.
func (f *File) Means(file string, use Use) (paths []string, glob bool) {
	target := path.Join(f.Folder(file), use.Path)
	if use.Unit == UnitHelm && strings.HasPrefix(use.Path, "/") {
		return UnitGlobs(use.Unit, path.Clean(use.Path)[1:]), true // from the root of the repository
	}
	if target == ".." || strings.HasPrefix(target, "../") || strings.HasPrefix(use.Path, "/") {
		return nil, false
	}
	if use.Unit != "" {
		return UnitGlobs(use.Unit, target), true
	}
	if target == "." {
		return nil, false
	}
	return []string{target}, use.Glob
}

// Output is the name under which a used unit gives what its user knows as name; false
// where the use does not bring that name.
func (u Use) Output(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, u.As)
	return outputs + rest, ok && u.As != ""
}

// Handed is the name under which a name of the user's unit is handed on; false where it is not.
func (u Use) Handed(name string) (string, bool) {
	if u.Unit == UnitHelm && strings.HasPrefix(name, helmGlobal) {
		return name, true // every chart below has what is global
	}
	rest, ok := strings.CutPrefix(name, u.Below)
	if ok && u.Below != "" {
		return u.Into + rest, true
	}
	for at := 0; len(u.Passes) > 0 && at < len(name); at++ {
		if into, ok := u.Passes[name[:at+1]]; ok && name[at] == '.' {
			return into + name[at+1:], true
		}
	}
	return "", false
}
