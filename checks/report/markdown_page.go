package report

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

const (
	// longestMarkdown is in bytes: below GitHub's 65,535 whether it counts bytes or characters.
	longestMarkdown = 64_500
	// mostFull is how many findings are told with their proof: more is not read.
	mostFull = 20
)

// page is text with a limit in bytes. What does not fit is left out whole, and
// the writer then says how much that was.
type page struct {
	b     strings.Builder
	limit int
}

func newPage(limit int) *page { return &page{limit: limit} }

func (p *page) String() string { return p.b.String() }

// add writes s if it fits.
func (p *page) add(s string) bool { return p.addWithin(p.limit, s) }

// addWithin writes s if the page stays below a limit of this part's own.
func (p *page) addWithin(limit int, s string) bool {
	if p.b.Len()+len(s) > limit {
		return false
	}
	p.b.WriteString(s)
	return true
}

// list is a heading and as many items as fit in limit bytes and in most; empty for no items.
func list(heading string, n, most, limit int, item func(i int) string) string {
	if n == 0 {
		return ""
	}
	p := newPage(limit)
	p.add(heading + "\n\n")
	for i := range n {
		if i == most || !p.add(item(i)) {
			fmt.Fprintf(&p.b, "- … and %d more\n", n-i)
			break
		}
	}
	return p.String() + "\n"
}

// findings tells the first ones in full, then the others as a list, then how many
// there was no room for. It leaves spare bytes of the page to what comes after.
func (t teller) findings(p *page, fs []checks.Finding, full, spare int) {
	limit := p.limit - spare
	told := 0
	for told < min(full, len(fs)) && p.addWithin(limit, t.full(told+1, fs[told])) {
		told++
	}
	listed := told
	for listed < len(fs) && p.addWithin(limit, t.brief(fs[listed])) {
		listed++
	}
	if listed < len(fs) {
		p.add(fmt.Sprintf("- … and %d more that there is no room for\n", len(fs)-listed))
	}
	if len(fs) > told {
		p.add("\n")
	}
}
