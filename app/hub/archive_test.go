package hub

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/tree"
)

// packed is a tar.gz of these headers; a file's content is as many "x" as its size.
func packed(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, h := range headers {
		if h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			io.WriteString(w, strings.Repeat("x", int(h.Size)))
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(name string, size int64) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size}
}

func global(commit string) tar.Header {
	return tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": commit}}
}

// archiving serves the API's redirect and, on another host, the archive.
func archiving(t *testing.T, codeload http.HandlerFunc) *fake {
	t.Helper()
	other := httptest.NewServer(codeload)
	t.Cleanup(other.Close)
	return start(t, says(302, ``, "Location", other.URL+"/acme/shop/legacy.tar.gz/x?token=hush"))
}

// visited collects what Archive tells: "path mode size content-or-error".
func visited(f *fake, t *testing.T) ([]string, error) {
	var got []string
	err := f.client.Archive(t.Context(), shop, shaA, func(name string, mode tree.Mode, size int64, r io.Reader) error {
		data, err := io.ReadAll(r)
		if err != nil && !errors.Is(err, tree.ErrTooLarge) {
			return err
		}
		got = append(got, fmt.Sprintf("%q %d %d %s %v", name, mode, size, data, err))
		return nil
	})
	return got, err
}

func TestArchive(t *testing.T) {
	data := packed(t, global(shaA),
		tar.Header{Typeflag: tar.TypeDir, Name: "acme-shop-aaaaaaa/"},
		file("acme-shop-aaaaaaa/a.yml", 3),
		tar.Header{Typeflag: tar.TypeDir, Name: "acme-shop-aaaaaaa/dir/"},
		file("acme-shop-aaaaaaa/dir/b c.yml", 0),
		tar.Header{Typeflag: tar.TypeSymlink, Name: "acme-shop-aaaaaaa/link", Linkname: "/etc/passwd"},
		file("acme-shop-aaaaaaa/big.sql", tree.MaxFile+1),
		file("acme-shop-aaaaaaa/last\xff.yml", 1))
	var auth, query, referer string
	f := archiving(t, func(w http.ResponseWriter, r *http.Request) {
		auth, query, referer = r.Header.Get("Authorization"), r.URL.RawQuery, r.Header.Get("Referer")
		w.Write(data)
	})
	got, err := visited(f, t)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`"a.yml" 0 3 xxx <nil>`, `"dir/b c.yml" 0 0  <nil>`, `"link" 1 0  <nil>`,
		fmt.Sprintf(`"big.sql" 0 %d  %v`, tree.MaxFile+1, tree.ErrTooLarge), `"last\xff.yml" 0 1 x <nil>`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /repos/acme/shop/tarball/" + shaA}, f.seen()); diff != "" {
		t.Error(diff)
	}
	if auth != "" || query != "token=hush" || referer != "" {
		t.Errorf("the archive's host saw authorization %q, query %q, referer %q", auth, query, referer)
	}
}

func TestArchiveRefuses(t *testing.T) {
	whole := packed(t, global(shaA), file("d/a.yml", 200000), file("d/b.yml", 5))
	serve := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Write(data) }
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
		down   bool
	}{
		{"another commit", serve(packed(t, global(shaB), file("d/a", 1))), "another commit", false},
		{"way out", serve(packed(t, file("d/../../a", 1))), "has an entry", false},
		{"absolute", serve(packed(t, file("d//etc/passwd", 1))), "has an entry", false},
		{"dots", serve(packed(t, file("d/./a", 1))), "has an entry", false},
		{"no folder", serve(packed(t, file("a.yml", 1))), "has an entry", false},
		{"not gzip", serve([]byte("<html>")), "unpacking", true},
		{"cut", serve(whole[:len(whole)/2]), "unexpected EOF", true},
		{"cut before the checksum", serve(whole[:len(whole)-8]), "unexpected EOF", true},
		{"cut by the network", cutShort(200, string(whole[:len(whole)/2])), "unexpected EOF", true},
		{"gone", says(404, "no"), "status 404", true},
		{"down", says(500, "no"), "status 500", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := visited(archiving(t, tt.answer), t)
			_, down := errors.AsType[*UnavailableError](err)
			if err == nil || !strings.Contains(err.Error(), tt.want) || down != tt.down {
				t.Errorf("error %v (unavailable %v)", err, down)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("the error tells the link's token: %v", err)
			}
		})
	}
}

// The archive's host may send elsewhere, but not for ever, and learns no more than its link.
func TestArchiveHops(t *testing.T) {
	data := packed(t, file("d/a", 1))
	for hops, works := range map[int]bool{2: true, 3: false} {
		left, leaked := hops, ""
		f := archiving(t, func(w http.ResponseWriter, r *http.Request) {
			leaked += r.Header.Get("Referer") + r.Header.Get("Authorization")
			if left--; left >= 0 {
				http.Redirect(w, r, "/next", http.StatusFound)
				return
			}
			w.Write(data)
		})
		got, err := visited(f, t)
		if works != (err == nil) || works != (len(got) == 1) || leaked != "" {
			t.Errorf("%d hops: %v, %v, leaked %q", hops, got, err, leaked)
		}
	}
}

func TestArchiveEnds(t *testing.T) {
	data := packed(t, file("d/a", 1), file("d/b", 1))
	f := archiving(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
	stop, count := errors.New("enough"), 0
	err := f.client.Archive(t.Context(), shop, shaA, func(string, tree.Mode, int64, io.Reader) error { count++; return stop })
	if !errors.Is(err, stop) || count != 1 {
		t.Errorf("%v after %d", err, count)
	}
}

func TestArchiveLink(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		is     error
	}{
		{"unknown commit", says(404, `{"message":"Not Found"}`), ErrUnknownCommit},
		{"renamed", says(301, `{}`, "Location", "https://api.github.test/repositories/7/tarball"), ErrMoved},
		{"no redirect", says(200, `{}`), nil},
		{"no location", says(302, ``), nil},
		{"other scheme", says(302, ``, "Location", "file:///etc/passwd"), nil},
		{"limited", says(429, ``), nil},
	}
	for _, tt := range tests {
		f := start(t, tt.answer)
		_, err := visited(f, t)
		if err == nil || (tt.is != nil && !errors.Is(err, tt.is)) || len(f.seen()) != 1 {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// An archive of one file that unpacks to gigabytes is skipped without being held.
func TestArchiveBomb(t *testing.T) {
	endless := func(w io.Writer) {
		zip := gzip.NewWriter(w)
		defer zip.Close()
		archive := tar.NewWriter(zip)
		block := make([]byte, 1<<20)
		archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "d/bomb.yml", Mode: 0o644, Size: 100 << 20})
		for range 100 {
			archive.Write(block)
		}
		archive.Close()
	}
	f := archiving(t, func(w http.ResponseWriter, _ *http.Request) { endless(w) })
	got, err := visited(f, t)
	if err != nil || len(got) != 1 || !strings.Contains(got[0], tree.ErrTooLarge.Error()) {
		t.Errorf("%v, %v", got, err)
	}
}
