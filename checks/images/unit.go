package images

import "github.com/checkrein/checkrein/checks/iac"

// unit is a set of files that share their names, or, without a kind, one file.
type unit struct {
	kind string
	path string // the unit's folder, or the file
}

// unitOf is the unit that a file is a part of.
func (s *side) unitOf(p string) unit {
	if f := s.known[p].File; f != nil && f.Unit != "" {
		return unit{f.Unit, iac.UnitFolder(f.Unit, p)}
	}
	return unit{path: p}
}

// filesOf are the unit's files, sorted by path.
func (s *side) filesOf(u unit) []string {
	if u.kind == "" {
		return []string{u.path}
	}
	return s.files[u]
}

// touchedUnits are the units with a file that the change touches, among those that were read.
func (s *side) touchedUnits() map[unit]bool {
	units := map[unit]bool{}
	for p := range s.touched {
		units[s.unitOf(p)] = true
	}
	return units
}
