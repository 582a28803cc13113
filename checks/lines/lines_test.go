package lines

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
)

func TestIndex(t *testing.T) {
	x := Of([]byte("ab\r\n\ncd"))
	if got := x.LineCount(); got != 3 {
		t.Errorf("%d lines, want 3", got)
	}
	for n, want := range []string{"", "ab", "", "cd", ""} {
		if got := string(x.Line(n)); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
	for offset, want := range []int{1, 1, 1, 1, 2, 3, 3, 3} {
		if got := x.LineAt(offset); got != want {
			t.Errorf("offset %d is in line %d, want %d", offset, got, want)
		}
	}
	if got := x.Start(4); got != 7 {
		t.Errorf("behind the last line is %d, want the end", got)
	}
	want := checks.Span{Line: 1, Column: 2, EndLine: 3, EndColumn: 3}
	if diff := cmp.Diff(want, x.SpanOf(1, 7)); diff != "" {
		t.Errorf("span (-want +got):\n%s", diff)
	}
	if empty := Of(nil); empty.LineCount() != 1 || empty.LineAt(0) != 1 {
		t.Error("an empty file has one line")
	}
}
