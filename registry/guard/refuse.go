package guard

import (
	"encoding/json"
	"net/http"
)

const (
	decisionHeader = "X-Checkrein-Decision"
	documentation  = "https://github.com/checkrein/checkrein/blob/main/docs/guard.md#refusals"
)

// apiError is GitHub's error shape.
type apiError struct {
	Message       string     `json:"message"`
	Documentation string     `json:"documentation_url"`
	Errors        []apiCause `json:"errors,omitempty"`
}

type apiCause struct {
	Resource string `json:"resource"`
	Code     Code   `json:"code"`
	Field    string `json:"field"`
	Message  string `json:"message"`
}

// ociError is the distribution API's error shape.
type ociError struct {
	Errors []ociCause `json:"errors"`
}

type ociCause struct {
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Detail  *apiCause `json:"detail,omitempty"`
}

// deny refuses. Never with 404: a well-known cleaner takes that for deleted.
func (g *Guard) deny(w http.ResponseWriter, rt route, why *refusal) {
	w.Header().Set(decisionHeader, "refuse")
	cause := &apiCause{Resource: "PackageVersion", Code: why.code, Field: why.field, Message: why.why}
	if why.code == NotUnderstood {
		cause.Resource = "Request"
	}
	writeError(w, rt, http.StatusForbidden, "DENIED", "checkrein: "+says[why.code]+": "+why.why, cause)
}

// says puts each code in words.
var says = map[Code]string{
	Referenced:    "this is needed",
	Pinned:        "this is kept",
	Deployed:      "this is deployed",
	Young:         "this is too young to go",
	Tagged:        "this is tagged",
	Unreadable:    "not everything that could need this can be read",
	WholePackage:  "this would delete a whole package",
	Brake:         "too much of this package is going",
	NotUnderstood: "the guard does not let this through",
}

func writeError(w http.ResponseWriter, rt route, status int, ociCode, message string, cause *apiCause) {
	var body any = ociError{[]ociCause{{ociCode, message, cause}}}
	if !rt.registry {
		e := apiError{Message: message, Documentation: documentation}
		if cause != nil {
			e.Errors = []apiCause{*cause}
		}
		body = e
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // paths are for people
	_ = encoder.Encode(body)     // who went away needs no answer
}
