package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// loss is something that what runs does not find any more: removed, or under another name.
type loss struct {
	delta catalog.Delta
	what  string       // "column users.email"
	word  string       // the name that code would use
	table catalog.Name // that the code would use it by
	// broken fail; open may fail.
	broken, open []usage.Use
	column       string // where it is one
	// hangs are objects of the database that use it.
	broke, hangs []proof
}

// gone judges a loss: with proof it breaks; where only a word or an unread place speaks of
// it it depends; where nothing does it may go.
func (s *scene) gone(l loss) []outcome {
	title := fmt.Sprintf("%s is %s while the code at %s uses it", l.what, l.verb(), s.ref)
	if len(l.broken)+len(l.broke) > 0 {
		why := "Between this change and the end of the next deployment, what runs now meets the new schema and fails."
		return []outcome{breaks(l.delta, title, why, append(s.shows(l.broken, l.column, l.what), l.broke...))}
	}
	title = fmt.Sprintf("%s is %s, and what runs at %s may use it", l.what, l.verb(), s.ref)
	if proofs := append(s.shows(l.open, l.column, l.what), l.hangs...); len(proofs) > 0 {
		return []outcome{depends(l.delta, title, "Whether these places use it could not be told from the repository.", proofs)}
	}
	if words := s.code.Found(l.word, false); len(words) > 0 {
		on := "No query and no model that could be read names it, but the word stands in the code: if that means it, it breaks."
		return []outcome{depends(l.delta, title, on, places(words, "the name stands here"))}
	}
	if sites := s.sites(l.table, l.column == ""); len(sites) > 0 {
		on := "Nothing that could be read names it, but these places ask the database for something that only shows as they run."
		return []outcome{depends(l.delta, title, on, places(sites, "what this asks for could not be read"))}
	}
	if l.delta.Action != catalog.Removed {
		return nil
	}
	return []outcome{{praise: true, delta: l.delta, at: l.delta.At, subject: told(l.delta), title: fmt.Sprintf("%s goes, and nothing at %s uses it any more", l.what, s.ref)}}
}

func (l loss) verb() string {
	if l.delta.Action == catalog.Renamed {
		return "renamed"
	}
	return "removed"
}
