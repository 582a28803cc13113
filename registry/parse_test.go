package registry

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	one   = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	two   = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
	three = "sha256:3333333333333333333333333333333333333333333333333333333333333333"
)

func TestParse(t *testing.T) {
	const ociIndex, ociImage = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"
	const list, image = "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json"
	child := func(kind, more string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1%s}`, kind, one, more)
	}
	cases := []struct {
		name, content, contentType string
		want                       Manifest // Digest is filled in
	}{
		{"Docker list", `{"schemaVersion":2,"mediaType":"` + list + `","manifests":[` + child(image, `,"platform":{"os":"linux","architecture":"arm","variant":"v7"}`) + `]}`, "",
			Manifest{MediaType: list, Kind: Index, Children: []Child{{one, Image, "linux/arm/v7"}}}},
		{"OCI index", `{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[` + child(ociImage, `,"platform":{"os":"linux","architecture":"amd64"}`) + `]}`, ociIndex,
			Manifest{MediaType: ociIndex, Kind: Index, Children: []Child{{one, Image, "linux/amd64"}}}},
		{"index without mediaType, told by the registry", `{"schemaVersion":2,"manifests":[` + child(ociIndex, "") + `]}`, ociIndex + "; charset=utf-8",
			Manifest{MediaType: ociIndex, Kind: Index, Children: []Child{{one, Index, ""}}}},
		{"index without mediaType, told by nobody", `{"schemaVersion":2,"manifests":[` + child("", "") + `]}`, "application/json",
			Manifest{MediaType: ociIndex, Kind: Index, Children: []Child{{one, Unknown, ""}}}},
		{"attestation", `{"schemaVersion":2,"manifests":[` + child(ociImage, `,"annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"`+two+`"},"platform":{"os":"unknown","architecture":"unknown"}`) + `]}`, ociIndex,
			Manifest{MediaType: ociIndex, Kind: Index, Children: []Child{{one, Image, "attestation of " + two}}}},
		{"artifact index with subject", `{"schemaVersion":2,"mediaType":"` + ociIndex + `","artifactType":"a/b","subject":{"digest":"` + two + `"},"manifests":[` + child(ociImage, `,"artifactType":"c/d"`) + `]}`, ociIndex,
			Manifest{MediaType: ociIndex, Kind: Index, Subject: two, Artifact: "a/b", Children: []Child{{one, Image, "c/d"}}}},
		{"empty index", `{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[]}`, ociIndex,
			Manifest{MediaType: ociIndex, Kind: Index, Empty: true}},
		{"OCI image", `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` + two + `"},"layers":[{"digest":"` + three + `"}]}`, "",
			Manifest{MediaType: ociImage, Kind: Image}},
		{"Helm chart", `{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"` + two + `"},"layers":[{"digest":"` + three + `"}]}`, ociImage,
			Manifest{MediaType: ociImage, Kind: Image, Artifact: "application/vnd.cncf.helm.config.v1+json"}},
		{"referrer", `{"schemaVersion":2,"artifactType":"sbom/x","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"` + emptyBlob + `"},"layers":[{"digest":"` + three + `"}],"subject":{"digest":"` + one + `"}}`, ociImage,
			Manifest{MediaType: ociImage, Kind: Image, Subject: one, Artifact: "sbom/x"}},
		{"dummy without layers", `{"schemaVersion":2,"mediaType":"` + image + `","config":{"digest":"` + two + `"},"layers":[]}`, image,
			Manifest{MediaType: image, Kind: Image, Empty: true}},
		{"dummy with an empty layer", `{"schemaVersion":2,"mediaType":"` + image + `","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"` + two + `"},"layers":[{"digest":"` + emptyBlob + `"}]}`, image,
			Manifest{MediaType: image, Kind: Image, Empty: true}},
		{"artifact manifest", `{"mediaType":"` + artifactManifest + `","artifactType":"x/y","blobs":[{"digest":"` + one + `"}],"subject":{"digest":"` + two + `"}}`, artifactManifest,
			Manifest{MediaType: artifactManifest, Kind: Image, Subject: two, Artifact: "x/y"}},
		{"schema 1", `{"schemaVersion":1,"name":"a","fsLayers":[{"blobSum":"` + one + `"}]}`, "application/vnd.docker.distribution.manifest.v1+prettyjws",
			Manifest{MediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws", Kind: Image}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.want.Digest = DigestOf([]byte(c.content))
			got, err := Parse([]byte(c.content), c.want.Digest, c.contentType)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	big := `{"manifests":[` + strings.Repeat(" ", MaxManifest) + `]}`
	cases := []struct{ name, content, contentType, want string }{
		{"other bytes", "", "", "has the digest"},
		{"no JSON", "<html>", "", "no JSON"},
		{"too large", big, "", "more than"},
		{"unknown type", `{"mediaType":"application/x-new","children":["` + one + `"]}`, "", `"application/x-new" is not known`},
		{"no type at all", `{}`, "", "is not known"},
		{"image that lists manifests", `{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[],"manifests":[]}`, "", "does not fit"},
		{"index with layers", `{"mediaType":"application/vnd.oci.image.index.v1+json","layers":[],"manifests":[]}`, "", "does not fit"},
		{"index without manifests", `{"mediaType":"application/vnd.oci.image.index.v1+json"}`, "", "does not fit"},
		{"child without digest", `{"manifests":[{"digest":"sha256:1"}]}`, "", "entry 1"},
		{"subject without digest", `{"manifests":[],"subject":{}}`, "", "subject"},
		{"deep", strings.Repeat(`{"a":`, 100_000), "", "no JSON"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			digest := DigestOf([]byte(c.content))
			if c.name == "other bytes" {
				digest = one
			}
			start := time.Now()
			_, err := Parse([]byte(c.content), digest, c.contentType)
			if !errors.Is(err, ErrUnread) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"digest":"`+one+`","platform":{"os":"linux","architecture":"arm64"}}],"subject":{"digest":"`+two+`"}}`), "application/vnd.oci.image.index.v1+json")
	f.Add([]byte(`{"schemaVersion":2,"config":{"digest":"`+one+`"},"layers":[{"digest":"`+two+`"}]}`), "")
	f.Add([]byte(`{"schemaVersion":1}`), "application/vnd.docker.distribution.manifest.v1+json")
	f.Fuzz(func(t *testing.T, content []byte, contentType string) {
		m, err := Parse(content, DigestOf(content), contentType)
		if err != nil {
			if !errors.Is(err, ErrUnread) {
				t.Fatalf("error %v does not say that nothing was read", err)
			}
			return
		}
		if m.Kind == Image && len(m.Children) > 0 || m.Kind == Unknown {
			t.Fatalf("read as %+v", m)
		}
		// Every digest in an index is one of its children: none is overlooked.
		for _, c := range m.Children {
			if _, err := ParseDigest(string(c.Digest)); err != nil {
				t.Fatal(err)
			}
		}
		g := NewGraph()
		g.Root(m.Digest, Root{Tagged, "t"})
		g.Add(m)
		for _, c := range m.Children {
			if _, ok := g.Explain(c.Digest); !ok && c.Digest != m.Digest {
				t.Fatalf("child %s is not kept", c.Digest)
			}
		}
	})
}
