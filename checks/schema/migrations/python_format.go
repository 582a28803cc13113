package migrations

import (
	"strconv"
	"strings"
)

// formatted is "...".format(...): a string with values put in.
func (p *python) formatted(names *environment, n *node) *node {
	from := p.literal(names, n.recv)
	if from == nil || from.form != textForm {
		return n
	}
	out := &node{form: textForm, start: from.start, end: from.end}
	next := 0
	for _, part := range from.pieces {
		if len(out.pieces) > maxParts {
			break
		}
		if part.code {
			out.pieces = append(out.pieces, part)
			continue
		}
		eachField(part, func(lead piece, field string, at piece) {
			if len(out.pieces) > maxParts {
				return
			}
			out.pieces = append(out.pieces, lead)
			if at.end == 0 {
				return
			}
			name, _, _ := strings.Cut(field, ":")
			i, err := strconv.Atoi(name)
			if name == "" {
				i, err = next, nil
				next++
			}
			value := n.option(name)
			if err == nil && i >= 0 && i < len(n.items) {
				value = n.items[i]
			}
			out.pieces = append(out.pieces, p.put(names, value, at))
		})
	}
	return out
}

// eachField parts a piece at its {fields}; doubled braces are single ones.
func eachField(part piece, do func(lead piece, field string, at piece)) {
	text, from := part.text, 0
	place := func(a, b int) piece { return piece{text: text[a:b], start: part.start + a, end: part.start + b} }
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "{{"), strings.HasPrefix(text[i:], "}}"):
			do(place(from, i+1), "", piece{})
			i++
			from = i + 1
		case text[i] == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				continue
			}
			do(place(from, i), text[i+1:i+end], place(i, i+end+1))
			i += end
			from = i + 1
		}
	}
	do(place(from, len(text)), "", piece{})
}

// put is the piece that a value makes; one that is not known is code.
func (p *python) put(names *environment, value *node, at piece) piece {
	at.code = true
	if value == nil {
		return at
	}
	value = p.literal(names, value)
	if value != nil && value.form == numberForm {
		at.text, at.code = value.text, false
	} else if s, ok := names.string(value); ok {
		at.text, at.code = s, false
	}
	return at
}

// percent is "..." % (...): a string with values put in.
func (p *python) percent(names *environment, n *node) *node {
	from, with := p.literal(names, n.items[0]), p.literal(names, n.items[1])
	if from == nil || from.form != textForm {
		return n
	}
	values := &node{form: listForm, items: []*node{with}}
	if with != nil && (with.form == listForm || with.form == dictForm) {
		values = with
	}
	out := &node{form: textForm, start: from.start, end: from.end}
	next := 0
	for _, part := range from.pieces {
		text, begin := part.text, 0
		place := func(a, b int) piece { return piece{text: text[a:b], start: part.start + a, end: part.start + b} }
		for i := 0; i+1 < len(text) && !part.code && len(out.pieces) <= maxParts; i++ {
			if text[i] != '%' {
				continue
			}
			end, value := i+2, (*node)(nil)
			switch close := strings.IndexByte(text[i:], ')'); {
			case text[i+1] == '%':
				out.pieces = append(out.pieces, place(begin, i+1))
				begin, i = i+2, i+1
				continue
			case text[i+1] == '(' && close > 0:
				end = min(i+close+2, len(text))
				value = entry(names, values, text[i+2:i+close])
			case next < len(values.items):
				value = values.items[next]
				next++
			}
			out.pieces = append(out.pieces, place(begin, i), p.put(names, value, place(i, end)))
			begin, i = end, end-1
		}
		rest := place(begin, len(text))
		rest.code = part.code
		out.pieces = append(out.pieces, rest)
	}
	return out
}

func entry(names *environment, n *node, key string) *node {
	for i, k := range n.keys {
		if s, ok := names.string(k); ok && s == key {
			return n.items[i]
		}
	}
	return nil
}
