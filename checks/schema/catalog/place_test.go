package catalog

import (
	"testing"

	"github.com/checkrein/checkrein/checks"
)

// A text put together from pieces tells the places of the pieces.
func TestAssembled(t *testing.T) {
	const file = "a\n`DROP TABLE ${x};`\n"
	// "DROP TABLE users;\nEND"
	f := NewAssembled("a.ts", file, []Piece{
		{At: 0, Start: 3, End: 14, Same: true},
		{At: 11, Start: 14, End: 18},
		{At: 16, Start: 18, End: 19, Same: true},
		{At: 17, Start: 19, End: 19},
	})
	for name, c := range map[string]struct {
		start, end int
		want       checks.Span
	}{
		"verbatim":           {0, 4, checks.Span{Line: 2, Column: 2, EndLine: 2, EndColumn: 6}},
		"over the value":     {0, 16, checks.Span{Line: 2, Column: 2, EndLine: 2, EndColumn: 17}},
		"within the value":   {12, 14, checks.Span{Line: 2, Column: 13, EndLine: 2, EndColumn: 17}},
		"beyond the value":   {5, 17, checks.Span{Line: 2, Column: 7, EndLine: 2, EndColumn: 18}},
		"what is in no file": {18, 20, checks.Span{Line: 2, Column: 18, EndLine: 2, EndColumn: 18}},
	} {
		if got := f.Place(c.start, c.end); got.Span != c.want || got.Line != "`DROP TABLE ${x};`" {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
