package setup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// manifest is what GitHub is asked to register: app.yml, and the addresses that only
// whoever registers the App knows. A key of app.yml that has no place here is an error:
// it would be lost on the way.
type manifest struct {
	Name        string            `yaml:"name" json:"name"`
	URL         string            `yaml:"url" json:"url"`
	Description string            `yaml:"description" json:"description"`
	Public      bool              `yaml:"public" json:"public"`
	Permissions map[string]string `yaml:"default_permissions" json:"default_permissions"`
	Events      []string          `yaml:"default_events" json:"default_events"`
	Hook        hook              `yaml:"-" json:"hook_attributes"`
	Redirect    string            `yaml:"-" json:"redirect_url"`

	// Asked are the permissions as they stand in app.yml, each with its reason.
	Asked []asked `yaml:"-" json:"-"`
}

type asked struct{ Name, Level, Why string }

type hook struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

func readManifest(data []byte) (manifest, error) {
	var m manifest
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("read app.yml: %w", err)
	}
	if m.Name == "" || m.URL == "" || len(m.Permissions) == 0 {
		return m, fmt.Errorf("read app.yml: it lacks the App's name, url or permissions")
	}
	return m, m.reasons(data)
}

// reasons reads why each permission is asked for: the comment behind it.
func (m *manifest) reasons(data []byte) error {
	var root struct {
		Permissions yaml.Node `yaml:"default_permissions"`
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return fmt.Errorf("read app.yml: %w", err)
	}
	fields := root.Permissions.Content
	for i := 0; i+1 < len(fields); i += 2 {
		why := strings.TrimSpace(strings.TrimPrefix(fields[i+1].LineComment, "#"))
		m.Asked = append(m.Asked, asked{fields[i].Value, fields[i+1].Value, why})
	}
	return nil
}

// document is the manifest in the form that GitHub's page takes.
func (m manifest) document(webhook, redirect string) (string, error) {
	m.Hook, m.Redirect = hook{webhook, true}, redirect
	data, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write the manifest: %w", err)
	}
	return string(data), nil
}
