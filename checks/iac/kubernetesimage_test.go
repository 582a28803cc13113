package iac

import (
	"regexp"
	"testing"
)

// What is no reference was said by two patterns before; they are the truth here.
func TestIsNoReference(t *testing.T) {
	refused := regexp.MustCompile(`[\s*?!|&;,"'\\^~=]|://|^(?:data:|[./~])`)
	picture := regexp.MustCompile(`(?i)\.(?:png|jpe?g|gif|svg|webp|ico|bmp|tiff?|avif|iso|qcow2|img|vmdk|ova)$`)
	for _, text := range []string{
		"", "redis", "redis:7.2", "ghcr.io/acme/api@sha256:ab", "a b", "a\tb", "a\n", "a\vb", "a\u00a0b", "*", "a?", "a!", "a|b", "a&b", "a;b", "a,b", `a"`, "a'", `a\b`, "a^", "a~b", "a=b",
		"https://x/y", "a:/b", "data:image/x", "mydata:1", "./x", "/x", "~x", ".", "x/.y", "logo.png", "logo.PNG", "x.jpg", "x.jpeg", "x.jpegs", "x.gif", "x.\u017fvg", "x.webp", "x.ico", "x.bmp", "x.tif", "x.tiff",
		"x.avif", "x.iso", "x.qcow2", "x.img", "x.vmdk", "x.ova", "x.ovas", "png", "x.png.io/y", "x.png:1", ".png", "x.", "\xff.png", "a\xff",
	} {
		if got, want := isNoReference(text), refused.MatchString(text) || picture.MatchString(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
