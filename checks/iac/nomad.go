package iac

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/checkrein/checkrein/checks"
)

// Nomad reads job specifications in HCL.
func Nomad() Reader {
	return Reader{
		Name:  "nomad",
		Where: "`*.nomad`, `*.nomad.hcl` with a job",
		What:  "`image` in the `config` of tasks; variables with defaults, locals",
		Path:  func(p string) bool { return strings.HasSuffix(p, ".nomad") || strings.HasSuffix(p, ".nomad.hcl") },
		Read:  readNomad,
	}
}

func readNomad(_ string, data []byte) *File {
	if !bytes.Contains(data, []byte("job")) {
		return nil
	}
	file := &File{Format: "nomad"}
	m := newTFModule(data, file)
	body, unread := parseHCL(m.lineText, 0, len(data), nil)
	if unread != nil {
		file.Unread = append(file.Unread, *unread)
	}
	if body != nil {
		m.own = m.nomadNames(body)
		m.nomadJobs(body, "")
	}
	return file
}

// nomadNames are the defaults of a job's variables, and its local values: nothing else in
// the repository gives them.
func (m *tfModule) nomadNames(body *hclsyntax.Body) map[string]Expr {
	for _, block := range body.Blocks {
		switch {
		case block.Type == "locals":
			for name, attribute := range block.Body.Attributes {
				m.locals[name] = attribute.Expr
			}
		case block.Type == "variable" && len(block.Labels) == 1:
			m.variable(block.Labels[0], m.block(block.Body, nil))
		}
	}
	own := map[string]Expr{}
	for name, args := range m.gives {
		if len(args) > 0 {
			own[name] = oneOf(args)
		}
	}
	m.own, m.gives = own, map[string][]Expr{}
	for _, name := range slices.Sorted(maps.Keys(m.locals)) {
		v, _ := m.local(name)
		m.give("local."+name, v)
	}
	for name, args := range m.gives {
		own[name] = oneOf(args)
	}
	return own
}

// nomadJobs finds the images of the tasks of every job.
func (m *tfModule) nomadJobs(body *hclsyntax.Body, address string) {
	for _, block := range body.Blocks {
		if block.Type != "job" {
			continue
		}
		job := "job." + strings.Join(block.Labels, ".")
		if address != "" {
			job = address + "." + job
		}
		v := m.block(block.Body, nil)
		f := tfFinder{tfModule: m, kind: "job", resource: v, field: tfField{image: "**.task.config.image"}}
		f.find(v, strings.Split(f.field.image, "."), tfTrail{job, strings.SplitN(job, ".", 2)})
	}
}

// nomadJob is a job in a text. It is read where it stands, so that what Terraform fills
// in means what it means around it.
func (m *tfModule) nomadJob(address string, v hclValue) {
	spec := v.field("jobspec")
	if spec.kind != hclText {
		return
	}
	from, to := spec.from, spec.to
	if text := m.data[from:to]; bytes.HasPrefix(text, []byte("<<")) {
		first, last := bytes.IndexByte(text, '\n'), bytes.LastIndexByte(bytes.TrimRight(text, " \t\r\n"), '\n')
		if first < 0 || last < first {
			return
		}
		from, to = from+first+1, from+last+1
	}
	body, unread := parseHCL(m.lineText, from, to, nil)
	if unread != nil { // it is a job only once Terraform has filled it in
		unread.Kind, unread.Reason = checks.Unsupported, "a job that is no HCL as it is written: "+unread.Reason
		m.file.Unread = append(m.file.Unread, *unread)
	}
	if body != nil {
		m.nomadJobs(body, address)
	}
}
