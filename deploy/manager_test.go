package deploy_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// manager does on a machine what systemd does with units: it starts their command lines, in
// their environment and their folder, with the files that they load as credentials, which
// are read anew with every start.
type manager struct {
	machine *machine

	mu      sync.Mutex
	running map[string]*process
}

// systemctl is the program that asks a manager.
const systemctl = `exec curl --silent --show-error --fail-with-body --data-urlencode "words=$*" "$MANAGER"`

// newManager runs one for a machine, which has systemctl among its programs.
func newManager(m *machine) *manager {
	s := &manager{machine: m, running: map[string]*process{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.do(strings.Fields(r.FormValue("words"))); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	m.Cleanup(server.Close)
	m.environment = append(m.environment, "MANAGER="+server.URL)
	return s
}

// do is one call of systemctl.
func (s *manager) do(words []string) error {
	options := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, "--") })
	words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "--") })
	steps := map[string][]func(string) error{
		"daemon-reload": {}, "start": {s.start}, "stop": {s.stop}, "restart": {s.stop, s.start},
		"enable --now": {s.start}, "disable --now": {s.stop}, "clean --what=state": {s.clean},
	}
	call := strings.Join(append(words[:1:1], options...), " ")
	each, known := steps[call]
	if !known {
		return fmt.Errorf("systemctl %s: nothing is known of it here", call)
	}
	for _, unit := range words[1:] {
		for _, step := range each {
			if err := step(unit); err != nil {
				return fmt.Errorf("%s: %w", unit, err)
			}
		}
	}
	return nil
}

// stop is content with what does not run.
func (s *manager) stop(unit string) error {
	p := s.running[unit]
	delete(s.running, unit)
	if p == nil {
		return nil
	}
	return p.end()
}

// process is what was started of a unit and not stopped, nil for none.
func (s *manager) process(unit string) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[unit]
}

func (s *manager) start(name string) error {
	if s.running[name] != nil {
		return nil
	}
	u, err := s.unit(name)
	if err != nil {
		return err
	}
	environment, err := s.environment(name, u)
	if err != nil {
		return err
	}
	folder := s.expand(name, u["WorkingDirectory"][0])
	command := strings.Fields(s.machine.rooted(u["ExecStart"][0]))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	s.running[name], err = s.machine.launch(folder, environment, command...)
	return err
}

// clean removes what a unit keeps, which must not run.
func (s *manager) clean(name string) error {
	u, err := s.unit(name)
	if err != nil {
		return err
	}
	if s.running[name] != nil {
		return errors.New("is running")
	}
	return os.RemoveAll(s.expand(name, "%S/"+u["StateDirectory"][0]))
}

// unit is what is installed under that name, with what is dropped in.
func (s *manager) unit(name string) (unit, error) {
	u, path := unit{}, filepath.Join(s.machine.root, "etc/systemd/system", name)
	if err := u.read(path); err != nil {
		return nil, err
	}
	dropped, err := filepath.Glob(path + ".d/*.conf")
	for _, path := range dropped {
		err = errors.Join(err, u.read(path))
	}
	return u, err
}

func (s *manager) expand(unit, text string) string {
	return strings.NewReplacer("%S", s.machine.root+"/var/lib", "%d", s.credentials(unit)).Replace(text)
}

func (s *manager) credentials(unit string) string {
	return filepath.Join(s.machine.root, "run/credentials", unit)
}

// environment loads the credentials, too.
func (s *manager) environment(name string, u unit) (map[string]string, error) {
	all := map[string]string{}
	for _, line := range u["Environment"] {
		variable, value, _ := strings.Cut(line, "=")
		all[variable] = s.expand(name, value)
	}
	for _, path := range u["EnvironmentFile"] {
		from, err := assignments(s.machine.root+strings.TrimPrefix(path, "-"), false)
		if err != nil && !strings.HasPrefix(path, "-") {
			return nil, err
		}
		maps.Copy(all, from)
	}
	folder := s.credentials(name)
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700)); err != nil {
		return nil, err
	}
	for _, line := range u["LoadCredential"] {
		id, path, _ := strings.Cut(line, ":")
		content, err := os.ReadFile(s.machine.root + path)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, id), content, 0o400); err != nil {
			return nil, err
		}
	}
	return all, nil
}
