package iac

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	hostileTime = time.Second
	hostileHeap = 64 << 20
)

// TestHostile: whatever a file holds, every reader is done with it within a
// second and 64 MB, with an answer that can be used.
func TestHostile(t *testing.T) {
	if raced {
		t.Skip("measures time and memory")
	}
	for name, build := range hostileFiles() {
		data := build() // one at a time: what lives beside it would count as its heap
		for _, reader := range Readers() {
			t.Run(name+"/"+reader.Name, func(t *testing.T) {
				var file *File
				took, heap := measure(func() { file = reader.Read(nameFor(reader), data) })
				if took > hostileTime {
					t.Errorf("took %v", took)
				}
				if heap > hostileHeap {
					t.Errorf("peak heap %d MB", heap>>20)
				}
				if testing.Verbose() {
					t.Logf("%v, %d MB", took, heap>>20)
				}
				if file != nil {
					checkFile(t, data, file)
				}
			})
		}
	}
}

// nameFor is a name that belongs to the reader's format.
func nameFor(r Reader) string {
	switch r.Name {
	case "dockerfile":
		return "Dockerfile"
	case "dotenv":
		return ".env"
	case "compose":
		return "compose.yml"
	case "kustomize":
		return "kustomization.yaml"
	case "skaffold":
		return "skaffold.yaml"
	}
	return "a.yml"
}

// measure tells how much processor time fn takes, the collector's included, and
// how far the heap grows meanwhile, garbage included. A busy machine does not count.
func measure(fn func()) (time.Duration, uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, peak := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	start := processorTime()
	fn()
	took := processorTime() - start
	close(stop)
	<-done
	runtime.ReadMemStats(&m)
	return took, max(peak, m.HeapAlloc) - base
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

const (
	kubeHead    = "apiVersion: v1\nkind: Pod\nimage: a\nservices: {a: {image: b}}\n"
	stackHead   = "AWSTemplateFormatVersion: x\nResources: {A: {Type: AWS::ECS::TaskDefinition}}\nimage: b\n"
	hostileSize = 4 << 20
)

// hostileFiles look like every YAML format at once and go wrong from there.
func hostileFiles() map[string]func() []byte {
	files := map[string]func() []byte{}
	add := func(name string, build func() string) { files[name] = func() []byte { return []byte(build()) } }
	for kind, head := range map[string]string{"kubernetes": kubeHead, "stack": stackHead} {
		then := func(name string, build func() string) {
			add(kind+" "+name, func() string { return head + build() })
		}
		for name, unit := range hostileUnits() {
			then("of "+name, func() string { return strings.Repeat(unit, (hostileSize-len(head))/len(unit)) })
		}
		then("alias bomb", aliasBomb)
		then("merge bomb", mergeBomb)
		then("5 MB line", func() string { return "a: " + strings.Repeat("x", 5<<20) })
		then("flow 1000 deep", func() string { return "a: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) })
		then("flow 2 million deep", func() string { return "a: " + strings.Repeat("[", 2<<20) })
		then("block 1000 deep", func() string { return deepBlock(1000) })
		then("compact 1000 deep", func() string { return "a:\n" + strings.Repeat("- ", 1000) + "x" })
		then("invalid UTF-8", func() string { return "b: \xff\xfe" })
		add(kind+" UTF-16", func() string { return utf16(head) })
		add(kind+" BOM and CRLF", func() string { return "\ufeff" + strings.ReplaceAll(head, "\n", "\r\n") })
		add(kind+" tabs", func() string { return strings.ReplaceAll(head, ": ", ":\t") + "\tx:\ty" })
	}
	add("empty", func() string { return "" })
	add("binary", func() string { return strings.Repeat("\x00\x01\x7fELF\xff\xfe\r\n", 100_000) })
	add("many images on one line", func() string {
		return `{"apiVersion": "v1", "kind": "Pod", "é": [` + strings.Repeat(`{"image": "a/b:1"},`, 12_000) + `0]}`
	})
	add("many images under long keys", func() string {
		return `{"apiVersion": "v1", "kind": "Pod", ` + longKeys(100) +
			`"containers": [` + strings.Repeat(`{"image":"a"},`, 10_000) + `0]` + strings.Repeat("}", 101)
	})
	add("functions doubled 30 times", func() string { return doubledSubs(30) })
	add("variables in one Sub", func() string {
		return "Resources: {A: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Image: !Sub \"" +
			strings.Repeat("${AWS::X}", 100_000) + "\"}]}}}"
	})
	add("Dockerfile of instructions", func() string { return "FROM a AS b\n" + strings.Repeat("FROM b AS b\n", 100_000) })
	return files
}

// hostileUnits fill whole files.
func hostileUnits() map[string]string {
	return map[string]string{
		"comments": "# x\n", "blank lines": "\n", "documents": "---\nimage: a\napiVersion: v1\nkind: Pod\n",
		"pods":         "---\napiVersion: v1\nkind: Pod\ncontainers: [{image: a}]\n",
		"flow commas":  "[,],",
		"placeholders": "${X:-a}", "openings": "{{", "quotes": "\"\\x41\" ", "wide characters": "é",
		"keys": "? ", "items": "- a\n", "anchors": "- &a b\n", "tags": "- !Sub x\n",
	}
}

func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [{image: x}, {image: y}]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 10))
	}
	return b.String()
}

func mergeBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 {image: x}\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 10))
	}
	return b.String()
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func longKeys(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(`"` + strings.Repeat("k", 1000) + `": {`)
	}
	return b.String()
}

// doubledSubs is a Sub whose variables are Subs, each naming the next twice.
func doubledSubs(n int) string {
	inner := "x"
	for range n {
		inner = `{"Fn::Sub": ["${V}${V}", {"V": ` + quoted(inner) + `}]}`
	}
	return `{"Resources": {"A": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": ` + inner + `}}}}}`
}

func quoted(s string) string {
	if s == "x" {
		return `"x"`
	}
	return s
}

func utf16(s string) string {
	b := []byte{0xff, 0xfe}
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return string(b)
}
