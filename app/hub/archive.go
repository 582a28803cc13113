package hub

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks/tree"
)

const (
	archiveTimeout = 5 * time.Minute
	archiveEntries = 1_000_000
	archiveBytes   = 8 << 30 // unpacked, with what is skipped
	archiveHops    = 3
)

// Visit is called for each file and symlink of an archive. name may be no UTF-8. r is
// valid during the call; of a file larger than tree.MaxFile it answers ErrTooLarge, of a
// symlink nothing. An error ends the archive and is its error.
type Visit func(name string, mode tree.Mode, size int64, r io.Reader) error

// Archive streams the whole tree of a commit: one request and its redirect, nothing on
// disk. Two things are not as in the tree: submodules are missing, and files that the
// repository's .gitattributes excludes (export-ignore) or fills in (export-subst) are
// missing or have other bytes. Errors: ErrUnknownCommit, ErrMoved, *LimitError,
// *UnavailableError (also for a stream that was cut).
func (c *Client) Archive(ctx context.Context, repo Repo, commit string, visit Visit) error {
	doing := fmt.Sprintf("reading the archive of %s@%s", repo, commit)
	if err := check(repo, commit); err != nil {
		return explain(doing, err)
	}
	err := c.stream(ctx, repo, commit, visit)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return explain(doing, err)
}

func (c *Client) stream(ctx context.Context, repo Repo, commit string, visit Visit) error {
	ctx, cancel := context.WithTimeout(ctx, archiveTimeout)
	defer cancel()
	location, err := c.archiveLink(ctx, repo, commit)
	if err != nil {
		return err
	}
	body, err := c.download(ctx, location)
	if err != nil {
		return err
	}
	defer body.Close()
	return unpack(body, commit, visit)
}

// archiveLink asks where the archive is. go-github's own GetArchiveLink follows
// redirects with the token, so the request is made here.
func (c *Client) archiveLink(ctx context.Context, repo Repo, commit string) (*url.URL, error) {
	req, err := c.api.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/tarball/%s", repo.Owner, repo.Name, commit), nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.api.BareDo(ctx, req)
	switch code := status(err); {
	case code == http.StatusNotFound:
		return nil, ErrUnknownCommit
	case code != http.StatusFound && err != nil:
		return nil, err
	case code != http.StatusFound:
		return nil, fmt.Errorf("status %d where a redirect was expected", resp.StatusCode)
	}
	header := resp.Header.Get("Location")
	location, err := req.URL.Parse(header)
	if err != nil || header == "" || location.Host == "" || (location.Scheme != "https" && location.Scheme != c.hub.api.Scheme) {
		return nil, errors.New("the archive's redirect leads nowhere that can be trusted")
	}
	return location, nil
}

// download fetches without any credential of ours: the link carries its own, which is
// therefore kept out of errors.
func (c *Client) download(ctx context.Context, link *url.URL) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
	if err != nil {
		return nil, errors.New("the archive's link cannot be read")
	}
	req.Header.Set("User-Agent", c.hub.agent)
	client := &http.Client{Transport: c.hub.base, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) >= archiveHops || next.URL.Scheme != link.Scheme {
			return errors.New("too many redirects, or one to another scheme")
		}
		// The address before carries a token in its query.
		next.Header.Del("Referer")
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		if bare, ok := errors.AsType[*url.Error](err); ok {
			err = bare.Err
		}
		return nil, &UnavailableError{Err: fmt.Errorf("downloading from %s: %w", link.Host, err)}
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, &UnavailableError{Status: resp.StatusCode, Err: fmt.Errorf("downloading from %s", link.Host)}
	}
	return resp.Body, nil
}

// unpack walks a tar.gz as git archive writes it: a global header that names the
// commit, then everything beneath one folder.
func unpack(packed io.Reader, commit string, visit Visit) error {
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		return &UnavailableError{Status: http.StatusOK, Err: fmt.Errorf("unpacking: %w", err)}
	}
	bounded := &io.LimitedReader{R: unzipped, N: archiveBytes}
	archive := tar.NewReader(bounded)
	for range archiveEntries {
		header, err := archive.Next()
		switch {
		case bounded.N <= 0:
			return errors.New("the archive is larger than 8 GiB")
		case err == io.EOF:
			return drain(unzipped)
		case err != nil:
			return &UnavailableError{Status: http.StatusOK, Err: fmt.Errorf("unpacking: %w", err)}
		}
		if err := entry(header, archive, commit, visit); err != nil {
			return err
		}
	}
	return fmt.Errorf("the archive has more than %d entries", archiveEntries)
}

// drain reads what follows the tar's end, so that gzip's checksum is compared: without
// it, a stream cut just there would pass.
func drain(unzipped io.Reader) error {
	if _, err := io.Copy(io.Discard, io.LimitReader(unzipped, 1<<20)); err != nil {
		return &UnavailableError{Status: http.StatusOK, Err: fmt.Errorf("unpacking: %w", err)}
	}
	return nil
}

// entry hands one header to visit, if it is one that a tree lists.
func entry(h *tar.Header, content io.Reader, commit string, visit Visit) error {
	switch h.Typeflag {
	case tar.TypeXGlobalHeader:
		if of := h.PAXRecords["comment"]; of != "" && of != commit {
			return fmt.Errorf("the archive is of another commit, %s", clip(of))
		}
		return nil
	case tar.TypeReg, tar.TypeSymlink:
	default:
		return nil
	}
	name, err := inside(h.Name)
	if err != nil {
		return err
	}
	switch {
	case h.Typeflag == tar.TypeSymlink:
		return visit(name, tree.Symlink, 0, strings.NewReader(""))
	case h.Size > tree.MaxFile:
		return visit(name, tree.Regular, h.Size, tooLarge{})
	}
	err = visit(name, tree.Regular, h.Size, content)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &UnavailableError{Status: http.StatusOK, Err: fmt.Errorf("unpacking: %w", err)}
	}
	return err
}

// inside strips the archive's folder and refuses names that lead out of it.
func inside(name string) (string, error) {
	_, rest, ok := strings.Cut(name, "/")
	if !ok || rest == "" || path.Clean(rest) != rest || strings.HasPrefix(rest, "/") ||
		rest == ".." || strings.HasPrefix(rest, "../") || strings.ContainsRune(rest, 0) {
		return "", fmt.Errorf("the archive has an entry %q", clip(name))
	}
	return rest, nil
}

// tooLarge is the content of a file that is not read.
type tooLarge struct{}

func (tooLarge) Read([]byte) (int, error) { return 0, tree.ErrTooLarge }
