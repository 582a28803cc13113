// Package iac reads infrastructure as code: one format, one file. A reader turns
// bytes into plain data (which images are named where, and how each name comes
// about) without looking at any other file; Resolve then follows the names
// through the files that hold their values.
package iac

import "github.com/checkrein/checkrein/checks"

// Version counts changes of what the readers answer; kept facts of another version are stale.
const Version = 6

// File is what one file says: the same bytes under the same reader always give
// the same File, so it can be kept by blob id. It holds no path of its own.
type File struct {
	// Format is the name of the reader, "dockerfile" for one; empty when the file is
	// of no format, which is no error.
	Format string `json:"format,omitempty"`
	Sites  []Site `json:"sites,omitempty"`
	// Gives are the values that this file offers to files that use it (a dotenv file).
	Gives map[string]Expr `json:"gives,omitempty"`
	Uses  []Use           `json:"uses,omitempty"`
	// Builds are the image names that this file builds itself, as written; a site
	// that names one is local.
	Builds []Expr `json:"builds,omitempty"`
	// Makes are what the commands and steps in this file do with images by name.
	Makes []Make `json:"makes,omitempty"`
	// Sets are the images that this file puts in place of others, in the files that
	// it hands to (Use.Hands) and in those that take from it (Use.Takes).
	Sets []Set `json:"sets,omitempty"`
	// Open: it is also made of what is not in the repository, or not read (a remote base, a chart).
	Open bool `json:"open,omitempty"`
	// Patches are the fields that this file sets in objects of the files it hands to.
	Patches []Patch  `json:"patches,omitempty"`
	Unread  []Unread `json:"unread,omitempty"`
	// Unit is the kind of unit that this file is a part of; empty: it stands alone. What
	// one file of a unit Gives, the expressions of all of them see.
	Unit string `json:"unit,omitempty"`
	// Overrides: what this file Gives wins over what others of its unit give
	// (terraform.tfvars); without it several gives of a name are alternatives.
	Overrides bool `json:"overrides,omitempty"`
}

// Set puts an image in place of another: a kustomization's "images", what Skaffold
// builds, an OpenShift image stream that answers for its name.
type Set struct {
	// Name is the image that is replaced, without tag and digest.
	Name string `json:"name"`
	// As is the name it gets; empty: it keeps its own.
	As string `json:"as,omitempty"`
	// Tag: the tag or digest is given too, so the one that was written never counts.
	Tag bool `json:"tag,omitempty"`
}

// Target is what a patch is for: kind and name of objects, as regular expressions that must
// match all of them; empty: any.
type Target struct {
	Kind string `json:"kind,omitempty"`
	Name string `json:"name,omitempty"`
}

// Patch is a field of objects that a file sets.
type Patch struct {
	Target
	// Field is what follows the object in a site's Address (".spec.containers[name=a].image"),
	// or a site's Pointer.
	Field string `json:"field"`
}

// Unread is something in the file that was not read.
type Unread struct {
	Line   int               `json:"line,omitempty"` // 1-based; 0: the whole file
	Kind   checks.UnreadKind `json:"kind"`           // defeated or unsupported
	Reason string            `json:"reason"`
}

// Site is one place where an image is named.
type Site struct {
	// Address is where in the format's own terms: "services.web.image",
	// "Deployment/api.spec.template.spec.containers[0].image", "stage build".
	Address string `json:"address"`
	// Object is the Kubernetes object that the site is a part of, "Deployment/api": the
	// address begins with it. Pointer is the JSON pointer from there.
	Object  string `json:"object,omitempty"`
	Pointer string `json:"pointer,omitempty"`
	// Raw is the value as written in the file, without surrounding quotes.
	Raw string `json:"raw"`
	// Span covers the value as written, without surrounding quotes and YAML tags
	// (for "!Sub x" only "x").
	Span checks.Span `json:"span"`
	// Line is the text of Span's first line.
	Line string `json:"line"`
	Expr Expr   `json:"expr"`
	// Stages are the names that mean a build stage here, not an image.
	Stages []string `json:"stages,omitempty"`
	// Role is what the image is used for when it is not plainly run: "build" for
	// a base image, "frontend" for a "# syntax=" line, RoleCI for a step of a pipeline.
	Role string `json:"role,omitempty"`
	// Local says why this site names no image that is pulled ("built by this
	// service"); empty otherwise.
	Local string `json:"local,omitempty"`
	// When says whether what names the image is there at all (a count); see Resolver.Off.
	When *Expr `json:"when,omitempty"`
	// Pull says when the image is asked for at its registry: PullNever, PullMissing where
	// none of this name is on the machine, PullAlways; empty: it is not said.
	Pull string `json:"pull,omitempty"`
	// Fallback: the site is one only where no other site gets its value from this place
	// (a chart's values that no template takes).
	Fallback bool `json:"fallback,omitempty"`
	// For is the image that this one is put in place of (a Set's Name).
	For string `json:"for,omitempty"`
	// Before: what the file Sets comes after this site and holds for it, too (a patch that
	// is written into a kustomization).
	Before bool `json:"before,omitempty"`
	// Note is a sentence that belongs to every finding about this site; empty mostly.
	Note string `json:"note,omitempty"`
	// Split names the part when a format keeps the parts apart; empty: Expr is the whole reference.
	Split *Split `json:"split,omitempty"`
}

// When an image is pulled.
const (
	PullNever   = "never"
	PullMissing = "missing"
	PullAlways  = "always"
)

// RoleCI is the role of an image that a build pipeline runs, whatever folder its
// file stands in.
const RoleCI = "ci"

// Split is a reference whose parts stand in fields of their own.
type Split struct {
	Tag, Digest *Expr `json:",omitempty"`
}

// Op is what an Expr does.
type Op string

const (
	Lit     Op = "lit"     // Text
	Cat     Op = "cat"     // Args, joined
	Name    Op = "name"    // the value of the name Text; Else when nothing gives it one
	Any     Op = "any"     // one of Args, the repository does not say which
	Unknown Op = "unknown" // cannot be known from the repository; Text as written

	// What templates need besides:
	First Op = "first" // the first of Args that is not empty
	If    Op = "if"    // Args: a condition, what it is then, what it is else
	Apply Op = "apply" // the function Text of Args, see functions
	Dict  Op = "dict"  // Args: keys and values in turn; it is asked for its fields
	Index Op = "index" // the field of Args[0] that Args[1] names, and of that the one at the path Text
	Call  Op = "call"  // the template that the unit gives as "output." + Text, with Args[0] as its dot; Else where it is none
)

// Expr is how a value comes about.
type Expr struct {
	Op   Op     `json:"op"`
	Text string `json:"text,omitempty"`
	Args []Expr `json:"args,omitempty"`
	// Else is the default of a Name: what it is when nothing else gives it a value.
	Else *Expr `json:"else,omitempty"`
	// Empty: an empty value counts as none, so Else is taken (${X:-d} as against ${X-d}).
	Empty bool `json:"empty,omitempty"`
	// Fixed, on a Name: nobody chooses its value from outside (a local value, an output),
	// so what it brings counts as written out, not as a default.
	Fixed bool `json:"fixed,omitempty"`
	// What tells a Name's kind in words a user of the format knows: "parameter",
	// "build argument", "variable". On the Lit of a default: unused.
	What string `json:"what,omitempty"`
	// Span is where this piece stands; of a default, where its value stands.
	Span checks.Span `json:"span"`
	// Line is the text of Span's first line; kept for defaults and names.
	Line string `json:"line,omitempty"`
}

// Use says that another file matters to this one.
type Use struct {
	// Path as written, slash-separated, relative to this file's folder; in a file of a
	// unit, to the unit's. Of a chart that another file installs, "/charts/web": from the root.
	Path string `json:"path"`
	// Unit: Path is a folder, and the use means the unit of this kind there. Gives then
	// reach all its files, and count as set, not as defaults.
	Unit string `json:"unit,omitempty"`
	// As: what that unit gives as "output.x" is known in this file's unit as As + "x".
	As string `json:"as,omitempty"`
	// Below: names of this file's unit that begin with it are handed on, with Into in its
	// place (a subchart's part of the values).
	Below string `json:"below,omitempty"`
	Into  string `json:"into,omitempty"`
	// Passes are further such pairs; a key ends in a dot and holds one, or two.
	Passes map[string]string `json:"passes,omitempty"`
	// Glob: Path is a doublestar glob and means every file that it matches.
	Glob bool `json:"glob,omitempty"`
	// Takes: the names in this file's expressions may get their values from that
	// file's Gives, and this file sets and builds what that file Sets and Builds.
	Takes bool `json:"takes,omitempty"`
	// Hands: what this file Sets holds for that file, and for those it hands on to in turn.
	Hands bool `json:"hands,omitempty"`
	// Patch: that file is a patch, its sites are what it sets in the other files that this
	// one hands to. An empty target: the objects that it names itself.
	Patch *Target `json:"patch,omitempty"`
	// Gives hands values to that file's names (a nested stack's Parameters); the
	// expressions are this file's.
	Gives map[string]Expr `json:"gives,omitempty"`
	// When says whether the use is there at all, as in Site.
	When *Expr `json:"when,omitempty"`
	// Address of the use in this file: "Resources.Child".
	Address string      `json:"address,omitempty"`
	Span    checks.Span `json:"span"`
	Line    string      `json:"line,omitempty"`
}
