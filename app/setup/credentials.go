package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
)

// App is what was registered and where.
type App struct {
	hub.Registered
	GitHub GitHub
}

var slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)

var pathShape = regexp.MustCompile(`^(/[A-Za-z0-9_-]+){1,4}$`)

// Page is the App's page at GitHub: the one that GitHub names, if it is there.
func (a App) Page() string {
	if path, ok := strings.CutPrefix(a.HTMLURL, a.GitHub.Web); ok && pathShape.MatchString(path) {
		return a.HTMLURL
	}
	return a.GitHub.Web + a.GitHub.Apps + a.Slug
}

// InstallURL is where the App is installed.
func (a App) InstallURL() string { return a.Page() + "/installations/new" }

// Environment is what `checkrein serve` needs to be this App, as lines that a shell,
// systemd's EnvironmentFile and Compose's env_file read alike: single quotes keep line
// breaks and expand nothing. It is an error when a value holds what would end them.
func (a App) Environment() (string, error) {
	if !slugShape.MatchString(a.Slug) {
		return "", errors.New("GitHub's answer has no slug of an App")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The GitHub App %s. Whoever has this file is the App: keep it secret.\n", a.Page())
	for _, v := range [][2]string{
		{"GITHUB_APP_ID", strconv.FormatInt(a.ID, 10)},
		{"GITHUB_APP_PRIVATE_KEY", strings.ReplaceAll(strings.TrimSpace(a.PEM), "\r\n", "\n")},
		{"GITHUB_WEBHOOK_SECRET", a.WebhookSecret},
		{"GITHUB_API_URL", a.GitHub.API},
	} {
		if strings.ContainsAny(v[1], "'\x00\r\\") || strings.Contains(v[1], "\n") && v[0] != "GITHUB_APP_PRIVATE_KEY" {
			return "", fmt.Errorf("GitHub's answer holds a character that cannot stand in %s", v[0])
		}
		fmt.Fprintf(&b, "%s='%s'\n", v[0], v[1])
	}
	return b.String(), nil
}

// File is where credentials are written, readable by its owner only.
type File struct {
	Path  string
	Force bool // put it in the place of what is there
}

// Check tells beforehand what would keep Write from writing: once GitHub has told the
// credentials it is too late.
func (f File) Check() error {
	_, err := os.Lstat(f.Path)
	switch {
	case err == nil && !f.Force:
		return fmt.Errorf("%s is there already, and may hold an App's only key: name another file with --out, or overwrite it with --force", f.Path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look at %s: %w", f.Path, err)
	}
	probe, err := os.CreateTemp(filepath.Dir(f.Path), ".checkrein-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.Path, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Write writes text so that the file is there whole or not at all.
func (f File) Write(text string) error {
	if !f.Force {
		file, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("write the credentials: %w", err)
		}
		return fill(file, text)
	}
	// A new file in the place of the old: its mode, and where it pointed to, do not count.
	file, err := os.CreateTemp(filepath.Dir(f.Path), ".checkrein-*")
	if err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	if err := fill(file, text); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), f.Path); err != nil {
		return fmt.Errorf("write the credentials: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// fill takes away a file that could not be written whole.
func fill(file *os.File, text string) error {
	_, err := file.WriteString(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the credentials: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}
