package pipeline

import (
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// maxExpression is how long an expression may be, in bytes: GitHub takes no longer ones.
const maxExpression = 21_000

// eachExpression calls fn with the words of every "${{ … }}" of a text.
func eachExpression(text string, fn func(tokens []*actionlint.Token)) {
	for {
		_, rest, found := strings.Cut(text, "${{")
		if !found {
			return
		}
		lexer := actionlint.NewExprLexer(rest[:min(len(rest), maxExpression)])
		var tokens []*actionlint.Token
		for {
			token := lexer.Next()
			if token.Kind == actionlint.TokenKindEnd || token.Kind == actionlint.TokenKindUnknown {
				break
			}
			tokens = append(tokens, token)
		}
		fn(tokens)
		text = rest[min(max(lexer.Offset(), 0), len(rest)):]
	}
}

// credentials are the expressions in a text that give credentials: "secrets.PAT",
// "github.token"; "secrets" where it is not said which.
func credentials(text string) []string {
	if !strings.Contains(text, "${{") || !hasFold(text, "secrets") && !hasFold(text, "token") {
		return nil
	}
	var found []string
	eachExpression(text, func(tokens []*actionlint.Token) {
		for i, token := range tokens {
			if token.Kind != actionlint.TokenKindIdent || i > 0 && tokens[i-1].Kind == actionlint.TokenKindDot {
				continue
			}
			property := propertyAfter(tokens[i+1:])
			switch strings.ToLower(token.Value) {
			case "secrets":
				found = append(found, strings.TrimSuffix("secrets."+property, "."))
			case "github":
				if strings.EqualFold(property, "token") {
					found = append(found, "github.token")
				}
			}
		}
	})
	return found
}

// hasFold reports whether a word stands in a text, in whichever case.
func hasFold(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// propertyAfter is the name behind a context: ".NAME" or "['NAME']"; empty: it is not said.
func propertyAfter(tokens []*actionlint.Token) string {
	switch {
	case len(tokens) >= 2 && tokens[0].Kind == actionlint.TokenKindDot && tokens[1].Kind == actionlint.TokenKindIdent:
		return tokens[1].Value
	case len(tokens) >= 3 && tokens[0].Kind == actionlint.TokenKindLeftBracket &&
		tokens[1].Kind == actionlint.TokenKindString && tokens[2].Kind == actionlint.TokenKindRightBracket:
		return literal(tokens[1])
	}
	return ""
}

// literal is what a string token says.
func literal(token *actionlint.Token) string {
	text := strings.TrimSuffix(strings.TrimPrefix(token.Value, "'"), "'")
	return strings.ReplaceAll(text, "''", "'")
}

// compares reports whether a token compares what stands beside it.
func compares(token *actionlint.Token) bool {
	return token.Kind == actionlint.TokenKindEq || token.Kind == actionlint.TokenKindNotEq
}

// choices are the texts that the expressions of a text may come to, as far as they stand
// there, and the names they use: "matrix.os".
func choices(text string) (literals, names []string) {
	eachExpression(text, func(tokens []*actionlint.Token) {
		for i, token := range tokens {
			switch token.Kind {
			case actionlint.TokenKindString:
				if (i == 0 || !compares(tokens[i-1])) && (i+1 == len(tokens) || !compares(tokens[i+1])) {
					literals = append(literals, literal(token))
				}
			case actionlint.TokenKindIdent:
				if i == 0 || tokens[i-1].Kind != actionlint.TokenKindDot {
					names = append(names, dotted(tokens[i:]))
				}
			}
		}
	})
	return literals, names
}

// dotted is a name with its properties: "matrix.config.os".
func dotted(tokens []*actionlint.Token) string {
	name := tokens[0].Value
	for i := 1; i+1 < len(tokens) && tokens[i].Kind == actionlint.TokenKindDot && tokens[i+1].Kind == actionlint.TokenKindIdent; i += 2 {
		name += "." + tokens[i+1].Value
	}
	return name
}

// union is what is in one of the lists, sorted; the first itself where nothing is added.
func union(list []string, more ...string) []string {
	if len(more) == 0 {
		return list
	}
	all := slices.Concat(list, more)
	slices.Sort(all)
	return slices.Compact(all)
}
