package usage

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// names are what the names of a file stand for, as far as they name tables.
type names struct {
	constants map[string]string // a variable's text
	helpers   map[string]string // a variable that was taken out of what a helper makes of a class
}

var (
	constant = regexp.MustCompile("(?m)\\b([A-Za-z_]\\w*)\\s*(?::\\s*[\\w.<>&]+\\s*)?:?=\\s*[rRbuf]?[\"'`]([A-Za-z_][\\w.]*)[\"'`]")
	// unpacked is const { table: rolesTable, fields } = convertToIdentifiers(Roles).
	unpacked = regexp.MustCompile(`\{([^{}=;()]*)\}\s*=\s*[\w.]+\(\s*([A-Z]\w*)\b`)
	// wrapped is const users = convertToIdentifiers(Users, true), of which users.table is put in.
	wrapped  = regexp.MustCompile(`\b(?:const|let|var)\s+(\w+)\s*=\s*[\w.]+\(\s*([A-Z]\w*)\b`)
	quotedIn = regexp.MustCompile("[\"'`]([A-Za-z_][\\w.]*)[\"'`]")
	called   = regexp.MustCompile(`^[\w.$]*\(\[?\s*(.*?)\s*\]?\)$`)
	// identified is sql.identifier(['users', 'email']).
	identified = regexp.MustCompile("^[\\w.$]*(?:identifier|ident|ref|id|column|raw|quote\\w*)\\(\\[?(?:\\s*[\"'`]\\w+[\"'`],)?\\s*[\"'`](\\w+)[\"'`]\\s*\\]?\\)$")
	members    = regexp.MustCompile(`^[\w.$@:?!>-]+$`)
)

func (r *reader) names() *names {
	if r.named != nil {
		return r.named
	}
	r.named = &names{constants: map[string]string{}, helpers: map[string]string{}}
	for _, m := range constant.FindAllStringSubmatch(r.text, 5000) {
		if was, known := r.named.constants[m[1]]; known && was != m[2] {
			r.named.constants[m[1]] = "" // not one thing alone
			continue
		}
		r.named.constants[m[1]] = strings.Clone(m[2])
	}
	for _, m := range unpacked.FindAllStringSubmatch(r.text, 1000) {
		for part := range strings.SplitSeq(m[1], ",") {
			_, local, renamed := strings.Cut(part, ":")
			if !renamed {
				local = part
			}
			r.named.helpers[strings.TrimSpace(local)] = strings.Clone(m[2])
		}
	}
	for _, m := range wrapped.FindAllStringSubmatch(r.text, 1000) {
		r.named.helpers[m[1]] = strings.Clone(m[2])
	}
	return r.named
}

// expression is the code of a hole without its braces and quotes.
func expression(code string) string {
	code = strings.Trim(code, " \t\r\n\"'`+.&<>\\")
	for _, braces := range [][2]string{{"${", "}"}, {"#{", "}"}, {"{$", "}"}, {"{", "}"}, {"$", ""}} {
		if strings.HasPrefix(code, braces[0]) && strings.HasSuffix(code, braces[1]) {
			code = code[len(braces[0]) : len(code)-len(braces[1])]
			break
		}
	}
	return strings.TrimSpace(code)
}

// table is the table that an expression gives, or the class or variable that it is of.
func (n *names) table(code string) (name catalog.Name, hint string) {
	code = expression(code)
	if m := quotedIn.FindStringSubmatch(code); m != nil && !strings.ContainsAny(code, "?") {
		return nameOf(strings.Clone(m[1])), ""
	}
	if m := called.FindStringSubmatch(code); m != nil && m[1] != "" {
		code = m[1]
	}
	code = strings.TrimSuffix(code, "()")
	if !members.MatchString(code) {
		return catalog.Name{}, ""
	}
	segments := strings.FieldsFunc(code, func(r rune) bool { return strings.ContainsRune(".$@:?!>-", r) })
	for len(segments) > 1 && tableMember[fold(segments[len(segments)-1])] {
		segments = segments[:len(segments)-1]
	}
	if len(segments) == 0 {
		return catalog.Name{}, ""
	}
	last := segments[len(segments)-1]
	if text := n.constants[last]; text != "" {
		return nameOf(text), ""
	}
	if class := n.helpers[last]; class != "" {
		return catalog.Name{}, class
	}
	if tableMember[fold(last)] || last == "self" || last == "this" || last == "cls" {
		return catalog.Name{}, ""
	}
	return catalog.Name{}, strings.Clone(last)
}

// tableMember are the members by which a class or a helper gives its table's name.
var tableMember = map[string]bool{"table": true, "tablename": true, "quotedtablename": true, "dbtable": true, "meta": true, "name": true, "gettable": true, "gettablename": true}

// columnQuoted is the column that a call quotes.
func columnQuoted(code string) string {
	if m := identified.FindStringSubmatch(expression(code)); m != nil {
		return strings.Clone(m[1])
	}
	return ""
}

// columnOf is the one column that an expression gives: the member of a list of fields.
func columnOf(code string) string {
	if column := columnQuoted(code); column != "" {
		return column
	}
	code = expression(code)
	if m := called.FindStringSubmatch(code); m != nil && members.MatchString(m[1]) {
		code = m[1]
	}
	if !members.MatchString(code) {
		return ""
	}
	segments := strings.FieldsFunc(code, func(r rune) bool { return strings.ContainsRune(".$@:?!>-", r) })
	if len(segments) < 2 {
		return ""
	}
	owner := fold(segments[len(segments)-2])
	if strings.HasSuffix(owner, "fields") || strings.HasSuffix(owner, "columns") || owner == "c" || strings.HasSuffix(owner, "cols") {
		return member(code)
	}
	return ""
}

// member is the last name of a path of members: the column in users.fullName; "": it is none.
func member(code string) string {
	if column := columnQuoted(code); column != "" {
		return column
	}
	code = expression(code)
	dot := strings.LastIndexByte(code, '.')
	if dot < 0 || !members.MatchString(code) {
		return ""
	}
	return strings.Clone(code[dot+1:])
}

// fold is a name without case and separators.
func fold(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}
