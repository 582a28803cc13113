package images

import "slices"

// together tells which files hang on each other, directly or by way of others: what
// judging one file makes of its surroundings depends on no file outside its group.
type together struct {
	paths []string // sorted
	first []int    // by path: an earlier one of the same group, or itself
}

func newTogether(paths []string) *together {
	t := &together{paths: paths, first: make([]int, len(paths))}
	for i := range t.first {
		t.first[i] = i
	}
	return t
}

// join puts the groups of two files together; a file that was not read has none.
func (t *together) join(a, b string) {
	i, known := slices.BinarySearch(t.paths, a)
	j, alsoKnown := slices.BinarySearch(t.paths, b)
	if known && alsoKnown {
		i, j = t.root(i), t.root(j)
		t.first[max(i, j)] = min(i, j)
	}
}

// root is the first file of a file's group.
func (t *together) root(i int) int {
	for t.first[i] != i {
		t.first[i] = t.first[t.first[i]]
		i = t.first[i]
	}
	return i
}

// groups are the files by group, in the order of their paths.
func (t *together) groups() [][]int {
	at := map[int]int{}
	var groups [][]int
	for i := range t.paths {
		root := t.root(i)
		n, ok := at[root]
		if !ok {
			n = len(groups)
			at[root], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups
}
