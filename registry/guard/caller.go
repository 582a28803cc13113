package guard

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// caller is who sent a request, as far as anybody needs to know.
type caller struct {
	credential string // the Authorization header; lives as long as the request
	hash       string // salted: tells callers apart, and tells nothing of the credential
	pkg        string
}

func (g *Guard) caller(credential, pkg string) caller {
	mac := hmac.New(sha256.New, g.salt)
	mac.Write([]byte(credential))
	return caller{credential: credential, hash: hex.EncodeToString(mac.Sum(nil))[:32], pkg: pkg}
}

// callers are the logins of callers, by the hashes of their credentials.
type callers struct {
	mu  sync.Mutex
	all map[string]known
}

type known struct {
	login string // empty: GitHub does not tell
	at    time.Time
}

// A login is asked for again after a while, and so many are kept.
const (
	loginAge   = time.Hour
	maxCallers = 10_000
)

// who names the caller in the journal: by login where the API tells it, else by hash. Only
// callers of the API are asked about: a registry's credential is not sent there.
func (g *Guard) who(ctx context.Context, c caller, api bool) string {
	if c.credential == "" {
		return "anonymous"
	}
	if !api {
		return "credential " + c.hash[:16]
	}
	g.callers.mu.Lock()
	k, ok := g.callers.all[c.hash]
	g.callers.mu.Unlock()
	if !ok || g.now().Sub(k.at) > loginAge {
		login, err := g.up.Login(ctx, c.credential)
		if err != nil {
			login = "" // tokens of workflows and apps may not ask
		}
		k = known{login, g.now()}
		g.callers.put(c.hash, k)
	}
	if k.login == "" {
		return "credential " + c.hash[:16]
	}
	return k.login
}

func (c *callers) put(hash string, k known) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= maxCallers {
		c.all = map[string]known{}
	}
	c.all[hash] = k
}
