package catalog_test

import (
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func TestRelateSQLite(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     catalog.Relation
	}{
		{"INTEGER", "integer", catalog.Same},
		{"int", "bigint", catalog.Same},
		{"VARCHAR", "TEXT", catalog.Same},
		{"", "blob", catalog.Same},
		{"real", "double precision", catalog.Same},
		{"text", "integer", catalog.Other},
		{"datetime", "boolean", catalog.Other},
		{"datetime", "DATETIME", catalog.Same},
		{"numeric", "real", catalog.Other},
	} {
		from, _ := catalog.Canonical(catalog.SQLite, test.from, nil)
		to, _ := catalog.Canonical(catalog.SQLite, test.to, []int{})
		if got := catalog.Relate(catalog.SQLite, from, to); got != test.want {
			t.Errorf("%s to %s: %s, want %s", test.from, test.to, got, test.want)
		}
	}
}
