package shell

import "mvdan.cc/sh/v3/syntax"

// What a loop over words may be followed through: so many words, and in all loops within
// one another so many turns.
const (
	maxItems = 8
	maxTurns = 64
)

func (w walk) forClause(c *syntax.ForClause) {
	words, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		w.inside(c.Loop)
		w.turn(c, nil)
		return
	}
	items, all := w.items(words)
	if !all || c.Select || len(items) > maxItems || len(items)*w.turns > maxTurns {
		from := w.src.at(int(words.Name.Pos().Offset()))
		items = []field{{value: unknown("$"+words.Name.Value, from, from)}}
	}
	inner := w
	inner.turns *= max(len(items), 1)
	for _, item := range items {
		inner.turn(c, func(s *scope) { s.set(words.Name.Value, variable{value: item.value}) })
	}
}

// turn goes once through the body of a loop.
func (w walk) turn(c *syntax.ForClause, begin func(*scope)) {
	body := w.within()
	if begin != nil {
		begin(body.scope)
	}
	body.stmts(c.Do)
	w.scope.keep(w.reader, []*scope{body.scope}, false)
}

// items are the words of a loop, and whether they are all there are.
func (w walk) items(words *syntax.WordIter) ([]field, bool) {
	if !words.InPos.IsValid() {
		args := w.scope.arguments()
		return args.words, !args.unknown
	}
	items := []field{}
	for _, word := range words.Items {
		items = append(items, w.words(word)...)
	}
	return items, true
}
