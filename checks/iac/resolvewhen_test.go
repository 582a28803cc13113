package iac

import "testing"

// TestOff: only what can be nothing but false is off.
func TestOff(t *testing.T) {
	for _, test := range []struct {
		count string
		off   bool
	}{
		{"0", true}, {"1", false}, {"var.off ? 1 : 0", true}, {"var.off ? 0 : 1", false}, {"(var.off) ? 1 : 0", true},
		{"var.unset ? 1 : 0", false}, {"var.unset && var.off ? 1 : 0", true}, {"var.unset || var.off ? 1 : 0", false},
		{"var.on && var.off ? 1 : 0", true}, {"!var.on ? 1 : 0", true}, {"var.name == \"b\" ? 1 : 0", true},
		{"var.name != null ? 1 : 0", false}, {"length(var.name) > 0 ? 1 : 0", false}, {"var.on == true ? 1 : 0", false},
		{"tobool(var.off) ? 1 : 0", true}, {"local.circle ? 1 : 0", false}, {"var.off ? 0 : var.number", true},
		{"(var.name == \"b\") == true ? 1 : 0", false},
	} {
		file := Read("main.tf", []byte(`
variable "off" { default = false }
variable "on" { default = true }
variable "name" { default = "a" }
variable "number" { default = 0 }
variable "unset" {}
locals { circle = local.circle && local.circle }
resource "aws_lambda_function" "f" {
  count     = `+test.count+`
  image_uri = "acme/f:latest"
}
`))
		scope := &Scope{Path: "main.tf", Given: map[string]Given{}}
		for name, e := range file.Gives {
			scope.Given[name] = Given{Expr: e, Scope: scope}
		}
		var r Resolver
		if got := r.Off(*file.Sites[0].When, scope); got != test.off {
			t.Errorf("%s: off %v, want %v", test.count, got, test.off)
		}
	}
}
