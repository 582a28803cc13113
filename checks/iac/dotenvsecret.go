package iac

import (
	"regexp"
	"strings"
)

var (
	// imageName matches names whose value may be part of an image reference.
	imageName = regexp.MustCompile(`(?i)(image|tag|version|digest|registry|repo|release|branch|channel|distro|variant|flavou?r|codename|suffix|prefix|(^|_)(env|arch|base)(_|$))`)
	// secretParts are in names whose value is never shown, wherever they stand.
	secretParts = regexp.MustCompile(`(?i)(secret|token|passw|passphrase|credential|signature)`)
	// secretWord is a word of such a name, or ends one (APIKEY, DBUSER): AUTHENTIK and KEYCLOAK are none.
	secretWord = regexp.MustCompile(`(?i)^(pass|authn|authz|authorization|authentication|usernames?|.*(pwd|creds?|keys?|auth|certs?|certificates?|private|salt|login|users?|dsn|ur[li]s?))$`)
	// saysVersion are names that end in what a version is called, versionOnly values that are nothing else.
	saysVersion = regexp.MustCompile(`(?i)(^|[_.-])(version|tag)$`)
	versionOnly = regexp.MustCompile(`^v?\d{1,5}(\.\d{1,5}){1,3}(-[a-z]+[.\d]{0,4})?$`)
	// imagePart matches values that may be part of a reference; a URL may carry a password.
	imagePart = regexp.MustCompile(`^[A-Za-z0-9._/:@+?${}-]{0,255}$`)
)

// isSecret reports whether a name speaks of a secret.
func isSecret(name string) bool {
	if secretParts.MatchString(name) {
		return true
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		for _, part := range append(camelWords(word), word) {
			if secretWord.MatchString(part) {
				return true
			}
		}
	}
	return false
}

// camelWords are the words of a name like imagePullKey.
func camelWords(word string) []string { return camelWord.FindAllString(word, -1) }

var camelWord = regexp.MustCompile(`[A-Z]?[a-z0-9]+|[A-Z0-9]+`)

// isPublic reports whether name and value both look like a part of an image
// reference and none of a secret, so that the value may be kept and shown.
func isPublic(name, value string) bool {
	if !imageName.MatchString(name) || !imagePart.MatchString(value) || strings.Contains(value, "://") {
		return false
	}
	return !isSecret(name) || saysVersion.MatchString(name) && versionOnly.MatchString(value) && !secretParts.MatchString(name)
}
