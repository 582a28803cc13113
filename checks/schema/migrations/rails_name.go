package migrations

import "strings"

// The plurals that Rails knows, as far as tables are called by them. Source: ActiveSupport's
// inflections.
var plurals = map[string]string{"person": "people", "man": "men", "woman": "women", "child": "children", "sex": "sexes", "move": "moves", "zombie": "zombies",
	"ox": "oxen", "mouse": "mice", "louse": "lice", "axis": "axes", "crisis": "crises", "testis": "testes", "octopus": "octopi", "virus": "viri", "quiz": "quizzes",
	"datum": "data", "medium": "media", "matrix": "matrices", "vertex": "vertices", "index": "indices", "status": "statuses", "alias": "aliases", "bus": "buses",
	"buffalo": "buffaloes", "tomato": "tomatoes", "hero": "heroes", "equipment": "equipment", "information": "information", "rice": "rice", "money": "money",
	"species": "species", "series": "series", "fish": "fish", "sheep": "sheep", "jeans": "jeans", "police": "police", "news": "news", "metadata": "metadata"}

// last applies a change to the last word of a name with underscores.
func last(name string, change func(string) string) string {
	at := strings.LastIndexByte(name, '_') + 1
	return name[:at] + change(name[at:])
}

func inPlural(name string) string {
	return last(name, func(w string) string {
		if p, ok := plurals[w]; ok {
			return p
		}
		n := len(w)
		switch {
		case w == "":
			return w
		case strings.HasSuffix(w, "quy"), n > 1 && w[n-1] == 'y' && !strings.ContainsRune("aeiou", rune(w[n-2])):
			return w[:n-1] + "ies"
		case strings.HasSuffix(w, "sis"):
			return w[:n-2] + "es"
		case strings.HasSuffix(w, "x"), strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "sh"):
			return w + "es"
		case strings.HasSuffix(w, "fe"):
			return w[:n-2] + "ves"
		case strings.HasSuffix(w, "lf"), strings.HasSuffix(w, "rf"):
			return w[:n-1] + "ves"
		case w[n-1] == 's':
			return w
		}
		return w + "s"
	})
}

func inSingular(name string) string {
	return last(name, func(w string) string {
		for one, many := range plurals {
			if w == many {
				return one
			}
		}
		n := len(w)
		switch {
		case strings.HasSuffix(w, "ss"), !strings.HasSuffix(w, "s"):
			return w
		case strings.HasSuffix(w, "movies"), strings.HasSuffix(w, "cookies"):
			return w[:n-1]
		case strings.HasSuffix(w, "ies"):
			return w[:n-3] + "y"
		case strings.HasSuffix(w, "ives") && n > 4:
			return w[:n-1]
		case strings.HasSuffix(w, "lves"), strings.HasSuffix(w, "rves"):
			return w[:n-3] + "f"
		case strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"):
			return w[:n-2]
		case strings.HasSuffix(w, "analyses"), strings.HasSuffix(w, "theses"), strings.HasSuffix(w, "bases") && w == "bases", strings.HasSuffix(w, "diagnoses"):
			return w[:n-2] + "is"
		}
		return w[:n-1]
	})
}
