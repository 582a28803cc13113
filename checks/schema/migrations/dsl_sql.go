package migrations

import (
	"reflect"
	"regexp"
	"sort"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// sql reads the SQL in a string. Its statements stand where they stand in the file, however
// the string is put together; a value that is not known makes a statement that needs it unread.
func (s *source) sql(names *environment, n *node) []Statement {
	if s.queries >= maxQueries || len(n.pieces) > maxParts {
		if s.queries > maxQueries {
			return nil // told already
		}
		s.queries = maxQueries + 1
		at := s.place(n)
		reason := "the script has more SQL in its strings than is read"
		return []Statement{{At: at, Text: s.told(n), Unread: reason, Changes: []catalog.Change{catalog.Unread{Place: at, Reason: reason}}}}
	}
	from := &origin{source: s}
	for _, p := range names.fill(n.pieces) {
		from.add(p)
	}
	var out []Statement
	s.queries++
	for _, read := range sql.Read(s.dialect, sql.Whole(s.path, from.text.String())).Statements {
		if read.Transaction != "" {
			continue
		}
		st := Statement{At: read.At, Text: excerpt(from.text.String()[read.Start:read.End]), Changes: read.Changes, Unread: read.Unread}
		if sql.IsMask(st.Text) || sql.IsMask(from.text.String()[read.Start:read.End]) {
			hideMasked(&st, from.text.String()[read.Start:read.End])
		}
		from.move(reflect.ValueOf(&st))
		s.queries++
		out = append(out, st)
	}
	return out
}

// hideMasked makes a statement unread whose meaning hangs on a value put in by code. Rows
// may be chosen by such a value; names may not.
func hideMasked(st *Statement, text string) {
	if m := insertsMasked.FindStringSubmatch(text); m != nil && st.Unread != "" && sql.IsMask(m[3]) {
		st.Unread = ""
		st.Changes = []catalog.Change{catalog.WriteData{Place: st.At, Table: catalog.Name{Schema: m[1], Object: m[2]}, Kind: "insert"}}
	}
	for _, change := range st.Changes {
		if write, ok := change.(catalog.WriteData); ok && !sql.IsMask(write.Table.String()) {
			continue
		}
		st.Unread = "code puts a value into the SQL that is not known here"
		st.Changes = []catalog.Change{catalog.Unread{Place: st.At, Reason: st.Unread}}
		break
	}
	st.Text = strings.ReplaceAll(st.Text, sql.Mask(sql.MaskLen), "…")
}

// insertsMasked is an insert whose rows code puts in whole: INSERT INTO t (a, b) {}.
var insertsMasked = regexp.MustCompile(`(?is)^insert\s+into\s+(?:"?(\w+)"?\.)?"?(\w+)"?\s*(?:\([\w\s",]*\))?\s*(\S+)$`)

// origin tells where the bytes of a string stand in the file.
type origin struct {
	*source
	text   strings.Builder
	pieces []piece
	starts []int // of the pieces in text
	lines  []int // of the lines in text
}

func (o *origin) add(p piece) {
	o.pieces, o.starts = append(o.pieces, p), append(o.starts, o.text.Len())
	if p.code {
		p.text = sql.Mask(sql.MaskLen)
	}
	o.text.WriteString(p.text)
}

// offset is the place in the file of a byte of the text.
func (o *origin) offset(at int) int {
	i := sort.SearchInts(o.starts, at+1) - 1
	if i < 0 {
		return 0
	}
	p := o.pieces[i]
	return min(p.start+at-o.starts[i], p.end)
}

// byte is the offset in the text of a line and column.
func (o *origin) byte(line, column int) int {
	if o.lines == nil {
		o.lines = []int{0}
		for i, c := range []byte(o.text.String()) {
			if c == '\n' {
				o.lines = append(o.lines, i+1)
			}
		}
	}
	return o.lines[max(0, min(line-1, len(o.lines)-1))] + column - 1
}

var placeType = reflect.TypeFor[catalog.Place]()

// move turns every place in v from one in the text into one in the file.
func (o *origin) move(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			o.move(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() {
			changed := reflect.New(v.Elem().Type()).Elem()
			changed.Set(v.Elem())
			o.move(changed)
			v.Set(changed)
		}
	case reflect.Slice:
		for i := range v.Len() {
			o.move(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == placeType {
			o.moveOne(v.Addr().Interface().(*catalog.Place))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				o.move(v.Field(i))
			}
		}
	}
}

func (o *origin) moveOne(p *catalog.Place) {
	if p.Path == "" {
		return
	}
	start := o.offset(o.byte(p.Span.Line, p.Span.Column))
	end := o.byte(p.Span.EndLine, p.Span.EndColumn)
	*p = o.file.Place(start, o.ending(max(0, end-1)))
}

// ending is the place in the file behind a byte of the text: behind the whole of an escape.
func (o *origin) ending(at int) int {
	i := sort.SearchInts(o.starts, at+1) - 1
	if i >= 0 && (i+1 == len(o.starts) || o.starts[i+1] == at+1) {
		if p := o.pieces[i]; at+1-o.starts[i] >= len(p.text) {
			return p.end
		}
	}
	return o.offset(at) + 1
}
