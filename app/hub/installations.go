package hub

import (
	"context"
	"fmt"
	"net/http"
)

const (
	installationPages = 100  // 10,000 installations
	repositoryPages   = 1000 // 100,000 repositories
)

// App is the app as GitHub knows it.
type App struct {
	ID          int64
	Slug        string
	Name        string
	Owner       string
	URL         string            // its page
	Permissions map[string]string // asked for: "checks": "write"
	Events      []string
}

// account is who owns something; an enterprise has a slug and no login.
type account struct{ Login, Slug string }

func (a *account) name() string {
	switch {
	case a == nil:
		return ""
	case a.Login != "":
		return a.Login
	}
	return a.Slug
}

// App asks GitHub who the app is. An answer about another app is an error.
func (h *Hub) App(ctx context.Context) (App, error) {
	var answer struct {
		ID          int64
		Slug, Name  string
		Owner       *account
		URL         string `json:"html_url"`
		Permissions map[string]string
		Events      []string
	}
	_, err := get(ctx, h.self.api, "app", &answer)
	if code := status(err); code == http.StatusUnauthorized || code == http.StatusNotFound {
		return App{}, fmt.Errorf("asking GitHub about app %d: %w", h.appID, ErrBadKey)
	}
	if err != nil {
		return App{}, explain("asking GitHub about the app", err)
	}
	if answer.ID != h.appID {
		return App{}, fmt.Errorf("asking GitHub about app %d: the answer is about app %d", h.appID, answer.ID)
	}
	return App{ID: answer.ID, Slug: answer.Slug, Name: answer.Name, Owner: answer.Owner.name(), URL: answer.URL,
		Permissions: answer.Permissions, Events: answer.Events}, nil
}

// Installations lists where the app is installed, suspended ones too. The owner is
// empty where GitHub names none. Errors: *LimitError, *UnavailableError.
func (h *Hub) Installations(ctx context.Context) ([]Installation, error) {
	type row struct {
		ID          int64
		Account     *account
		SuspendedAt *string `json:"suspended_at"`
		Permissions map[string]string
		Events      []string
	}
	all, seen := []Installation{}, map[int64]bool{}
	err := pages(ctx, h.self.api, "app/installations", installationPages, func(page []row) error {
		if page == nil {
			return lacking("the installations")
		}
		for _, r := range page {
			if r.ID <= 0 {
				return lacking("an installation's id")
			}
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, Installation{ID: r.ID, Owner: r.Account.name(), Suspended: r.SuspendedAt != nil,
					Permissions: r.Permissions, Events: r.Events})
			}
		}
		return nil
	})
	if err != nil {
		return nil, explain("listing the app's installations", err)
	}
	return all, nil
}

// Repositories lists what the installation may see. The name of the default branch is
// the one that is set, even while the repository is empty. Rows that moved between two
// pages are noticed by their number. Errors: ErrNoInstallation, *LimitError, *UnavailableError.
func (c *Client) Repositories(ctx context.Context) ([]Repository, error) {
	type list struct {
		TotalCount   *int `json:"total_count"`
		Repositories []struct {
			ID       int64
			Name     string
			Owner    *account
			Archived bool
			Default  string `json:"default_branch"`
		}
	}
	all, seen, total := []Repository{}, map[int64]bool{}, 0
	err := pages(ctx, c.api, "installation/repositories", repositoryPages, func(page list) error {
		if page.Repositories == nil || page.TotalCount == nil {
			return lacking("the repositories")
		}
		total = *page.TotalCount
		for _, r := range page.Repositories {
			repo := Repo{ID: r.ID, Owner: r.Owner.name(), Name: r.Name}
			if r.ID <= 0 || check(repo) != nil {
				return lacking("a repository's id and name")
			}
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, Repository{Repo: repo, Archived: r.Archived, Default: r.Default})
			}
		}
		return nil
	})
	if err == nil && len(all) != total {
		err = lacking(fmt.Sprintf("%d of %d repositories", total-len(all), total))
	}
	if err != nil {
		return nil, explain(fmt.Sprintf("listing the repositories of installation %d", c.installation), err)
	}
	return all, nil
}
