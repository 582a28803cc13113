package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// secrets are the keys a delivery may be signed with.
type secrets [][]byte

// newSecrets refuses an empty secret: with one, an empty key would sign for anybody.
func newSecrets(words []string) (secrets, error) {
	if len(words) == 0 {
		return nil, errors.New("webhook: no secret: without one anybody could send deliveries")
	}
	keys := make(secrets, len(words))
	for i, word := range words {
		if word == "" {
			return nil, fmt.Errorf("webhook: secret %d of %d is empty", i+1, len(words))
		}
		keys[i] = []byte(word)
	}
	return keys, nil
}

// signed tries every secret, so that the time taken does not tell which one fits.
func (s secrets) signed(payload, signature []byte) bool {
	fits := false
	for _, key := range s {
		mac := hmac.New(sha256.New, key)
		mac.Write(payload)
		if hmac.Equal(mac.Sum(nil), signature) {
			fits = true
		}
	}
	return fits
}
