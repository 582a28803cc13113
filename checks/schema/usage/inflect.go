package usage

import "strings"

// irregular plurals that tables are called by.
var irregular = map[string]string{"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "foot": "feet", "datum": "data", "medium": "media", "status": "statuses", "index": "indices", "alias": "aliases"}

// uncountable words have no other plural.
var uncountable = map[string]bool{"equipment": true, "information": true, "series": true, "species": true, "news": true, "data": true, "media": true, "metadata": true, "sheep": true, "fish": true, "money": true, "rice": true, "jeans": true, "police": true}

// plural is the plural of a word, or of a name's last word, in lower case.
func plural(word string) string {
	head, last := lastWord(word)
	switch {
	case last == "" || uncountable[last]:
		return word
	case irregular[last] != "":
		return head + irregular[last]
	case strings.HasSuffix(last, "y") && len(last) > 1 && !strings.ContainsRune("aeiou", rune(last[len(last)-2])):
		return head + last[:len(last)-1] + "ies"
	case strings.HasSuffix(last, "s"), strings.HasSuffix(last, "x"), strings.HasSuffix(last, "z"), strings.HasSuffix(last, "ch"), strings.HasSuffix(last, "sh"):
		return head + last + "es"
	case strings.HasSuffix(last, "fe"):
		return head + last[:len(last)-2] + "ves"
	}
	return head + last + "s"
}

// singular is the singular of a word in lower case.
func singular(word string) string {
	head, last := lastWord(word)
	for one, many := range irregular {
		if last == many {
			return head + one
		}
	}
	switch {
	case uncountable[last], strings.HasSuffix(last, "ss"):
		return word
	case strings.HasSuffix(last, "ies") && len(last) > 4:
		return head + last[:len(last)-3] + "y"
	case strings.HasSuffix(last, "ses"), strings.HasSuffix(last, "xes"), strings.HasSuffix(last, "zes"), strings.HasSuffix(last, "ches"), strings.HasSuffix(last, "shes"):
		return head + last[:len(last)-2]
	case strings.HasSuffix(last, "s"):
		return head + last[:len(last)-1]
	}
	return word
}

func lastWord(word string) (head, last string) {
	cut := strings.LastIndexByte(word, '_') + 1
	return word[:cut], word[cut:]
}

// snake is a name in snake case: HTTPServer is http_server, customUiAssetId custom_ui_asset_id.
func snake(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			lower := i > 0 && ('a' <= name[i-1] && name[i-1] <= 'z' || '0' <= name[i-1] && name[i-1] <= '9')
			last := i > 0 && 'A' <= name[i-1] && name[i-1] <= 'Z' && i+1 < len(name) && 'a' <= name[i+1] && name[i+1] <= 'z'
			if lower || last {
				b.WriteByte('_')
			}
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}
