package iac

import "strconv"

// Off reports whether a condition can only be false, or a count only zero, with the values that the scope has.
func (r *Resolver) Off(e Expr, s *Scope) bool {
	t := r.sure(e, s, 0)
	return t.no && !t.yes
}

// sure is what a condition may come out as; both ways where that is not known.
func (r *Resolver) sure(e Expr, s *Scope, depth int) truth {
	open := truth{yes: true, no: true}
	if depth > maxDepth {
		return open
	}
	switch {
	case e.Op == If && len(e.Args) == 3:
		var t truth
		cond := r.sure(e.Args[0], s, depth+1)
		if cond.yes {
			t = t.or(r.sure(e.Args[1], s, depth+1))
		}
		if cond.no {
			t = t.or(r.sure(e.Args[2], s, depth+1))
		}
		return t
	case e.Op == Apply && len(e.Args) == 1 && e.Text == opNot:
		t := r.sure(e.Args[0], s, depth+1)
		return truth{yes: t.no, no: t.yes}
	case e.Op == Apply && len(e.Args) == 2 && (e.Text == opAnd || e.Text == opOr):
		a, b := r.sure(e.Args[0], s, depth+1), r.sure(e.Args[1], s, depth+1)
		if e.Text == opAnd {
			return truth{yes: a.yes && b.yes, no: a.no || b.no}
		}
		return truth{yes: a.yes || b.yes, no: a.no && b.no}
	case e.Op == Apply && len(e.Args) == 2:
		return r.compared(e, s)
	}
	var t truth
	for _, v := range r.Resolve(e, s) {
		t = t.or(truthOf(v))
	}
	return t
}

func (t truth) or(o truth) truth { return truth{yes: t.yes || o.yes, no: t.no || o.no} }

// known reports whether all of a value stands in the repository.
func (v Value) known() bool {
	for _, p := range v {
		if !p.Known {
			return false
		}
	}
	return true
}

func truthOf(v Value) truth {
	text := v.Text()
	if n, err := strconv.ParseFloat(text, 64); err == nil && v.known() {
		return truth{yes: n != 0, no: n == 0}
	}
	switch {
	case v.known() && text == "true":
		return truth{yes: true}
	case v.known() && text == "false":
		return truth{no: true}
	}
	return truth{yes: true, no: true}
}

// compared holds every value of one side against every value of the other.
func (r *Resolver) compared(e Expr, s *Scope) truth {
	var t truth
	for _, a := range r.side(e.Args[0], s) {
		for _, b := range r.side(e.Args[1], s) {
			t = t.or(compareValues(e.Text, a, b))
		}
	}
	return t
}

// side are the values of one side of a comparison; a comparison in it is no value.
func (r *Resolver) side(e Expr, s *Scope) []Value {
	if e.Op == Apply {
		return []Value{{{Text: e.Text}}}
	}
	return r.Resolve(e, s)
}

func compareValues(op string, a, b Value) truth {
	if !a.known() || !b.known() {
		return truth{yes: true, no: true}
	}
	x, errX := strconv.ParseFloat(a.Text(), 64)
	y, errY := strconv.ParseFloat(b.Text(), 64)
	numbers := errX == nil && errY == nil
	switch same := a.Text() == b.Text() || numbers && x == y; {
	case op == opEq:
		return truth{yes: same, no: !same}
	case op == opNe:
		return truth{yes: !same, no: same}
	case op == opGt && numbers:
		return truth{yes: x > y, no: x <= y}
	}
	return truth{yes: true, no: true}
}
