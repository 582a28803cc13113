package iac

// templateGroup is a field whose image stands in fields below it.
type templateGroup struct {
	key    string
	indent int
	parts  map[string]*templateField
}

// ungroup tells the image whose fields have ended.
func (w *templateLines) ungroup() {
	g := w.group
	w.group = nil
	if g == nil {
		return
	}
	name := g.parts["repository"]
	if name == nil && (g.parts["tag"] != nil || g.parts["digest"] != nil) {
		name = g.parts["name"]
	}
	if name == nil {
		return
	}
	field, split := name, &Split{}
	for key, part := range map[string]**Expr{"tag": &split.Tag, "digest": &split.Digest} {
		if f := g.parts[key]; f != nil {
			e, _, _ := w.plain(f)
			*part = &e
		}
	}
	for _, key := range []string{"tag", "digest"} {
		if g.parts[key] != nil {
			field = g.parts[key]
		}
	}
	e, _, _ := w.plain(name)
	if g.parts["registry"] != nil {
		registry, _, _ := w.plain(g.parts["registry"])
		e = w.expr(Cat, "", e.Span, registry, w.expr(Lit, "/", e.Span), e)
	}
	_, from, to := w.plain(field)
	w.site(g.key, from, to, e, split)
}
