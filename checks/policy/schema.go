package policy

import _ "embed"

//go:embed schema.json
var schema string

// JSONSchema is the JSON Schema (draft 2020-12) of the policy file, for editors. It knows
// shapes, not rule ids nor what day it is; Read has the last word.
func JSONSchema() []byte { return []byte(schema) }
