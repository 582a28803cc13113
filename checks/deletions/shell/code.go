package shell

import "strings"

// language is what the readers of Python and JavaScript differ in.
type language struct {
	comment string // to the end of the line
	block   [2]string
	quotes  []string // the openers of strings, longest first
	slashes bool     // there are patterns between slashes
	starter func(name string) (starter, bool)
}

// starter is a function that starts a command.
type starter struct {
	shell bool // a string it is given goes to a shell
	list  bool // of two arguments, the second is the list of words
	words bool // each argument is a word
	must  bool // counts only when it is given a list or a text there and then
	lists bool // counts only when it is given a list, or is told to use a shell
}

// program reads the source for the commands that it starts, and nothing else.
func (w walk) program(l language) {
	c := &code{walk: w, language: l, text: w.src.text}
	c.scan(len(c.text))
}

// code is a reader of a program at one place of a source.
type code struct {
	walk
	language
	text string
	i    int
	deep int
}

// said is what an argument is: a text, or a list of words.
type said struct {
	field
	words []field
	list  bool
	plain bool // it stands there, as a text or a list
}

// scan looks for calls up to end.
func (c *code) scan(end int) {
	for c.i < end && c.step(1) {
		switch {
		case c.skipped():
		case c.quote() != "":
			c.literal()
		case isIdentifier(c.text[c.i]):
			c.named(end)
		default:
			c.i++
		}
	}
}

// skipped goes over a comment or a pattern.
func (c *code) skipped() bool {
	rest := c.text[c.i:]
	stop, n := "", 0
	switch {
	case strings.HasPrefix(rest, c.comment):
		stop, n = "\n", len(c.comment)
	case c.block[0] != "" && strings.HasPrefix(rest, c.block[0]):
		stop, n = c.block[1], len(c.block[0])
	default:
		return c.pattern()
	}
	to := strings.Index(rest[n:], stop)
	if to < 0 {
		c.i = len(c.text)
		return true
	}
	c.i += n + to + len(stop)
	return true
}

func (c *code) blank() {
	for c.i < len(c.text) {
		if strings.IndexByte(" \t\r\n\\", c.text[c.i]) >= 0 {
			c.i++
		} else if !c.skipped() {
			return
		}
	}
}

func (c *code) quote() string {
	for _, q := range c.quotes {
		if strings.HasPrefix(c.text[c.i:], q) {
			return q
		}
	}
	return ""
}

func isIdentifier(b byte) bool { return isLetter(b) || b == '$' || b >= 0x80 }

// identifier reads a name with the dots in it.
func (c *code) identifier() string {
	start := c.i
	for c.i < len(c.text) && (isIdentifier(c.text[c.i]) || c.text[c.i] == '.' && c.i+1 < len(c.text) && isIdentifier(c.text[c.i+1])) {
		c.i++
	}
	return c.text[start:c.i]
}

// named reads a name, and the call or the assignment that it begins.
func (c *code) named(end int) {
	start := c.i
	name := c.identifier()
	dotted := start > 0 && (c.text[start-1] == '.' || c.text[start-1] == ')')
	if c.i < end && c.quote() != "" { // a prefix of a string, or a tag
		if len(name) <= 2 && c.comment == "#" {
			c.i = start
			c.literal()
			return
		}
		if c.quote() == "`" && (name == "$" || name == "execa" || name == "sh") {
			c.inWrapper(name).script(c.literal().value, Sh, nil, feed{piped: -1})
		}
		return
	}
	at := c.i
	c.spaces()
	switch {
	case c.i >= end:
	case strings.HasPrefix(c.text[c.i:], "+="):
		c.grown(name)
	case c.text[c.i] == '(':
		for _, method := range []string{".append", ".extend", ".push"} {
			if of, ok := strings.CutSuffix(name, method); ok {
				c.grown(of)
			}
		}
		if s, ok := c.starter(name); ok && !dotted {
			c.call(name, s)
			return
		}
	case c.text[c.i] == '=' && c.i+1 < end && strings.IndexByte("=>", c.text[c.i+1]) < 0 && !strings.Contains(name, "."):
		c.i++
		c.assignment(name)
		return
	}
	c.i = max(at, start+1)
}

func (c *code) spaces() {
	for c.i < len(c.text) && (c.text[c.i] == ' ' || c.text[c.i] == '\t') {
		c.i++
	}
}

// assignment keeps what a name is given, if it is a text or a list.
func (c *code) assignment(name string) {
	c.spaces()
	if c.i >= len(c.text) || c.text[c.i] != '[' && !c.stringAhead() {
		c.scope.set(name, variable{value: unknown(name, 0, 0)})
		return
	}
	s := c.expression()
	v := variable{value: s.value, list: s.words, array: s.list}
	before, set := c.scope.lookup(c.reader, name)
	if set && !v.array && !strings.Contains(v.flat(), " ") && !equal(before, v) {
		v = variable{value: unknown(name, 0, 0)} // a flag may be set in one branch only; a command is as last set
	}
	c.scope.set(name, v)
}

// grown keeps that there is more to a list or a text than is known.
func (c *code) grown(name string) {
	v, set := c.scope.lookup(c.reader, name)
	if !set {
		return
	}
	more := unknown(name, 0, 0)
	if v.array {
		v.list = append(v.list[:len(v.list):len(v.list)], field{value: more})
	} else {
		v.value = append(v.value[:len(v.value):len(v.value)], more...)
	}
	c.spend(pieceCost * (1 + len(v.list) + len(v.value)))
	c.scope.set(name, v)
}

// stringAhead tells whether a string stands here, a prefix before it included.
func (c *code) stringAhead() bool {
	start := c.i
	defer func() { c.i = start }()
	for c.comment == "#" && c.i < len(c.text) && c.i-start < 2 && strings.IndexByte("rRfFbBuU", c.text[c.i]) >= 0 {
		c.i++
	}
	return c.i < len(c.text) && c.quote() != ""
}

// call reads the arguments of a call that starts a command, and runs it.
func (c *code) call(name string, s starter) {
	if c.deep++; c.deep > maxDepth {
		c.defeat("nested too deep")
	}
	defer func() { c.deep-- }()
	c.i++
	var args []said
	told := false
	for c.i < len(c.text) && c.step(1) {
		c.blank()
		if c.i >= len(c.text) || c.text[c.i] == ')' {
			break
		}
		switch c.key() {
		case "", "args":
			args = append(args, c.expression())
		case "shell":
			told = true
			fallthrough
		default:
			c.expression()
		}
		c.blank()
		if c.i < len(c.text) && c.text[c.i] == ',' {
			c.i++
		} else if c.i < len(c.text) && c.text[c.i] != ')' {
			break
		}
	}
	if c.i < len(c.text) {
		c.i++
	}
	if s.lists && !told && (len(args) == 0 || !args[0].list) {
		return
	}
	unread := len(c.unread)
	if c.started(name, s, args); s.must { // what it is given need not be a script
		c.unread = c.unread[:unread]
	}
}

// key is the name before `=` of an argument, which is gone over.
func (c *code) key() string {
	start := c.i
	name := c.identifier()
	c.spaces()
	if name != "" && c.i+1 < len(c.text) && c.text[c.i] == '=' && c.text[c.i+1] != '=' {
		c.i++
		c.blank()
		return name
	}
	c.i = start
	return ""
}

// started runs what a call is given.
func (c *code) started(name string, s starter, args []said) {
	if len(args) == 0 || s.must && !args[0].plain {
		return
	}
	w := c.inWrapper(name)
	first := args[0]
	switch {
	case first.list:
		if len(first.words) > 0 {
			w.run(first.words, feed{piped: -1})
		}
		return
	case s.words:
		fields := []field{}
		for _, a := range args {
			fields = append(fields, a.field)
		}
		w.run(fields, feed{piped: -1})
		return
	case s.list && len(args) > 1:
		fields := []field{first.field}
		if args[1].list {
			fields = append(fields, args[1].words...)
		} else if !strings.HasPrefix(args[1].flatFrom(), "{") {
			fields = append(fields, args[1].field)
		}
		if len(fields) > 1 || strings.IndexByte(first.flat(), ' ') < 0 {
			w.run(fields, feed{piped: -1})
			return
		}
	}
	if len(first.value) == 1 && first.value[0].gap { // not a script, but what some name stands for
		w.run([]field{first.field}, feed{piped: -1})
		return
	}
	w.script(first.value, Sh, nil, feed{piped: -1})
}

// flatFrom is what an argument that is not known hangs on.
func (s said) flatFrom() string {
	if len(s.value) == 0 {
		return ""
	}
	return s.value[0].from
}
