package catalog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every type of the package that has an Apply can be encoded.
func TestEveryChangeHasAKind(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "Apply" || fn.Recv == nil {
				continue
			}
			found++
			name := fn.Recv.List[0].Type.(*ast.Ident).Name
			if kinds()[name] == nil {
				t.Errorf("%s is in no list: add it to changes()", name)
			}
		}
	}
	if found != len(changes()) {
		t.Errorf("%d types have an Apply, %d are listed", found, len(changes()))
	}
}

// A change with every field set comes back as it was.
func TestCodecLosesNothing(t *testing.T) {
	for _, c := range changes() {
		v := reflect.New(reflect.TypeOf(c)).Elem()
		fill(t, v, 0)
		want := []Change{v.Interface().(Change), c}
		data, err := EncodeChanges(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeChanges(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Table{})); diff != "" {
			t.Errorf("%T: %s", c, diff)
		}
	}
}

// fill sets every field to something that is not its zero value.
func fill(t *testing.T, v reflect.Value, depth int) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i), depth+1)
			} else if v.Type().Field(i).Type != reflect.TypeFor[*owner]() {
				t.Errorf("%s has the field %s, which is lost", v.Type(), v.Type().Field(i).Name)
			}
		}
	case reflect.String:
		v.SetString("a\"\n\u2028é")
	case reflect.Int:
		v.SetInt(int64(depth + 7))
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("a change holds a %s", v.Type())
	}
}

func TestCodecRefuses(t *testing.T) {
	for _, data := range []string{"", "{}", `[{"kind":"Nothing","change":{}}]`, `[{"kind":"AddColumn","change":[]}]`} {
		if got, err := DecodeChanges([]byte(data)); err == nil {
			t.Errorf("%q: %v", data, got)
		}
	}
	if data, err := EncodeChanges([]Change{&Unread{}}); err == nil {
		t.Errorf("a pointer: %s", data)
	}
}
