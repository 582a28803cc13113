package usage

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/sql"
)

var (
	// formats are %s and its like where only a name or a list of names can stand.
	formats = regexp.MustCompile(`(?i)(?:\b(?:from|join|into|update|table|select|distinct|returning|by)\s+(?:[\w.]+\.)?"?` + "`?" + `|\binto\s+\S+\s*\()(%[svq]|%\[\d\][svq]|\?\?)`)
	// numbers are the other formats, which stand for values.
	numbers = regexp.MustCompile(`(?:^|[^%\w])(%[+#]?[dvfxtq])(?:$|\W)`)
	// ahead are masks behind a table's name, where no alias is meant: from t ${where}.
	ahead = regexp.MustCompile(`(?i)\b(?:from|join)\s+(` + name + `)\s+(\x{e000}_*|\x{180})`)
	// setting is a mask that stands for all assignments of an UPDATE.
	// rows is a mask that stands for the rows of an INSERT.
	rows = regexp.MustCompile(`(?i)\bvalues\s+(\x{e000}_{2,})\s*(?:$|on\b|returning\b|;|\))`)
	// conflicts is one that says what ON CONFLICT does.
	conflicts = regexp.MustCompile(`(?i)\bon\s+conflict\s*\([^()]*\)\s*(\x{e000}_{7,})`)
	// members of a set that is put in as a whole: in :ids.
	setValues = regexp.MustCompile(`(?i)\bin(\s+(?::\w+|@\w+|%s|\$\d|%\(\w+\)s))`)
	// sets is one that stands for the list behind IN.
	sets    = regexp.MustCompile(`(?i)\bin\s+(\x{e000}_{2,})`)
	setting = regexp.MustCompile(`(?i)\bset\s+(\x{e000}_{2,})\s*(?:$|where\b|from\b|returning\b|;)`)
)

// prepare puts masks where a parser would not take what stands there, byte for byte.
func prepare(text string) string {
	if strings.Contains(text, "%") || strings.Contains(text, "??") {
		text = replace(text, formats, 1, maskOf)
		text = replace(text, numbers, 1, func(n int) string { return "0" + strings.Repeat(" ", n-1) })
	}
	text = replace(text, setValues, 1, func(n int) string { return "(0)" + strings.Repeat(" ", n-3) })
	if !masked(text) {
		return text
	}
	text = replace(text, ahead, 2, func(n int) string { return strings.Repeat(" ", n) })
	text = replace(text, setting, 1, func(n int) string { return sql.Mask(n-2) + "=0" })
	text = replace(text, conflicts, 1, func(n int) string { return "DO NOTHING" + strings.Repeat(" ", n-len("DO NOTHING")) })
	for _, pattern := range []*regexp.Regexp{rows, sets} {
		text = replace(text, pattern, 1, func(n int) string { return "(" + sql.Mask(n-2) + ")" })
	}
	return text
}

// replace replaces one group of each match by what is as long.
func replace(text string, pattern *regexp.Regexp, group int, with func(int) string) string {
	matches := pattern.FindAllStringSubmatchIndex(text, -1)
	if matches == nil {
		return text
	}
	out := []byte(text)
	for _, m := range matches {
		start, end := m[2*group], m[2*group+1]
		copy(out[start:end], with(end-start))
	}
	return string(out)
}
