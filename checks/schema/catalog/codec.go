package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// changes is one value of every type that is a Change. A test holds it against the package.
func changes() []Change {
	return []Change{
		CreateTable{}, DropTable{}, RenameTable{}, SetCharset{}, AttachPartition{}, DetachPartition{},
		AddColumn{}, DropColumn{}, RenameColumn{}, AlterColumn{},
		AddConstraint{}, DropConstraint{}, RenameConstraint{}, AlterConstraint{},
		CreateIndex{}, DropIndex{}, RenameIndex{},
		CreateView{}, DropView{}, RenameView{},
		CreateEnum{}, CreateDomain{}, DropType{}, RenameType{}, AddEnumValue{}, RenameEnumValue{}, AlterDomain{},
		CreateFunction{}, DropFunction{}, RenameFunction{},
		CreateTrigger{}, DropTrigger{}, RenameTrigger{}, SwitchTrigger{},
		RowSecurity{}, CreatePolicy{}, AlterPolicy{}, DropPolicy{}, RenamePolicy{},
		GrantPrivileges{}, RevokePrivileges{}, SetOwner{}, DropRole{},
		CreateSequence{}, AlterSequence{}, DropSequence{}, RenameSequence{},
		CreateSchema{}, DropSchema{}, RenameSchema{}, MoveSchema{}, SetSearchPath{},
		Truncate{}, WriteData{}, Unread{},
	}
}

// kinds are the types by their names.
var kinds = sync.OnceValue(func() map[string]reflect.Type {
	byName := map[string]reflect.Type{}
	for _, c := range changes() {
		t := reflect.TypeOf(c)
		byName[t.Name()] = t
	}
	return byName
})

// encoded is a change with its type's name.
type encoded struct {
	Kind   string          `json:"kind"`
	Change json.RawMessage `json:"change"`
}

// EncodeChanges writes changes as JSON, each as {"kind": "AddColumn", "change": {...}}. Texts
// that are not UTF-8 do not come back as they were.
func EncodeChanges(list []Change) ([]byte, error) {
	out := make([]encoded, 0, len(list))
	for _, c := range list {
		name := reflect.TypeOf(c).Name()
		if kinds()[name] != reflect.TypeOf(c) {
			return nil, fmt.Errorf("encode changes: no kind %T", c)
		}
		data, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		out = append(out, encoded{name, data})
	}
	return json.Marshal(out)
}

// DecodeChanges reads what EncodeChanges wrote. No changes are nil.
func DecodeChanges(data []byte) ([]Change, error) {
	var in []encoded
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("decode changes: %w", err)
	}
	var list []Change
	for _, e := range in {
		t, ok := kinds()[e.Kind]
		if !ok {
			return nil, fmt.Errorf("decode changes: no kind %q", e.Kind)
		}
		v := reflect.New(t)
		if err := json.Unmarshal(e.Change, v.Interface()); err != nil {
			return nil, fmt.Errorf("decode %s: %w", e.Kind, err)
		}
		list = append(list, v.Elem().Interface().(Change))
	}
	return list, nil
}
