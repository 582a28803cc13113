package images

import (
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
)

// report judges every site of every file that was read.
func (s *side) report(c *Check) checks.Report {
	r := checks.Report{Check: Name, Unread: slices.Clone(s.unread)}
	s.link()
	all := s.judge(c)
	references, findings := 0, 0
	for _, j := range all {
		references, findings = references+len(j.references), findings+len(j.findings)
	}
	r.References, r.Findings = make([]checks.Reference, 0, references), make([]checks.Finding, 0, findings)
	for i, j := range all {
		all[i] = judged{} // of a large tree there is no room for two copies
		for _, of := range j.subjects {
			if of.finding >= 0 {
				of.finding += len(r.Findings)
			}
			s.subjects = append(s.subjects, of)
		}
		r.References = append(r.References, j.references...)
		r.Findings = append(r.Findings, j.findings...)
	}
	for _, p := range s.paths() {
		k := s.known[p]
		r.Files++
		r.Bytes += k.Bytes
		if k.File != nil && !c.policy.Ignores(Name, p) {
			k.tell(p, &r)
		}
	}
	return r
}

// tell adds what a file says beside its sites.
func (k known) tell(p string, r *checks.Report) {
	for _, u := range k.File.Unread {
		r.Unread = append(r.Unread, checks.Unread{Path: p, Line: u.Line, Kind: u.Kind, Reason: u.Reason})
	}
	for _, i := range k.Ignores {
		i.Path = p
		r.Ignores = append(r.Ignores, i)
	}
}

// judged is what the sites of one file came to.
type judged struct {
	references []checks.Reference
	findings   []checks.Finding
	subjects   []subject // their findings are counted within the file
}

// judgeFile judges the file's sites: first those that are places of their own, then, once
// these are known, the ones that count only where none of them has their value.
func (s *side) judgeFile(c *Check, p string, fallback bool, reached places) (j judged) {
	k := s.known[p]
	sites := 0
	for i := range k.File.Sites {
		if k.File.Sites[i].Fallback == fallback {
			sites++
		}
	}
	if sites == 0 || c.policy.Ignores(Name, p) {
		return j
	}
	j.references = make([]checks.Reference, 0, sites)
	ways := byNames(s.ways(s.unitOf(p)))
	builds := s.builds(p, ways[0][0].names.scope(p))
	kind := kindOf(p, k.File.Format)
	for i := range k.File.Sites {
		written := &k.File.Sites[i]
		if written.Fallback != fallback || fallback && reached.any(p, written) {
			continue
		}
		at := k.site(written, p, s.tree.Commit(), kind, c.policy)
		at.here = s.here
		local := localTo(at, builds)
		candidates := s.candidates(p, at, ways, local)
		if !fallback {
			reached.add(p, candidates)
			if own := s.ownOf[s.unitOf(p)]; k.File.Unit == iac.UnitHelm && ways[0][0].names != own.names {
				reached.add(p, s.candidates(p, at, [][]*way{{own}}, local)) // a default that all override is taken, too
			}
		}
		j.add(at, candidates, c.registries != nil)
	}
	return j
}

// add judges one site. keep: registries may be asked about it.
func (j *judged) add(at *site, candidates []candidate, keep bool) {
	listed, finding := at.judge(candidates)
	j.references = append(j.references, listed)
	place := -1
	if finding != nil {
		place = len(j.findings)
		j.findings = append(j.findings, *finding)
	}
	if keep {
		j.subjects = append(j.subjects, subject{site: at, candidates: candidates, finding: place})
	}
}

// candidates are the references that a site may come out as, in all ways of its file.
func (s *side) candidates(p string, at *site, ways [][]*way, local func(reference) bool) []candidate {
	var candidates []candidate
	for _, same := range ways {
		scope := same[0].names.scope(p)
		off := !slices.ContainsFunc(same, func(w *way) bool { return !w.off }) || at.When != nil && s.resolver.Off(*at.When, scope)
		for _, v := range s.resolver.Resolve(s.whole(at, scope), scope) {
			r := parse(v)
			candidates = append(candidates, candidate{r, local(r) || s.here.isContext(at, r) || s.replacedAt(p, at, same, r), off})
		}
	}
	return candidates
}

// places are where values stand that a site of another file takes.
type places map[place]bool

type place struct {
	path         string
	line, column int
}

func (ps places) add(p string, candidates []candidate) {
	for _, c := range candidates {
		for _, piece := range c.value {
			if from := piece.From; from.Path != p {
				ps[place{from.Path, from.Span.Line, from.Span.Column}] = true
			}
		}
	}
}

// any reports whether a part of the site, which is written out in the file at p, is taken elsewhere.
func (ps places) any(p string, s *iac.Site) bool {
	parts := []iac.Expr{s.Expr}
	if s.Split != nil {
		for _, part := range []*iac.Expr{s.Split.Tag, s.Split.Digest} {
			if part != nil {
				parts = append(parts, *part)
			}
		}
	}
	return slices.ContainsFunc(parts, func(e iac.Expr) bool { return ps.holds(p, e) })
}

func (ps places) holds(p string, e iac.Expr) bool {
	return ps[place{p, e.Span.Line, e.Span.Column}] ||
		slices.ContainsFunc(e.Args, func(arg iac.Expr) bool { return ps.holds(p, arg) })
}

func (s *side) paths() []string { return sortedPaths(s.known) }

func sortedPaths(files map[string]known) []string { return slices.Sorted(maps.Keys(files)) }
