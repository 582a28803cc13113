package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestProse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain words stay", "The default wins, when nothing else is said.", "The default wins, when nothing else is said."},
		{"image", "makes this image acme/syncer:latest", "makes this image `acme/syncer:latest`"},
		{"punctuation stays outside", `("acme/a:1", then acme/b:2).`, "(\"`acme/a:1`\", then `acme/b:2`)."},
		{"mention", "ask @acme/platform now", "ask `@acme/platform` now"},
		{"issue", "see #12 and GH-12 and acme/x#3", "see `#12` and `GH-12` and `acme/x#3`"},
		{"commit", "since 0123abc and DEADBEEF", "since `0123abc` and `DEADBEEF`"},
		{"commit beside a hyphen", "at 0123abc-dirty", "at `0123abc-dirty`"},
		{"commit before another script", "at 0123abc最", "at `0123abc最`"},
		{"address", "at https://evil.example/x?y or www.evil.example", "at `https://evil.example/x?y` or `www.evil.example`"},
		{"mail", "root@evil.example", "`root@evil.example`"},
		{"link", "[click](https://evil.example)", "`[click](https://evil.example`)"},
		{"html", "<img src=x onerror=alert(1)>", "`<img` `src=x` `onerror=alert(1)>`"},
		{"marker", "<!-- checkrein -->", "`<!-` `-` checkrein `-->`"},
		{"emoji", ":x: done", "`:x`: done"},
		{"mathematics", "$x$ and $$y$$", "`$x$` and `$$y$$`"},
		{"table and emphasis", "a | *b* _c_ ~~d~~", "a `|` `*b*` `_c_` `~~d~~`"},
		{"entity", "&lt;b&gt;", "`&lt;b&gt`;"},
		{"backslash", `\@x \# y`, "`\\@x` `\\#` y"},
		{"own code span", "the value `docker pull x` wins", "the value `docker pull x` wins"},
		{"spans that touch", "`a``b`c`", "`a` `b` `` c` ``"},
		{"single backtick", "a ` b", "a `` ` `` b"},
		{"new lines", "one\n# two\r\n- three", "one `#` two `-` three"},
		{"list number", "1. one in 2024.", "`1.` one in 2024."},
		{"bidi and zero-width", "a\u202eb\u200bc\ufeff d\u2066", "abc d"},
		{"control", "a\x1b[31mb\x00", "`a[31mb`"},
		{"not UTF-8", "a\xffb", "`a\uFFFDb`"},
		{"other scripts", "größe 画像 «x»", "größe 画像 `«x»`"},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := prose(c.in, 200); got != c.want {
				t.Errorf("prose(%q)\n got %s\nwant %s", c.in, got, c.want)
			}
		})
	}
}

func TestCode(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a/b.yml:3", "`a/b.yml:3`"},
		{"a`b", "``a`b``"},
		{"``", "``` `` ```"},
		{"`x", "`` `x ``"},
		{" x ", "`  x  `"},
		{"a\nb", "`a b`"},
		{"", "(empty)"},
		{"\u200b", "(empty)"},
		{"](https://evil.example)", "`](https://evil.example)`"},
		{"a<!-\u200b- checkrein -->.yml", "`a<!- - checkrein -->.yml`"},
	} {
		if got := code(c.in); got != c.want {
			t.Errorf("code(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestFencedOutgrowsItsContent(t *testing.T) {
	got := fenced("text", []string{"````", "x"})
	if want := "`````text\n````\nx\n`````\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutBoundsItsWork(t *testing.T) {
	for _, in := range []string{strings.Repeat("x", 5<<20), strings.Repeat("\u200b", 5<<20), strings.Repeat("é", 200)} {
		if got := cut(in, 100); utf8.RuneCountInString(got) > 100 || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes were cut to %d characters, ending in %q", len(in), utf8.RuneCountInString(got), got[max(0, len(got)-5):])
		}
	}
}

func TestBlobAddress(t *testing.T) {
	sha := strings.Repeat("a", 40)
	h := Head{Repository: "acme/shop", SHA: sha}
	base := "https://github.com/acme/shop/blob/" + sha + "/"
	for _, c := range []struct {
		path      string
		line, end int
		want      string
	}{
		{"infra/app.yml", 3, 3, base + "infra/app.yml#L3"},
		{"infra/app.yml", 3, 5, base + "infra/app.yml#L3-L5"},
		{"infra/app.yml", 0, 0, base + "infra/app.yml"},
		{"a b/](x)#1?`$.yml", 1, 1, base + "a%20b/%5D%28x%29%231%3F%60%24.yml#L1"},
		{"a\n<!--.yml", 1, 1, base + "a%0A%3C%21--.yml#L1"},
		{"../../../settings", 1, 1, ""},
		{"/etc/passwd", 1, 1, ""},
		{strings.Repeat("x", 700), 1, 1, ""},
	} {
		if got := h.blob("", c.path, c.line, c.end); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.path, got, c.want)
		}
	}
	if got := h.blob("main", "a", 1, 1); got != "" {
		t.Errorf("a branch is no permanent address: %s", got)
	}
	h.Web = "https://github.acme.example/"
	if got, want := h.blob("", "a", 1, 1), "https://github.acme.example/acme/shop/blob/"+sha+"/a#L1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
