package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
)

func TestInline(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/inline.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		file, want := archive.Files[i], archive.Files[i+1]
		if want.Name != file.Name+".want" {
			t.Fatalf("%s is followed by %s", file.Name, want.Name)
		}
		for breaks, text := range map[string]string{
			"LF": string(file.Data), "CRLF": strings.ReplaceAll(string(file.Data), "\n", "\r\n"), "BOM": "\ufeff" + string(file.Data),
		} {
			got := describe(Inline(file.Name, []byte(text), knownRules()))
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", file.Name, breaks, diff)
			}
		}
	}
}

// describe writes ignores as the archive does.
func describe(ignores []checks.Ignore) string {
	var b strings.Builder
	for _, i := range ignores {
		dash := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		fmt.Fprintf(&b, "%d %d %s %s %q", i.Line, i.Covers, dash(i.Rule), dash(i.Until), i.Reason)
		if i.Problem != "" {
			b.WriteString(": " + i.Problem)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestLineSum: an ignore keeps its sum when lines move, and loses it when it comes to
// excuse something else.
func TestLineSum(t *testing.T) {
	const note = ` # checkrein:ignore images/mutable-tag until=2027-01-31 reason=x`
	sum := func(text string) string {
		found := Inline("a.yml", []byte(text), knownRules())
		if len(found) != 1 || found[0].LineSum == "" {
			t.Fatalf("%q: %+v", text, found)
		}
		return found[0].LineSum
	}
	for _, c := range []struct {
		name, old, new string
		same           bool
	}{
		{"lines moved", "image: a" + note, "version: 1\n\nimage: a" + note, true},
		{"indented", "image: a" + note, "x:\n    image: a" + note, true},
		{"line breaks", "image: a" + note + "\n", "image: a" + note + "\r\n", true},
		{"alone, lines moved", note[1:] + "\nimage: a", "x: y\n" + note[1:] + "\n\nimage: a", true},
		{"moved to another image", "image: a" + note + "\nimage: b", "image: a\nimage: b" + note, false},
		{"another image under it", "image: a:latest" + note, "image: b:latest" + note, false},
		{"alone, another image under it", note[1:] + "\nimage: a", note[1:] + "\nimage: b", false},
	} {
		if same := sum(c.old) == sum(c.new); same != c.same {
			t.Errorf("%s: want the same sum %v, got %v", c.name, c.same, same)
		}
	}
}

// TestBounded feeds what parsers choke on. Each takes milliseconds; the limit allows for
// a busy machine and the race detector, and no more than linear time.
func TestBounded(t *testing.T) {
	const size = MaxSize
	inline := "# " + directive + "\n"
	long := func(s string) string { return strings.Repeat(s, 512<<10/len(s)) }
	for name, text := range map[string]string{
		"flow lists":    strings.Repeat("[", size),
		"flow maps":     strings.Repeat("{", size),
		"flow keys":     strings.Repeat("{a: ", size/4),
		"dashes":        strings.Repeat("- ", size/2),
		"questions":     strings.Repeat("? ", size/2),
		"deep":          deep(700),
		"aliases":       "a: &a [x]\n" + strings.Repeat("b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n", size/40),
		"exceptions":    "version: 1\nexceptions:\n" + strings.Repeat("- {}\n", size/5-10),
		"unknown keys":  unknownKeys(size),
		"locks":         "version: 1\nlocked:\n" + strings.Repeat("- chekcs.images.leve\n", size/22),
		"too large":     strings.Repeat("# comment\n", size/9),
		"long line":     inline + "a: " + long("x"),
		"open quote":    inline + "a: \"" + long(`\`),
		"quotes":        inline + "a: " + long("' "),
		"block headers": inline + "a: " + long("| "),
		"half headers":  inline + long(": |x "),
		"wide headers":  inline + long(": |    "),
		"pipes":         inline + long("|\n"),
		"hashes":        inline + long("# "),
		"ignores":       long(inline),
		"blank lines":   long(inline)[:20<<10] + long("\n") + "a: b",
		"empty blocks":  inline + long("/**/"),
		"open blocks":   inline + long("/*"),
	} {
		start := time.Now()
		ReadOrganisation(Path, []byte(text), knownRules())
		for _, file := range []string{"a.yml", "a.ts", "a.py", "Dockerfile", "a.sql", "a.md"} {
			if n := len(Inline(file, []byte(text), knownRules())); n > maxIgnores {
				t.Errorf("%s as %s: %d ignores", name, file, n)
			}
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// deep is a mapping nested this often, in block style.
func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func unknownKeys(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-20; i++ {
		fmt.Fprintf(&b, "coment%d: x\n", i)
	}
	return b.String()
}
