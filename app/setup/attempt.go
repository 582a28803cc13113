package setup

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"sync"
)

// attempt is one time that the button was shown.
type attempt struct {
	state        string
	github       GitHub
	organization string // empty: one's own account
	webhook      string
}

// attempts are those of which GitHub's answer may still come. A page that is opened twice
// makes two, and either button must work: the App exists once it was pressed.
type attempts struct {
	mu   sync.Mutex
	open []attempt
}

// kept bounds them; beyond it the oldest is forgotten.
const kept = 20

// add gives an attempt a state that cannot be guessed, and waits for its answer.
func (a *attempts) add(one attempt) attempt {
	one.state = secret(32)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = append(a.open, one)
	if len(a.open) > kept {
		a.open = a.open[1:]
	}
	return one
}

// take ends the attempt with that state; false: there is none, or its answer came before.
func (a *attempts) take(state string) (attempt, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := -1
	for i, one := range a.open {
		if equal(one.state, state) {
			found = i
		}
	}
	if found < 0 {
		return attempt{}, false
	}
	one := a.open[found]
	a.open = append(a.open[:found:found], a.open[found+1:]...)
	return one, true
}

// equal compares secrets in a time that tells nothing of them.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// secret is random text for addresses, of so many random bytes.
func secret(bytes int) string {
	raw := make([]byte, bytes)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}
