package deletions

import (
	"maps"
	"regexp"
	"slices"
)

// beside is what the jobs of a pipeline run of the repository, by their keys: an earlier
// script, or a job before, may choose what a step deletes.
type beside struct {
	files  map[string]map[string]bool // paths with their blobs
	prints map[string]string          // of jobs, with what they take from others
	steps  map[string]string          // of jobs whose outputs others take
}

func newBeside() beside {
	return beside{files: map[string]map[string]bool{}, prints: map[string]string{}, steps: map[string]string{}}
}

// note adds a script, an action or a program that a job runs.
func (b *beside) note(j *job, f *file) {
	if j == nil {
		return
	}
	if b.files[j.key] == nil {
		b.files[j.key] = map[string]bool{}
	}
	b.files[j.key][f.path+" "+f.blob] = true
}

// printOfBeside is the same only where the job runs the same files, and takes the same from
// the jobs that it needs; asked for once all is noted.
func (w *walker) printOfBeside(j *job) string {
	if j == nil {
		return ""
	}
	print, ok := w.beside.prints[j.key]
	if !ok {
		words := slices.Sorted(maps.Keys(w.beside.files[j.key]))
		takes := takenFrom(j)
		for _, key := range j.needs {
			if other := w.jobs[key]; other != nil && takes[other.ID] {
				words = append(words, w.printOfOutputs(other))
			}
		}
		print = printOf(words...)
		w.beside.prints[j.key] = print
	}
	return print
}

var neededOutput = regexp.MustCompile(`\bneeds\.([\w-]+)\.outputs`)

// takenFrom are the ids of the jobs whose outputs a job takes.
func takenFrom(j *job) map[string]bool {
	words := []string{j.If, valuesText(j.With), envText(j.Env)}
	words = append(words, j.Matrix...)
	for i := range j.Steps {
		words = append(words, stepWords(&j.Steps[i])...)
		if run := j.Steps[i].Run; run != nil {
			words = append(words, run.Body)
		}
	}
	ids := map[string]bool{}
	for _, word := range words {
		for _, m := range neededOutput.FindAllStringSubmatch(word, -1) {
			ids[m[1]] = true
		}
	}
	return ids
}

// printOfOutputs is of all that decides what a job gives to others.
func (w *walker) printOfOutputs(j *job) string {
	print, ok := w.beside.steps[j.key]
	if !ok {
		words := slices.Sorted(maps.Keys(w.beside.files[j.key]))
		for i := range j.Steps {
			words = append(append(words, stepWords(&j.Steps[i])...), w.bodyOf(&j.Steps[i]))
		}
		print = printOf(words...)
		w.beside.steps[j.key] = print
	}
	return print
}
