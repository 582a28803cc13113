package iac

import (
	"fmt"
	"strings"
)

// hostileTemplates nest, double and repeat what a chart's template may hold.
func hostileTemplates() map[string]func() string {
	const head = "kind: Pod\n{{ .Values.x }}\n"
	repeat := func(before, text string, n int, after string) func() string {
		return func() string { return head + before + strings.Repeat(text, n) + after }
	}
	return map[string]func() string{
		"blocks":             repeat("", "{{ if .x }}", 50_000, ""),
		"parentheses":        repeat("{{ ", "(", 300_000, " }}"),
		"else":               repeat("{{ if .x }}", "{{ else if .x }}", 10_000, "{{ end }}"),
		"one action":         repeat("{{ printf ", ".a ", 300_000, "}}"),
		"actions":            repeat("", "{{ .a }}\n", 19_000, ""),
		"images":             repeat("", "image: {{ .a }}:{{ .b }}\n", 9_000, ""),
		"doubled values":     repeat("{{ $a := .b }}", `{{ $a = printf "%s%s" $a $a }}`, 10_000, "image: {{ $a }}\n"),
		"values set in turn": repeat("{{ $a := .b }}", `{{ if .c }}{{ $a = printf "%s%s" $a $a }}{{ end }}`, 5_000, ""),
		"definitions":        repeat("", `{{ define "a" }}image: {{ include "a" . }}{{ end }}`, 5_000, ""),
		"loops in loops": func() string {
			return head + strings.Repeat("{{ range .a }}", 90) + "image: {{ .b }}" + strings.Repeat("{{ end }}", 90)
		},
		"an image on many lines": repeat("image: ", "{{ .a }}", 15_000, ""),
		"variables": func() string {
			var b strings.Builder
			for i := range 5_000 {
				fmt.Fprintf(&b, "{{ $a%d := .b }}{{ if .c }}x{{ end }}", i)
			}
			return head + b.String()
		},
	}
}
