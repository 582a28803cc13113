package ecma

// Node is an expression or statement; Start and End are its bytes in the source.
type Node struct {
	Op         Op
	Start, End int
	// Text is a name, an operator, or the value of a string.
	Text string
	// X are its parts; see the operators.
	X []*Node
	// Parts are a template's texts: one more than X has values.
	Parts []Text
	// Params and Body are a function's; Body is a Block, or the expression it returns.
	Params []*Node
	Body   *Node
}

// Text is a piece of a template, as it stands in the source, and where the hole behind it ends.
type Text struct {
	Start, End int
	HoleEnd    int
}

// Op is the kind of a node.
type Op string

const (
	// Expressions.
	Name     Op = "name"     // Text
	String   Op = "string"   // Text is its value; Start and End take the quotes in
	Number   Op = "number"   // Text
	Template Op = "template" // Parts, X
	Tagged   Op = "tagged"   // X[0] the tag, X[1] the template
	Array    Op = "array"    // X, Spread among them, nil for what is left out
	Object   Op = "object"   // X: Property, Spread
	Property Op = "property" // Text the key ("" computed: X[1]), X[0] the value
	Spread   Op = "spread"   // X[0]
	Member   Op = "member"   // X[0] . Text
	Index    Op = "index"    // X[0] [ X[1] ]
	Call     Op = "call"     // X[0] the function, then the arguments
	New      Op = "new"      // like Call
	Function Op = "function" // Text its name or "", Params, Body
	Class    Op = "class"    // Text its name, X: Property (methods and fields)
	Unary    Op = "unary"    // Text X[0]; await is not among them, X[0] stands in its place
	Binary   Op = "binary"   // X[0] Text X[1]
	Choice   Op = "choice"   // X[0] ? X[1] : X[2]
	Assign   Op = "assign"   // X[0] Text X[1]
	Unknown  Op = "unknown"  // could not be read

	// Patterns: Name, Array, Object, and Default.
	Default Op = "default" // X[0] = X[1]

	// Statements.
	Block   Op = "block"   // X
	Declare Op = "declare" // X: Assign with Text "="; the right side may be nil
	Return  Op = "return"  // X[0] or none
	Throw   Op = "throw"   // X[0]
	If      Op = "if"      // X: condition, then, else or nil
	ForOf   Op = "for of"  // X: pattern, values, body
	Loop    Op = "loop"    // X: the body, run an unknown number of times
	Try     Op = "try"     // X: the blocks that may run
	Import  Op = "import"  // Text the module; X: Property, Text the local name, X[0] a String with the other's name
	Export  Op = "export"  // X[0]; Text "default" or ""
	Jump    Op = "jump"    // break, continue
)
