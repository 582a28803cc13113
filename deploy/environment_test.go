package deploy_test

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/app"
)

// known are the variables that a verb reads.
func known(verb string) map[string]bool {
	variables := append(app.GuardVariables(), app.TraceVariables()...)
	names := map[string]bool{
		"CHECKREIN_DATABASE_URL": true, "CHECKREIN_ADMIN_LISTEN": true, "CHECKREIN_LOG_LEVEL": true,
		"CHECKREIN_DATABASE_URL_FILE": true, // an address may have a password in it
	}
	if verb == "serve" {
		variables = append(variables, app.Variables()...)
	}
	for _, v := range variables {
		names[v.Name] = true
		if file := v.Name + "_FILE"; strings.Contains(v.Says, file) {
			names[file] = true
		}
	}
	return names
}

// checkEnvironment: nothing is set that nobody reads, and nothing is missing without which
// the verb does not start.
func checkEnvironment(t *testing.T, where, verb string, environment map[string]string) {
	t.Helper()
	names := known(verb)
	for name := range environment {
		if !names[name] {
			t.Errorf("%s sets %s, which checkrein %s does not read", where, name, verb)
		}
	}
	for _, v := range app.Variables() {
		if verb != "serve" || !strings.Contains(v.Says, "(required") {
			continue
		}
		_, value := environment[v.Name]
		_, file := environment[v.Name+"_FILE"]
		if !value && !file {
			t.Errorf("%s does not set %s", where, v.Name)
		}
	}
	if listen, ok := environment["CHECKREIN_GUARD_LISTEN"]; ok && !strings.HasPrefix(listen, "127.") {
		for _, name := range []string{"CHECKREIN_GUARD_TLS_CERT", "CHECKREIN_GUARD_TLS_KEY"} {
			_, value := environment[name]
			_, file := environment[name+"_FILE"]
			if !value && !file {
				t.Errorf("%s serves the guard on %s without %s", where, listen, name)
			}
		}
	}
}
