package shell

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostile: whatever a text holds, it is read within a second and 64 MB.
func TestHostile(t *testing.T) {
	if testing.Short() || !effort.Measured {
		t.Skip("measures time and memory")
	}
	for name, text := range hostileTexts() {
		for _, dialect := range dialects {
			if strings.HasSuffix(name, asWhole) && dialect != Sh {
				continue // the others have no such bound
			}
			t.Run(fmt.Sprintf("%s/%s", name, dialect), func(t *testing.T) {
				in := Input{Text: Whole([]byte(text)), Dialect: dialect}
				var s Script
				took, heap := effort.Of(func() { s = Read(in) })
				if took > effort.Time {
					t.Errorf("took %v", took)
				}
				if heap > effort.Heap {
					t.Errorf("peak heap %d MB", heap>>20)
				}
				if testing.Verbose() {
					t.Logf("%v, %d MB, %d commands, %d unread", took, heap>>20, len(s.Commands), len(s.Unread))
				}
				checkScript(t, in, s)
			})
		}
	}
}

// asWhole marks what is as large as the parser of the shell is given.
const asWhole = ", parsed"

// hostileTexts are of 1 MB, or as large as is still read as a whole.
func hostileTexts() map[string]string {
	fill := func(piece string, size int) string { return strings.Repeat(piece, size/len(piece)) }
	texts := map[string]string{}
	for name, piece := range map[string]string{
		"commands": "a;", "lines": "a b c\n", "words": "a ", "one word": "a", "open": "(", "blocks": "{ ", "substitutions": "$(", "quoted substitutions": `"$(`,
		"backquotes": "`", "double quotes": `"`, "single quotes": "'", "expressions": "${{ a }}", "open expressions": "${{ ", "quoted expressions": "${{ '",
		"not": "! ", "functions": "f() ", "ifs": "if a;then ", "cases": "case a in a) ", "heredocs": "<<a ", "pipes": "a|", "ands": "a&&", "variables": "$a ", "defaults": "${a:-",
		"assignments": "a=$a$a;", "arrays": "a+=(b);", "sums": "$((1+", "hashes": "@{", "brackets": "[", "continued": "\\\n", "zero": "\x00", "carriage": "\r\n",
		"templates": "`${", "calls": "exec(", "python calls": "os.system(", "lists": "run([", "fstrings": "f'{", "triple": `"""`, "eval": "eval ", "xargs": "xargs ", "sudo": "sudo ", "percent": "%", "caret": "^",
		"find": "find -exec ", "braces": "{a,b}", "elif": "elif a;then a=1;", "invalid": "\xff\xfe", "gap": Gap, "unary": "- ", "comments": "#\n", "plus": `"a"+`, "members": "$a[", "docker": "docker run ",
	} {
		texts[name] = fill(piece, 1<<20)
		texts[name+asWhole] = fill(piece, maxParsed)
	}
	texts["doubling"] = "a=xxxxxxxx\n" + fill("a=$a$a\n", 1<<10) + "b $a"
	texts["calls of calls"] = callsOfCalls()
	texts["loops in loops"] = strings.Repeat("for x in 1 2 3 4 5 6 7 8; do ", 60) + "a $x" + strings.Repeat("; done", 60)
	texts["many branches"] = "if a; then b" + numbered("; elif a; then a%d=1", 9000) + "; fi"
	texts["exports"] = numbered("export A%d=1\n", 64) + fill("A1=$A1;b\n", maxParsed/2)
	texts["scripts in scripts"] = "bash -c " + strings.Repeat(`"bash -c `, 200)
	texts["expanding script"] = "a='b;b;b;b;b;b;b;b;b;b'\n" + fill("eval \"$a$a$a$a$a$a$a$a\"\n", maxParsed/2)
	texts["closed parens"] = strings.Repeat("(", 2*maxDepth) + "a" + strings.Repeat(")", 2*maxDepth)
	texts["escaped"] = fill(`"\\\"\$\a`, maxParsed)
	return texts
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// callsOfCalls is functions that each call the one before ten times.
func callsOfCalls() string {
	var b strings.Builder
	b.WriteString("f0() { a; }\n")
	for i := range 60 {
		fmt.Fprintf(&b, "f%d() { %s }\n", i+1, strings.Repeat(fmt.Sprintf("f%d; ", i), 10))
	}
	b.WriteString("f60\n")
	return b.String()
}
