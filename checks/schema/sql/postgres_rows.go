package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// rowsOnly are the writes of a block that does nothing but to rows, however it decides and
// loops; false where a word in it could change a schema, build SQL, or call what is not
// PostgreSQL's own.
func rowsOnly(body string) (writes []catalog.WriteData, ok bool) {
	l := &lexer{dialect: catalog.Postgres, text: body, end: len(body)}
	var before, last token // the two in front of t
	for t := l.next(); t.kind != endToken; t = l.next() {
		word := strings.ToLower(body[t.start:t.end])
		switch {
		case t.kind == wordToken && changesMore[word]:
			return nil, false
		case l.mark(t) == '(' && called(l, before, last):
			return nil, false
		case t.kind == wordToken && word == "delete" || t.kind == wordToken && word == "insert":
			from := l.next()
			name, next := tableAt(l, l.next())
			if name.Object == "" || !l.is(from, "from") && !l.is(from, "into") {
				return nil, false
			}
			writes = append(writes, catalog.WriteData{Table: name, Kind: word})
			before, last = from, next
			continue
		case t.kind == wordToken && word == "update" && !l.is(last, "do") && !l.is(last, "for"):
			name, next := tableAt(l, l.next())
			if name.Object == "" {
				return nil, false
			}
			writes = append(writes, catalog.WriteData{Table: name, Kind: word})
			before, last = t, next
			continue
		}
		before, last = last, t
	}
	return writes, true
}

// tableAt is the table whose name begins with a token, and the name's last token.
func tableAt(l *lexer, t token) (catalog.Name, token) {
	part := func(t token) string {
		text := l.text[t.start:t.end]
		switch t.kind {
		case wordToken:
			return strings.ToLower(text)
		case quotedToken:
			return strings.ReplaceAll(strings.Trim(text, `"`), `""`, `"`)
		}
		return ""
	}
	name := catalog.Name{Object: part(t)}
	at := l.at
	if l.mark(l.next()) == '.' {
		t = l.next()
		return catalog.Name{Schema: name.Object, Object: part(t)}, t
	}
	l.at = at
	return name, t
}

// called reports whether a bracket behind a name opens the arguments of a function that is
// none of PostgreSQL's own that are known to change nothing.
func called(l *lexer, before, name token) bool {
	if name.kind != wordToken && name.kind != quotedToken || l.is(before, "into") || l.is(before, "as") {
		return false
	}
	return name.kind == quotedToken || !harmless[strings.ToLower(l.text[name.start:name.end])]
}

var changesMore = setOf(`create alter drop execute truncate grant revoke rename call comment reindex refresh cluster import
	security reassign copy merge commit rollback vacuum discard load notify listen set_config search_path lock`)

// harmless stand in front of a bracket and change no schema: keywords, types and functions.
var harmless = setOf(`values in conflict exists any all some and or not then else when if elsif case where on as from select using over filter by return
	interval cast coalesce nullif greatest least array row returning with limit union except intersect is like between returns materialized
	char varchar numeric decimal timestamp timestamptz time bit
	count sum min max avg array_agg string_agg json_agg jsonb_agg bool_or bool_and array_length array_append array_remove unnest cardinality
	lower upper trim btrim ltrim rtrim replace regexp_replace substring substr left right length concat concat_ws split_part position strpos lpad rpad md5 encode decode format
	now clock_timestamp date_trunc date_part extract to_char to_timestamp to_date age make_interval
	gen_random_uuid uuid_generate_v4 random floor ceil round abs mod trunc power generate_series row_number rank dense_rank lag lead first_value last_value
	jsonb_build_object json_build_object jsonb_set jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_object_keys jsonb_typeof to_json to_jsonb row_to_json jsonb_strip_nulls jsonb_build_array jsonb_array_length
	nextval currval setval pg_sleep pg_advisory_lock pg_advisory_xact_lock pg_advisory_unlock`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
