package ecma

import (
	"strings"
	"testing"
)

// Each source is read without a gap, and the call of mark in it is found: what stands
// before and around it was taken for what it is.
func TestParse(t *testing.T) {
	for name, source := range map[string]string{
		"types":               "type A<T> = { a: T } | (b: string) => void;\ninterface B extends C<D> { e(): F }\nconst x: Array<{ a?: string }> = [];\nmark('!')",
		"generic call":        "await pool.one<{ id: string }>(1); mark('!')",
		"comparison":          "if (a < b && c > d) mark('!')",
		"arrow with type":     "const f = async <T,>(a: string, { b = 1 }: C = {}): Promise<T[]> => { mark('!') }",
		"method":              "class A<T> extends B<T> implements C { private readonly a = 1; @D() static async up(@E() q: F): Promise<void> { mark('!') } }",
		"object method":       "export default { async up(q) { mark('!') }, get b() { return 1 }, ['c']: 1, 'd-e': 2, ...f }",
		"regex":               "const a = b.replace(/[/'`]/g, '') / 2 / c; mark('!')",
		"regex after bracket": "if (a) { } const b = c ? /`/ : d; mark('!')",
		"templates":           "const a = `x${`y${{ b: '}' }.b}` + \"`\"}z`; mark('!')",
		"casts":               "const a = ({} as unknown as B)!.c satisfies D; const e = f as const; mark('!')",
		"optional":            "a?.b?.['c']?.(d) ?? (e ? .5 : f); mark('!')",
		"for":                 "for (let i = 0; i < 10; i++) { } for (const k in o) {} for await (const [a, b] of c) mark('!')",
		"switch":              "switch (a) { case 'b': { break } case c: default: mark('!') }",
		"try":                 "try { a() } catch { b() } finally { mark('!') }",
		"no semicolons":       "import a, { type B, c as d } from './e.js'\nimport type { F } from 'g'\nexport * from './h'\nconst i = j\nmark('!')",
		"enum":                "export enum A { B = 'b', C }\nmark('!')",
		"function type":       "const a = (b: (c: D) => E): F | undefined => { mark('!') }",
		"shebang, comments":   "#!/usr/bin/env node\n/* ' */ // `\nmark('!')",
		"require":             "'use strict';\nmodule.exports = { up: function (q) { return mark('!') } }",
		"bit operators":       "let a = b >> 2 >>> 1; a ||= c >= d; mark('!')",
		"new":                 "new Foo<Bar>({ a }, ...b).c(); mark('!')",
	} {
		f := Parse(source)
		if f.Unread != "" {
			t.Errorf("%s: %s", name, f.Unread)
		}
		if found := marks(f.Body); len(found) != 1 || source[found[0].Start:found[0].End] != "mark('!')" {
			t.Errorf("%s: found %d", name, len(found))
		}
	}
}

// marks are the calls of mark.
func marks(nodes []*Node) []*Node {
	var found []*Node
	for _, n := range nodes {
		if n == nil {
			continue
		}
		if n.Op == Call && n.X[0].Op == Name && n.X[0].Text == "mark" {
			found = append(found, n)
		}
		found = append(found, marks(n.X)...)
		found = append(found, marks([]*Node{n.Body})...)
	}
	return found
}

// What cannot be read is told.
func TestUnread(t *testing.T) {
	for name, source := range map[string]string{
		"too deep":       strings.Repeat("(", 1000),
		"deep templates": strings.Repeat("`${", 1000),
		"stray sign":     "const a = ;\nconst b = *;",
	} {
		if f := Parse(source); f.Unread == "" {
			t.Errorf("%s: all was read", name)
		}
	}
}

func TestUnescape(t *testing.T) {
	for raw, want := range map[string]string{`a\nb`: "a\nb", `\'\"\\`: `'"\`, `\x41\u0042\u{43}`: "ABC", `\u{110000}`: "u{110000}", `\`: `\`, "a\\\nb": "ab", `\u12`: "u12"} {
		if got := Unescape(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
