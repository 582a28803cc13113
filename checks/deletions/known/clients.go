package known

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// client reads the requests that a command makes.
type client func(*invocation) []request

// clients is what reads the requests of a program; nil: it makes none.
func clients(program string) client {
	switch program {
	case "gh":
		return ghAPI("api.github.com")
	case "glab":
		return ghAPI("gitlab.com")
	case "curl", "curlie":
		return curl
	case "wget":
		return wget
	case "http", "https", "xh", "xhs":
		return httpie
	case "az":
		return azRest
	case "invoke-restmethod", "invoke-webrequest", "irm", "iwr":
		return restMethod
	}
	return nil
}

// method is the value of the last of the flags, or else what is meant without one.
func method(in *invocation, otherwise string, names ...string) string {
	for _, name := range names {
		if f, there := last(in.get(name)); there && f.Text != "" {
			return strings.ToUpper(f.Text)
		}
	}
	return otherwise
}

// body is what the flags send, one after the other.
func body(in *invocation, names ...string) shell.Word {
	var text strings.Builder
	var from []string
	for _, name := range names {
		for _, f := range in.get(name) {
			if text.Len()+len(f.Text) > mostText {
				break
			}
			text.WriteString(f.Text + "\n")
			from = append(from, f.From...)
		}
	}
	return shell.Word{Text: text.String(), From: from}
}

func ghAPI(host string) client {
	return func(in *invocation) []request {
		if len(in.args) < 1 || in.args[0].Text != "api" {
			return nil
		}
		sent := body(in, "-f", "--raw-field", "-F", "--field", "--input")
		otherwise := "GET"
		if sent.Text != "" {
			otherwise = "POST"
		}
		if in.stdin != nil && (sent.Text == "-\n" || sent.Text == "query=@-\n") {
			sent = *in.stdin
		}
		url := unknown(in)
		if len(in.args) > 1 {
			url = in.args[1].Word
		}
		r := requestTo(method(in, otherwise, "-X", "--method"), url, host)
		r.body = sent
		return []request{r}
	}
}

// unknown is the address that xargs adds.
func unknown(in *invocation) shell.Word {
	if in.fed {
		return shell.Word{Text: shell.Gap, From: []string{"xargs"}}
	}
	return shell.Word{}
}

func curl(in *invocation) []request {
	sent := body(in, "-d", "--data", "--data-raw", "--data-binary", "--json", "--data-ascii")
	otherwise := "GET"
	if sent.Text != "" {
		otherwise = "POST"
	}
	return addressed(in, method(in, otherwise, "-X", "--request"), sent, "--url")
}

func wget(in *invocation) []request {
	sent := body(in, "--body-data", "--post-data")
	otherwise := "GET"
	if len(in.get("--post-data")) > 0 {
		otherwise = "POST"
	}
	return addressed(in, method(in, otherwise, "--method"), sent)
}

func azRest(in *invocation) []request {
	if len(in.args) == 0 || in.args[0].Text != "rest" {
		return nil
	}
	in.args = in.args[1:]
	return addressed(in, method(in, "GET", "--method", "-m"), body(in, "--body", "-b"), "--url", "--uri", "-u")
}

func restMethod(in *invocation) []request {
	return addressed(in, method(in, "GET", "--method"), body(in, "--body"), "--uri")
}

func httpie(in *invocation) []request {
	if len(in.args) < 2 {
		return nil
	}
	return []request{requestTo(in.args[0].Text, in.args[1].Word, "")}
}

// addressed are requests to all arguments and all values of flags that are addresses.
func addressed(in *invocation, method string, sent shell.Word, flags ...string) []request {
	var urls []shell.Word
	for _, name := range flags {
		for _, f := range in.get(name) {
			urls = append(urls, f.Word)
		}
	}
	for _, a := range in.args {
		if !a.loose || strings.ContainsAny(a.Text, "/"+shell.Gap) && !secret(a.From) || strings.Contains(a.Text, "://") {
			urls = append(urls, a.Word)
		}
	}
	if len(urls) == 0 && in.fed {
		urls = append(urls, unknown(in))
	}
	var all []request
	for _, url := range urls[:min(len(urls), 64)] {
		r := requestTo(method, url, "")
		r.body = sent
		all = append(all, r)
	}
	return all
}
