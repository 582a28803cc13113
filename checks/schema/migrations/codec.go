package migrations

import (
	"encoding/json"
	"fmt"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// plainStatement is a Statement without its methods, its changes encoded.
type plainStatement struct {
	At      catalog.Place
	Text    string
	Changes json.RawMessage
	Model   *ModelOperation `json:",omitempty"`
	Unread  string          `json:",omitempty"`
}

// MarshalJSON writes the changes each with its kind.
func (s Statement) MarshalJSON() ([]byte, error) {
	changes, err := catalog.EncodeChanges(s.Changes)
	if err != nil {
		return nil, err
	}
	return json.Marshal(plainStatement{s.At, s.Text, changes, s.Model, s.Unread})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Statement) UnmarshalJSON(data []byte) error {
	var p plainStatement
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("decode a statement: %w", err)
	}
	changes, err := catalog.DecodeChanges(p.Changes)
	if err != nil {
		return err
	}
	*s = Statement{At: p.At, Text: p.Text, Changes: changes, Model: p.Model, Unread: p.Unread}
	return nil
}
