package deploy_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

var scratch string // of all tests together

func TestMain(m *testing.M) {
	// Below a hook, or git rebase --exec, they would lead every git that a test starts to the
	// repository of whoever runs the tests.
	for _, name := range []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"} {
		os.Unsetenv(name)
	}
	var err error
	if scratch, err = os.MkdirTemp("", "checkrein-deploy-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// buildProduct builds the product once, as anyone would.
var buildProduct = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(scratch, "checkrein")
	cmd := exec.Command("go", "build", "-o", binary, "github.com/checkrein/checkrein/cmd/checkrein")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product: %w\n%s", err, out)
	}
	return binary, nil
})

func product(t *testing.T) string {
	t.Helper()
	binary, err := buildProduct()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// operator has what somebody needs who is about to start Checkrein.
type operator struct {
	*testing.T
	github *githubtest.Server
	app    *githubtest.App
	folder string // of secrets
}

const webhookSecret = "a secret of the webhook"

func newOperator(t *testing.T, options ...githubtest.Option) *operator {
	t.Helper()
	server, err := githubtest.Start(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	o := &operator{T: t, github: server, folder: t.TempDir()}
	o.app, err = server.AddApp(githubtest.AppConfig{ID: 1234, Slug: "checkrein", Name: "Checkrein", Manifest: checkrein.Manifest, WebhookSecret: webhookSecret})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// file writes a file of the operator and answers its path.
func (o *operator) file(name string, content []byte) string {
	o.Helper()
	path := filepath.Join(o.folder, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		o.Fatal(err)
	}
	return path
}

// certificate makes a certificate for this machine and its key, in PEM.
func (o *operator) certificate() (chain, key []byte) {
	o.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "guard"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		o.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		o.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}

// listen has everything listen where it is free.
func (o *operator) listen(environment map[string]string, verb string) {
	o.Helper()
	environment["CHECKREIN_ADMIN_LISTEN"] = o.freeAddress()
	name := map[string]string{"serve": "CHECKREIN_LISTEN", "guard": "CHECKREIN_GUARD_LISTEN"}[verb]
	environment[name] = o.freeAddress()
}

// settle does that, and fills in what an operator does.
func (o *operator) settle(environment map[string]string, verb string) {
	o.Helper()
	o.listen(environment, verb)
	if verb == "serve" {
		environment["GITHUB_APP_ID"] = strconv.FormatInt(o.app.ID, 10)
		environment["GITHUB_API_URL"] = o.github.URL
		return
	}
	environment["CHECKREIN_GUARD_API_URL"] = o.github.URL
	environment["CHECKREIN_GUARD_REGISTRY_URL"] = o.github.RegistryURL
}

// given counts the ports that were given away. They lie below those that the system gives to
// connections: between the test's look and the process's listening nobody else takes one.
var given atomic.Int32

// freeAddress is one that nobody listens at.
func (o *operator) freeAddress() string {
	o.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 15000+(os.Getpid()*50+int(given.Add(1)))%17000))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().String()
	}
	o.Fatal("every port is taken")
	return ""
}

// process is a command that was started, with nothing but the environment it was given.
type process struct {
	*operator
	cmd   *exec.Cmd
	log   said
	ended chan struct{}
	err   error
}

// said is what a process says while it runs.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (o *operator) start(folder string, environment map[string]string, command ...string) *process {
	o.Helper()
	p, err := o.launch(folder, environment, command...)
	if err != nil {
		o.Fatal(err)
	}
	return p
}

// launch is start for whoever may not end the test.
func (o *operator) launch(folder string, environment map[string]string, command ...string) (*process, error) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{operator: o, cmd: exec.CommandContext(ctx, command[0], command[1:]...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stderr, p.cmd.Env = folder, &p.log, []string{}
	for name, value := range environment {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	o.Cleanup(func() {
		cancel()
		<-p.ended
	})
	return p, nil
}

// ready waits until /readyz says so.
func (p *process) ready(address string) {
	p.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-p.ended:
			p.Fatalf("%v ended: %v\n%s", p.cmd.Args, p.err, p.log.String())
		default:
		}
		if status, _ := p.get("http://" + address + "/readyz"); status == http.StatusOK {
			return
		}
	}
	p.Fatalf("%v was not ready within 30 s", p.cmd.Args)
}

// says waits until its log has what the expression finds, and answers that.
func (p *process) says(expression string) string {
	p.Helper()
	wanted := regexp.MustCompile(expression)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if found := wanted.FindString(p.log.String()); found != "" {
			return found
		}
	}
	p.Fatalf("%v does not say %s:\n%s", p.cmd.Args, expression, p.log.String())
	return ""
}

// get asks whoever it is, certificate or not.
func (o *operator) get(url string) (status int, body string) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(data)
}

// stop ends the process as systemd and container engines do; it must end well.
func (p *process) stop() {
	p.Helper()
	if err := p.end(); err != nil {
		p.Error(err)
	}
}

// end is stop for whoever may not end the test.
func (p *process) end() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %v: %w", p.cmd.Args, err)
	}
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		return fmt.Errorf("%v does not stop", p.cmd.Args)
	}
	if p.err != nil {
		return fmt.Errorf("%v: %w\n%s", p.cmd.Args, p.err, p.log.String())
	}
	return nil
}
