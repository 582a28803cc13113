package hub

import (
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

func (h *Hub) appsTransport(g *gate) *ghinstallation.AppsTransport {
	apps, err := ghinstallation.NewAppsTransportWithOptions(g, h.appID, ghinstallation.WithSigner(signer{h}))
	if err != nil {
		panic(err) // only where no signer is given
	}
	return apps
}
