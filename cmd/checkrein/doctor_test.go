package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// github starts a simulated GitHub on which acme has the App installed, for its
// repositories shop, where the check is required and bound, web, where anybody's counts,
// and api, where nothing requires it. It sets the environment of serve and writes
// app.pem, admin.token (of somebody who administers web and api) and dev.token (of
// somebody who does not).
func github(ts *testscript.TestScript, _ bool, _ []string) {
	server, err := githubtest.Start()
	ts.Check(err)
	ts.Defer(server.Close)
	app, err := server.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Manifest: checkrein.Manifest})
	ts.Check(err)
	admin, dev := server.User("ann"), server.User("dana")
	for _, name := range []string{"shop", "web", "api"} {
		repo, err := server.CreateRepo("acme", name, githubtest.Txtar([]byte("-- README.md --\nhello\n")))
		ts.Check(err)
		switch name {
		case "shop":
			repo.RequireCheck("checkrein", app)
		case "web":
			repo.ProtectClassic("main", githubtest.ClassicCheck{Context: "checkrein"})
			fallthrough
		default:
			ts.Check(repo.Grant(admin, "admin"))
		}
	}
	server.Install(app, "acme")
	// Only now: nothing is delivered to an address that is not there.
	const secret = "a secret that is long enough"
	app.SetWebhook("https://checkrein.example.com/webhook", secret)
	for file, text := range map[string]string{"app.pem": string(app.PEM()), "admin.token": admin.Token + "\n", "dev.token": dev.Token} {
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
	ts.Setenv("GITHUB_API_URL", server.URL)
	ts.Setenv("GITHUB_APP_ID", "4711")
	ts.Setenv("GITHUB_APP_PRIVATE_KEY_FILE", "app.pem")
	ts.Setenv("GITHUB_WEBHOOK_SECRET", secret)
	ts.Setenv("GITHUB_TOKEN", "")
}

// readtoken puts the administrator's token into the environment.
func readtoken(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Setenv("GITHUB_TOKEN", ts.ReadFile("admin.token"))
}
