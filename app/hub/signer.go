package hub

import (
	"encoding/json"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
)

// signer signs for the app itself.
type signer struct{ *Hub }

// Sign implements ghinstallation.Signer. The times are set anew by the hub's clock:
// ghinstallation knows only this machine's, and GitHub refuses one that is wrong.
func (s signer) Sign(claims jwt.Claims) (string, error) {
	if c, ok := claims.(*jwt.RegisteredClaims); ok && c.ExpiresAt != nil && c.IssuedAt != nil {
		valid := c.ExpiresAt.Sub(c.IssuedAt.Time)
		issued := s.now().Add(-30 * time.Second).Truncate(time.Second) // GitHub's clock may be behind
		c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(issued), jwt.NewNumericDate(issued.Add(valid))
	}
	return jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(s.key)
}

// here tells the end of a token by this machine's clock, by which ghinstallation looks
// whether it is over. Where the two clocks agree nothing is changed.
func (h *Hub) here(token []byte) []byte {
	off := time.Until(h.now())
	var fields map[string]any
	if off.Abs() < time.Minute || json.Unmarshal(token, &fields) != nil {
		return token
	}
	text, ok := fields["expires_at"].(string)
	ends, err := time.Parse(time.RFC3339, text)
	if !ok || err != nil {
		return token
	}
	fields["expires_at"] = ends.Add(-off).UTC().Format(time.RFC3339)
	changed, err := json.Marshal(fields)
	if err != nil {
		return token
	}
	return changed
}

func (h *Hub) appsTransport(g *gate) *ghinstallation.AppsTransport {
	apps, err := ghinstallation.NewAppsTransportWithOptions(g, h.appID, ghinstallation.WithSigner(signer{h}))
	if err != nil {
		panic(err) // only where no signer is given
	}
	return apps
}
