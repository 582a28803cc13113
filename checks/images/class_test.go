package images

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/iac"
)

// The published table of what a tag means, row by row; then cases that the table
// leaves to "anything else" and that real repositories hold.
func TestClassTable(t *testing.T) {
	hex64 := strings.Repeat("0123456789abcdef", 4)
	rows := []struct {
		class Class
		refs  string
	}{
		{Pinned, "x@sha256:" + hex64 + " x:latest@sha256:" + hex64},
		{Floating, "x x:latest localhost:5000/x"},
		{Floating, "x:main x:master x:develop x:trunk x:HEAD"},
		{Floating, "x:prod x:production x:staging x:stage x:dev x:test x:qa x:canary"},
		{Floating, "x:stable x:edge x:nightly x:beta x:alpha x:rc x:next x:current"},
		{Floating, "x:latest-alpine x:main-slim x:nightly-bookworm"},
		{FloatingVersion, "node:22 postgres:16 x:v1 x:1.2 ubuntu:22.04 python:3-alpine debian:12-slim"},
		{Floating, "node:lts debian:bookworm alpine:edge x:alpine x:slim x:nonroot"},
		{Exact, "x:1.2.3 x:v1.2.3 x:1.2.3-alpine x:1.2.3-rc1 x:1.2.3-r4 x:8.0.35-debian"},
		{Exact, "x:2026-01-31 x:20260131 x:20260131.2 x:24.04.1 x:1.2.3.4"},
		{Exact, "x:sha-abc1234 x:abc1234 x:main-abc1234 x:pr-12-abc1234 x:build-1234 x:1234567 x:123456"},
		{FloatingVersion, "x:3.x x:12345 x:v2-beta x:2024.1"},
		{Floating, "x:foo x:version x:php-fpm x:ltsc"},

		{Exact, "localhost:5000/x:1.2.3 ghcr.io/acme/x:v1.2.3 x:1.25.3-alpine3.18 x:17.0.9_9-jdk x:1.2.3rc1"},
		{Exact, "ubuntu:jammy-20240125 debian:bookworm-20240110-slim_x-20240110 x:17-jdk-2024-01-25"},
		{Exact, "debian:bookworm-20240110-slim minio:RELEASE.2019-08-14T20-37-41Z minio:RELEASE.2019-08-14T20-37-41Z-license-compliance"},
		{FloatingVersion, "x:20240110-nightly x:2024-01-10-dev"},
		{Floating, "x:main-20240110-latest"},
		{Exact, "x:release-1.2.3 x:web-api-1.2.3 x:beta-base-image_07.31.24_12.45.52 x:v1.2-5-gabc1234 x:v1.2.3-5-gabc1234"},
		{FloatingVersion, "x:1.2.3-nightly x:1.2.3-SNAPSHOT x:2.0.0-dev"},
		{Exact, "Registry.example.com/x:1.2.3 X:5000/x:1.2.3"},
		{Unresolved, "ECR_REPO_URI:IMAGE_TAG acme/IMAGE:latest"},
		{Unresolved, "x:{{tag}} x:<tag> x: x@sha256:abc"},
	}
	for _, row := range rows {
		for ref := range strings.FieldsSeq(row.refs) {
			if got := parse(written(ref)); got.class != row.class {
				t.Errorf("%s is %s, want %s", ref, got.class, row.class)
			}
		}
	}
}

func written(ref string) iac.Value { return iac.Value{{Text: ref, Known: true}} }

func TestParseUnknownPieces(t *testing.T) {
	hole := func(name string) iac.Piece { return iac.Piece{Text: "${" + name + "}"} }
	lit := func(s string) iac.Piece { return iac.Piece{Text: s, Known: true} }
	def := func(s string) iac.Piece { return iac.Piece{Text: s, Known: true, Default: true, Name: "Tag"} }
	cases := []struct {
		name     string
		value    iac.Value
		class    Class
		image    string
		tag      string
		defaults bool
	}{
		{"registry unknown", iac.Value{hole("R"), lit("/app:1.2.3")}, Exact, "${R}/app", "1.2.3", false},
		{"account unknown, default tag", iac.Value{hole("A"), lit(".dkr.ecr."), hole("G"), lit(".amazonaws.com/app:"), def("latest")}, Floating, "${A}.dkr.ecr.${G}.amazonaws.com/app", "latest", true},
		{"tag unknown", iac.Value{lit("app:"), hole("Tag")}, Unresolved, "app:${Tag}", "", false},
		{"part of the tag unknown", iac.Value{lit("app:1.2.3-"), hole("Arch")}, Unresolved, "app:1.2.3-${Arch}", "", false},
		{"all unknown", iac.Value{hole("Image")}, Unresolved, "${Image}", "", false},
		{"repository unknown, tag known", iac.Value{hole("Repo"), lit(":latest")}, Floating, "${Repo}", "latest", false},
		{"unknown without tag", iac.Value{lit("acme/"), hole("Name")}, Unresolved, "acme/${Name}", "", false},
		{"whole image by default", iac.Value{def("nginx")}, Floating, "nginx", "", true},
		{"name by default, tag written", iac.Value{def("nginx"), lit(":1.2.3")}, Exact, "nginx", "1.2.3", false},
		{"suffix by default", iac.Value{lit("nginx:1."), def("25")}, FloatingVersion, "nginx", "1.25", true},
		{"digest unknown", iac.Value{lit("app@"), hole("Digest")}, Unresolved, "app@${Digest}", "", false},
		{"digest by form", iac.Value{lit("app@sha256:"), hole("Digest")}, Pinned, "app", "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := parse(c.value)
			if r.class != c.class || r.tag != c.tag || (r.brought != nil) != c.defaults {
				t.Errorf("class %s, tag %q, by default %v; want %s, %q, %v", r.class, r.tag, r.brought != nil, c.class, c.tag, c.defaults)
			}
			if c.class != Unresolved && r.name != c.image {
				t.Errorf("name %q, want %q", r.name, c.image)
			}
		})
	}
}
