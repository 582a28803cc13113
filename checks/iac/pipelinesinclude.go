package iac

import "strings"

// Bounds of what a file hands to those that it includes.
const (
	maxIncludes = 100
	maxGiven    = 200
)

// hand notes the files of the repository that the file includes, with the values that
// they get from it.
func (f *ciFile) hand(top *ciPlace) {
	var files []*ciPlace
	for _, path := range f.includes {
		f.each(top, path, "", func(at *ciPlace) {
			if len(files) < maxIncludes && isLocalInclude(yamlValue(at.node)) {
				files = append(files, at)
			}
		})
	}
	if len(files) == 0 {
		return
	}
	given := f.given(top)
	if len(given) == 0 {
		return
	}
	for _, at := range files {
		file := strings.TrimPrefix(yamlValue(at.node), "/")
		use := Use{Path: file, Glob: strings.Contains(file, "*"), Gives: given, Address: at.address(), Span: at.doc.span(at.node)}
		use.Line = at.doc.lineOf(use.Span.Line)
		f.Uses = append(f.Uses, use)
	}
}

// isLocalInclude reports whether a name is that of a file in the repository.
func isLocalInclude(file string) bool {
	return isYAMLName(file) && !strings.Contains(file, "://") && !strings.Contains(file, "$") && isSmallGlob(file)
}

// given are the values of the top level that may be part of an image reference; what
// may be a secret is left out.
func (f *ciFile) given(top *ciPlace) map[string]Expr {
	given := map[string]Expr{}
	f.each(top, f.gives, "", func(at *ciPlace) {
		variable := at
		if at.up.up != nil && at.up.up.up != nil { // it has a description beside its value
			variable = at.up
		}
		if value := yamlValue(at.node); value != "" && len(given) < maxGiven && isPublic(variable.key, value) {
			given[variable.key] = f.expr(at, 0)
		}
	})
	return given
}
