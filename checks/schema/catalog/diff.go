package catalog

import "slices"

// aspects are those behind a true: differs, aspect, differs, aspect ...
func aspects(list ...any) []Aspect {
	var found []Aspect
	for i := 0; i < len(list); i += 2 {
		if list[i].(bool) {
			found = append(found, list[i+1].(Aspect))
		}
	}
	return found
}

// columnAspects are the aspects in which two columns differ, names left out.
func columnAspects(was, is *Column) []Aspect {
	return aspects(!was.Type.Equal(is.Type), AspectType, was.NotNull != is.NotNull, AspectNull,
		!equal(was.Default, is.Default), AspectDefault,
		!equal(was.Generated, is.Generated) || was.Stored != is.Stored, AspectGenerated,
		was.Identity != is.Identity, AspectIdentity)
}

func constraintAspects(was, is *Constraint, sameTable func(was, is Name) bool) []Aspect {
	refers := (was.References == nil) != (is.References == nil) || was.References != nil && is.References != nil && !sameTable(*was.References, *is.References)
	return aspects(!slices.Equal(was.Columns, is.Columns) || was.Kind != is.Kind, AspectColumns,
		was.Expr != is.Expr || was.Where != is.Where || was.NullsNotDistinct != is.NullsNotDistinct, AspectExpr,
		refers || !slices.Equal(was.RefColumns, is.RefColumns), AspectReference,
		was.OnDelete != is.OnDelete || was.OnUpdate != is.OnUpdate, AspectOnDelete, was.Valid != is.Valid, AspectValid)
}

func triggerAspects(was, is *Trigger) []Aspect {
	same := was.Timing == is.Timing && slices.Equal(was.Events, is.Events) && slices.Equal(was.Columns, is.Columns) &&
		was.EachRow == is.EachRow && was.Function == is.Function && was.Body == is.Body && was.Disabled == is.Disabled
	return aspects(!same, AspectTrigger)
}

func policyAspects(was, is *Policy) []Aspect {
	return aspects(was.Using != is.Using || was.WithCheck != is.WithCheck || was.Restrictive != is.Restrictive || was.Command != is.Command, AspectExpr,
		!slices.Equal(was.Roles, is.Roles), AspectRoles)
}

func viewParts(v *View) part {
	return part{id: v.ID, name: v.Name.String(), table: v.Name, at: v.At, differs: func(o any) []Aspect {
		is := o.(*View)
		return aspects(!slices.Equal(v.Columns, is.Columns), AspectColumns, v.Definition != is.Definition, AspectDefinition)
	}}
}

func enumParts(e *Enum) part {
	return part{id: e.ID, name: e.Name.String(), table: e.Name, at: e.At, touch: e.Touched, differs: func(o any) []Aspect {
		return aspects(!slices.Equal(e.Values, o.(*Enum).Values), AspectValues)
	}}
}

func domainParts(x *Domain) part {
	return part{id: x.ID, name: x.Name.String(), table: x.Name, at: x.At, touch: x.Touched, differs: func(o any) []Aspect {
		is := o.(*Domain)
		sameCheck := func(a, b *Constraint) bool { return a.Expr == b.Expr && a.Valid == b.Valid }
		return aspects(!x.Type.Equal(is.Type), AspectType, x.NotNull != is.NotNull, AspectNull, !equal(x.Default, is.Default), AspectDefault,
			!slices.EqualFunc(x.Constraints, is.Constraints, sameCheck), AspectExpr)
	}}
}

func sequenceParts(s *Sequence) part {
	return part{id: s.ID, name: s.Name.String(), table: s.Name, at: s.At, touch: s.Touched, differs: func(o any) []Aspect {
		return aspects(s.Increment != o.(*Sequence).Increment, AspectIncrement)
	}}
}

func functionParts(f *Function) part {
	return part{id: f.ID, name: f.Name.String() + signature(f.inputs()), table: f.Name, at: f.At, touch: f.Touched, differs: func(o any) []Aspect {
		is := o.(*Function)
		sameArg := func(a, b Arg) bool {
			return a.Name == b.Name && a.Type.Equal(b.Type) && a.Mode == b.Mode && a.Default == b.Default
		}
		return aspects(!slices.EqualFunc(f.Args, is.Args, sameArg), AspectArgs, f.Returns != is.Returns, AspectReturns, f.Body != is.Body, AspectBody)
	}}
}

func equal(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// Equal reports whether two types are the same.
func (t Type) Equal(o Type) bool {
	return t.Schema == o.Schema && t.Base == o.Base && t.Array == o.Array && t.Unsigned == o.Unsigned &&
		t.Collation == o.Collation && t.Charset == o.Charset &&
		slices.Equal(t.Args, o.Args) && slices.Equal(t.Values, o.Values)
}
