package iac

import (
	"fmt"
	"slices"
	"strings"
)

func readsHCL(r Reader) bool {
	return slices.Contains([]string{"terraform", "nomad", "ecs-task-definition"}, r.Name)
}

// hostileHCL goes wrong where HCL does: what the parser recurses into, keeps, or joins.
func hostileHCL() map[string]func() string {
	units := map[string]string{
		"blocks": "a {}\n", "variables": "variable a { default = {b = 1} }\n", "comments": "# x\n", "signs": "$a", "words": "x ",
	}
	files := map[string]func() string{}
	for name, unit := range units {
		for _, size := range []int{100_000, 1 << 20} {
			files[fmt.Sprintf("%s, %d bytes", name, size)] = func() string { return strings.Repeat(unit, size/len(unit)) }
		}
	}
	in := func(name, before, unit string, n int, after string) {
		files[name] = func() string { return before + strings.Repeat(unit, n) + after }
	}
	in("list in list", "x = ", "[", 100_000, "")
	in("list in list, allowed", "x = ", "[", 200, strings.Repeat("]", 200))
	in("template in template", "x = ", `"${`, 100_000, "")
	in("blocks in blocks", "", "a {\n", 100_000, "")
	in("not not", "x = ", "!", 1<<20, "a")
	in("conditions", "x = ", "a ? ", 1_900, "")
	in("more conditions", "x = ", "a ? ", 100_000, "")
	in("splats", "x = a", "[*]", 1_900, "")
	in("more splats", "x = a", ".*", 100_000, "")
	in("indexes", "x = a", "[b]", 30_000, "")
	in("operators", "x = a", " + a", 40_000, "")
	in("directives", "x = \"", "%{ if a }", 1_900, "\"")
	in("lines of a heredoc", "x = <<EOF\n", strings.Repeat("x", 60)+"\n", 2_400, "EOF\n")
	in("more lines of a heredoc", "x = <<EOF\n", "a\n", 400_000, "EOF\n")
	in("heredocs", "", "x = <<EOF\n"+strings.Repeat("xy\n", 2_000)+"EOF\n", 24, "")
	in("literals in a text", "x = \"", "$a", 1_900, "\"")
	in("values of a local", "locals { x = [", `{a={b={c={d="e"}}}},`, 5_000, "] }\n")
	files["locals doubled"] = func() string {
		var b strings.Builder
		b.WriteString("locals {\n a0 = [\"x\"]\n")
		for i := range 40 {
			fmt.Fprintf(&b, " a%d = concat(local.a%d, local.a%d)\n", i+1, i, i)
		}
		return b.String() + "}\nresource aws_lambda_function f {\n image_uri = local.a40[0]\n}\n"
	}
	files["loops in loops"] = func() string {
		list := "[" + strings.Repeat(`"x",`, 64) + "]"
		loop := "a"
		for range 8 {
			loop = "[for a in " + list + " : " + loop + "]"
		}
		return "resource aws_ecs_task_definition f {\n container_definitions = jsonencode(" + loop + ")\n}\n"
	}
	return files
}
