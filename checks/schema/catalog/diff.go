package catalog

import "slices"

// differ are the aspects in which two columns differ, names left out.
func differ(was, is *Column) []Aspect {
	var list []Aspect
	add := func(different bool, a Aspect) {
		if different {
			list = append(list, a)
		}
	}
	add(!was.Type.Equal(is.Type), AspectType)
	add(was.NotNull != is.NotNull, AspectNull)
	add(!equal(was.Default, is.Default), AspectDefault)
	add(!equal(was.Generated, is.Generated) || was.Stored != is.Stored, AspectGenerated)
	add(was.Identity != is.Identity, AspectIdentity)
	return list
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
