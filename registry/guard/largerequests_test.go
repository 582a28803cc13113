package guard_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/registry"
)

// cost is what a guard asks upstream for its first deletion from a package, the first time
// and after a restart with the same store: the formulas of docs/guard.md. Two pages and
// two looks at the version belong to the deletion itself.
func cost(versions, roots int) (cold, warm map[string]int) {
	pages := (versions+99)/100 + pagesBefore
	cold = map[string]int{"login": 1, "token": 1, "referrers": 1, "version": 2, "page": pages + 2, "manifest": roots + 2, "delete": 1}
	warm = map[string]int{"login": 1, "token": 1, "referrers": 2, "version": 2, "page": pages + 2, "manifest": 1, "delete": 1}
	return cold, warm
}

// TestRequestsOfLargePackages measures what docs/guard.md has in its table. The larger one
// takes a while: CHECKREIN_TEST_LARGE=1 asks for it.
func TestRequestsOfLargePackages(t *testing.T) {
	for _, size := range []struct {
		versions, roots int
		large           bool
	}{{223, 100, false}, {1_000, 450, false}, {10_000, 4_540, true}} {
		t.Run(fmt.Sprint(size.versions), func(t *testing.T) {
			if size.large && os.Getenv("CHECKREIN_TEST_LARGE") == "" {
				t.Skip("CHECKREIN_TEST_LARGE is not set")
			}
			w := newWorld(t, "app")
			w.modelled(size.roots)
			var old []registry.Digest
			for len(w.names) < size.versions {
				old = append(old, w.image(fmt.Sprint("old ", len(old))))
			}
			cold, warm := cost(size.versions, size.roots)
			for i, want := range []map[string]int{cold, warm} {
				w.tally()
				w.start()
				w.gone(old[i])
				got := w.tally()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("reading %d (-want +got):\n%s", i+1, diff)
				}
				t.Logf("reading %d: %v", i+1, got)
			}
		})
	}
}

// TestCostTable compares the table of docs/guard.md with the formulas that are measured at
// the smaller sizes.
func TestCostTable(t *testing.T) {
	doc, err := os.ReadFile("../../docs/guard.md")
	if err != nil {
		t.Fatal(err)
	}
	number := func(n int) string {
		s := strconv.Itoa(n)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	}
	for _, size := range [][2]int{{1_000, 450}, {10_000, 4_540}, {100_000, 45_400}} {
		versions, roots := size[0], size[1]
		cold, warm := cost(versions, roots)
		row := fmt.Sprintf("| %s | %s | %s + %s | %s | %[6]s + %[1]s | %[6]s + %[2]s |", number(versions), number(roots),
			number(cold["page"]-2), number(cold["manifest"]-2), number(warm["page"]-2), number(versions/100))
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/guard.md lacks the row\n%s", row)
		}
	}
}
