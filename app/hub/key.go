package hub

import "fmt"

// CheckKey reports whether the app's private key can sign. GitHub is not asked: that it
// is away makes no key bad.
func (h *Hub) CheckKey() error {
	if err := h.key.Validate(); err != nil {
		return fmt.Errorf("GitHub App private key: %w", err)
	}
	return nil
}
