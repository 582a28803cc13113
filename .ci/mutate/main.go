// Command mutate breaks rules and readers on purpose, one place at a time, and tells
// which breakages no test notices. It changes no file: each mutant is compiled from an overlay.
//
//	go run ./.ci/mutate -n 40 checks/images/*.go checks/iac/*.go
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	tests := "./checks/iac,./checks/images"
	n := flag.Int("n", 20, "how many mutants; they are drawn in the order of a hash, so the same code gives the same ones")
	least := flag.Float64("least", 0.8, "the share of mutants that must be noticed")
	flag.StringVar(&tests, "tests", tests, "the packages whose tests must notice, with commas between them")
	flag.Parse()
	counts := map[fate]int{}
	for _, m := range draw(flag.Args()) {
		if counts[noticed]+counts[survived] == *n {
			break
		}
		began := time.Now()
		f, err := m.fate(strings.Split(tests, ","))
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(2)
		}
		counts[f]++
		fmt.Printf("%-12s %s (%.1f s)\n", f, m, time.Since(began).Seconds())
	}
	told := counts[noticed] + counts[survived]
	fmt.Printf("%d of %d mutants were noticed\n", counts[noticed], told)
	if told == 0 || float64(counts[noticed]) < *least*float64(told) {
		os.Exit(1)
	}
}

// draw are the mutants of all files, spread over them by the hash of where they are.
func draw(files []string) []mutant {
	var all []mutant
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			all = append(all, mutantsOf(name)...)
		}
	}
	slices.SortFunc(all, func(a, b mutant) int { return cmp.Compare(a.hash(), b.hash()) })
	return all
}

func (m mutant) hash() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, m)
	return h.Sum64()
}

// fate is what became of a mutant.
type fate string

const (
	noticed  fate = "noticed"
	survived fate = "SURVIVED"
	unbuilt  fate = "not compiled" // says nothing about the tests
)

// fate runs the tests of the readers and of the check with the mutant in place; one
// that does not end is noticed.
func (m mutant) fate(packages []string) (fate, error) {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	list, err := m.overlay(dir)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", m, err)
	}
	args := []string{"test", "-vet=off", "-timeout", "60s", "-overlay", list, "-skip", "Hostile|Bounded|Agrees"}
	test := exec.Command("go", append(args, packages...)...)
	out, err := test.CombinedOutput()
	switch {
	case err == nil:
		return survived, nil
	case strings.Contains(string(out), "[build failed]") || strings.Contains(string(out), "[setup failed]"):
		return unbuilt, nil
	case !strings.Contains(string(out), "FAIL"):
		return "", fmt.Errorf("%s: %w\n%s", test, err, out)
	}
	return noticed, nil
}

// overlay writes the mutant beside a list that puts it in place of its file.
func (m mutant) overlay(dir string) (string, error) {
	changed, list := filepath.Join(dir, filepath.Base(m.file)), filepath.Join(dir, "overlay.json")
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return "", err
	}
	return list, errors.Join(os.WriteFile(changed, []byte(m.text), 0o600), os.WriteFile(list, data, 0o600))
}
