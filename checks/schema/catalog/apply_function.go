package catalog

import "slices"

func (x CreateFunction) Apply(c *Catalog) error {
	f := *x.Function
	f.Name = c.made(f.Name)
	key := c.key(f.Name)
	list := slices.Clone(c.Functions[key])
	c.spend(len(list))
	i := slices.IndexFunc(list, func(o *Function) bool { return sameTypes(o.inputs(), f.inputs()) })
	switch {
	case i >= 0 && x.IfNotExists:
		return nil
	case i >= 0 && x.Replace:
		old := list[i]
		f.ID = old.ID
		f.Touched = touched(old.Touched, AspectBody, x.Place)
		list[i] = &f
		c.Functions[key] = list
		return nil
	}
	var problem error
	if i >= 0 {
		problem = c.problem(x.Place, f.Name, "function %s is there already", f.Name)
		list = slices.Delete(list, i, i+1)
	}
	f.ID = c.birth(KindFunction, f.Name.String()+signature(f.inputs()), "")
	c.Functions[key] = append(list, &f)
	return problem
}

// inputs are the types that tell one overload from another.
func (f *Function) inputs() []Type {
	var types []Type
	for _, arg := range f.Args {
		if arg.Mode != "out" && arg.Mode != "table" {
			types = append(types, arg.Type)
		}
	}
	return types
}

func sameTypes(a, b []Type) bool {
	return slices.EqualFunc(a, b, func(x, y Type) bool {
		return x.Base == y.Base && x.Array == y.Array && (x.Schema == y.Schema || x.Schema == "" || y.Schema == "")
	})
}

func signature(types []Type) string {
	text := "("
	for i, t := range types {
		if i > 0 {
			text += ","
		}
		text += Type{Schema: t.Schema, Base: t.Base, Array: t.Array}.String()
	}
	return text + ")"
}

// overload is the function that a name means, with its arguments or the only one.
func (c *Catalog) overload(name Name, args []Type, given bool) (*Function, int) {
	list := c.Overloads(name)
	c.spend(len(list))
	if !given {
		if len(list) == 1 {
			return list[0], 0
		}
		return nil, -1
	}
	for i, f := range list {
		if sameTypes(f.inputs(), args) || sameTypes(allTypes(f), args) {
			return f, i
		}
	}
	return nil, -1
}

func allTypes(f *Function) []Type {
	var types []Type
	for _, arg := range f.Args {
		types = append(types, arg.Type)
	}
	return types
}

func (c *Catalog) takeFunction(f *Function, i int) {
	key := c.key(f.Name)
	if len(c.Functions[key]) == 1 {
		delete(c.Functions, key)
		return
	}
	c.Functions[key] = slices.Delete(slices.Clone(c.Functions[key]), i, i+1)
}

func (x DropFunction) Apply(c *Catalog) error {
	f, i := c.overload(x.Name, x.Args, x.ArgsGiven)
	if f == nil {
		return c.missing(x.Place, x.IfExists, KindFunction, x.Name)
	}
	c.takeFunction(f, i)
	c.gone(Removal{At: x.Place, ID: f.ID, Kind: KindFunction, Name: f.Name})
	return c.removeTriggersOf(x.Place, f.Name, x.Cascade)
}

// removeTriggersOf takes the triggers away that call a dropped function.
func (c *Catalog) removeTriggersOf(at Place, function Name, cascade bool) error {
	calls := func(t *Trigger) bool {
		return t.Function.Object != "" && slices.Contains(c.paths(t.Function), c.key(function))
	}
	var problem error
	for _, t := range c.tablesWith(func(t *Table) bool { return slices.ContainsFunc(t.Triggers, calls) }) {
		if !cascade {
			problem = c.problem(at, t.Name, "function %s is dropped without CASCADE while a trigger of %s calls it", function, t.Name)
		}
		for i := len(t.Triggers) - 1; i >= 0; i-- {
			if calls(t.Triggers[i]) {
				t = c.takeTrigger(at, t, i, true)
			}
		}
	}
	return problem
}

func (x RenameFunction) Apply(c *Catalog) error {
	f, i := c.overload(x.From, x.Args, x.ArgsGiven)
	if f == nil {
		return c.missing(x.Place, false, KindFunction, x.From)
	}
	c.takeFunction(f, i)
	n := *f
	n.Name = Name{f.Name.Schema, x.To.Object}
	if x.To.Schema != "" {
		n.Name.Schema = c.key(x.To).Schema
	}
	n.Touched = touched(f.Touched, AspectName, x.Place)
	key := c.key(n.Name)
	c.Functions[key] = append(slices.Clip(c.Functions[key]), &n)
	return nil
}
