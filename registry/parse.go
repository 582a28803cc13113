package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// MaxManifest bounds the bytes of one manifest: registries take 4 MiB (OCI
// distribution-spec, "Pushing Manifests").
const MaxManifest = 4 << 20

// maxEntries bounds children and layers; 4 MiB hold no more descriptors.
const maxEntries = 50_000

const (
	artifactManifest = "application/vnd.oci.artifact.manifest.v1+json" // of OCI 1.1 release candidates
	emptyBlob        = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
	emptyArchive     = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"
	emptyTar         = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
)

// ErrUnread is wrapped by every error about bytes that are there and cannot be read:
// nobody knows what such a manifest needs.
var ErrUnread = errors.New("unread")

func unread(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnread, fmt.Errorf(format, args...))
}

type descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	ArtifactType string            `json:"artifactType"`
	Platform     *platform         `json:"platform"`
	Annotations  map[string]string `json:"annotations"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	OSVersion    string `json:"os.version"`
	Variant      string `json:"variant"`
}

// document holds the fields that any of the formats has.
type document struct {
	SchemaVersion int           `json:"schemaVersion"`
	MediaType     string        `json:"mediaType"`
	ArtifactType  string        `json:"artifactType"`
	Config        *descriptor   `json:"config"`
	Layers        *[]descriptor `json:"layers"`
	Manifests     *[]descriptor `json:"manifests"`
	Blobs         *[]descriptor `json:"blobs"`
	Subject       *descriptor   `json:"subject"`
}

// Parse reads the bytes of the manifest that digest names: Docker's and OCI's images and
// indexes, with or without a mediaType, Docker's schema 1 and artifact manifests.
// contentType is what the registry calls it; it counts where the bytes are silent. Errors
// wrap ErrUnread.
func Parse(content []byte, digest Digest, contentType string) (Manifest, error) {
	if len(content) > MaxManifest {
		return Manifest{}, unread("%s has more than %d bytes", digest, MaxManifest)
	}
	if !digest.Names(content) {
		return Manifest{}, unread("what the registry answers for %s has the digest %s", digest, DigestOf(content))
	}
	// JSON forbids nothing of this, and readers differ in what they take: two keys that
	// are one to Go and two to others are told by nobody.
	var d document
	if err := json.Unmarshal(content, &d); err != nil {
		return Manifest{}, unread("%s is no JSON manifest: %w", digest, err)
	}
	m := Manifest{Digest: digest, MediaType: d.mediaType(contentType)}
	if err := d.fill(&m); err != nil {
		return Manifest{}, unread("%s: %w", digest, err)
	}
	return m, nil
}

func (d *document) mediaType(contentType string) string {
	if d.MediaType != "" {
		return d.MediaType
	}
	if t, _, err := mime.ParseMediaType(contentType); err == nil && kindOf(t) != Unknown {
		return t
	}
	switch { // a mediaType is optional in OCI's formats
	case d.SchemaVersion == 1:
		return string(types.DockerManifestSchema1)
	case d.Manifests != nil:
		return string(types.OCIImageIndex)
	case d.Config != nil && d.Layers != nil:
		return string(types.OCIManifestSchema1)
	}
	return ""
}

// kindOf tells the kind by the media type.
func kindOf(mediaType string) Kind {
	switch types.MediaType(mediaType) {
	case types.OCIImageIndex, types.DockerManifestList:
		return Index
	case types.OCIManifestSchema1, types.DockerManifestSchema2, types.DockerManifestSchema1, types.DockerManifestSchema1Signed, artifactManifest:
		return Image
	}
	return Unknown
}

func (d *document) fill(m *Manifest) error {
	m.Kind = kindOf(m.MediaType)
	switch {
	case m.Kind == Unknown:
		return fmt.Errorf("media type %q is not known", shorten(m.MediaType))
	case m.Kind == Image && d.Manifests != nil, m.Kind == Index && (d.Layers != nil || d.Manifests == nil):
		// A reader that goes by the bytes and one that goes by the type would differ.
		return fmt.Errorf("media type %q does not fit the content", shorten(m.MediaType))
	}
	if len(entries(d.Manifests))+len(entries(d.Layers))+len(entries(d.Blobs)) > maxEntries {
		return fmt.Errorf("more than %d entries", maxEntries)
	}
	if d.Subject != nil {
		subject, err := ParseDigest(d.Subject.Digest)
		if err != nil {
			return fmt.Errorf("subject: %w", err)
		}
		m.Subject = subject
	}
	m.Artifact, m.Empty = d.artifact(), d.empty(m)
	return d.children(m)
}

func entries(list *[]descriptor) []descriptor {
	if list == nil {
		return nil
	}
	return *list
}

func (d *document) children(m *Manifest) error {
	for i, c := range entries(d.Manifests) {
		digest, err := ParseDigest(c.Digest)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
		m.Children = append(m.Children, Child{Digest: digest, Kind: kindOf(c.MediaType), Label: c.label()})
	}
	return nil
}

// label is how people tell an entry from its siblings.
func (c *descriptor) label() string {
	if c.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
		return "attestation of " + shorten(c.Annotations["vnd.docker.reference.digest"])
	}
	if c.Platform == nil || c.Platform.OS == "" {
		return shorten(c.ArtifactType)
	}
	label := c.Platform.OS + "/" + c.Platform.Architecture
	for _, more := range []string{c.Platform.Variant, c.Platform.OSVersion} {
		if more != "" {
			label += "/" + more
		}
	}
	return shorten(label)
}

func (d *document) artifact() string {
	if d.ArtifactType != "" {
		return shorten(d.ArtifactType)
	}
	if d.Config != nil {
		switch types.MediaType(d.Config.MediaType) {
		case types.OCIConfigJSON, types.DockerConfigJSON, types.OCIEmptyJSON:
		default:
			return shorten(d.Config.MediaType)
		}
	}
	return ""
}

// empty reports whether nothing could be pulled; a schema 1 manifest lists its layers
// elsewhere.
func (d *document) empty(m *Manifest) bool {
	if m.Kind == Index {
		return len(entries(d.Manifests)) == 0
	}
	if d.SchemaVersion == 1 {
		return false
	}
	for _, blob := range append(entries(d.Layers), entries(d.Blobs)...) {
		if blob.Digest != emptyBlob && blob.Digest != emptyArchive && blob.Digest != emptyTar {
			return false
		}
	}
	return true
}
