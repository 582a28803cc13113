package policy

import (
	"regexp"

	"github.com/checkrein/checkrein/checks"
)

// hostName is a registry: a host, and a port where it has one.
var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// maxApprovals is more than any rule of GitHub can ask for.
const maxApprovals = 10

// file is the whole policy file, key by key. schema.json says the same for editors.
func file() field {
	return mapping(map[string]field{
		"version": version(),
		"comment": word(func(p *Policy) *When { return &p.Comment }, Never, OnProblem, Always),
		"details": word(func(p *Policy) *When { return &p.Details }, Never, OnProblem, Always),
		"checks": mapping(map[string]field{
			"images":    imagesField(),
			"schema":    schemaField(),
			"deletions": deletionsField(),
		}),
		"rules":      ruleSeverities(),
		"exceptions": {read: readExceptions},
		"locked":     {read: readLocked},
	})
}

func imagesField() field {
	return mapping(map[string]field{
		"level":       level(func(p *Policy) *checks.Severity { return &p.Images.Level }),
		"third_party": level(func(p *Policy) *checks.Severity { return &p.Images.ThirdParty }),
		"own":         texts(func(p *Policy) *[]string { return &p.Images.Own }, badGlob),
		"pin":         word(func(p *Policy) *Pin { return &p.Images.Pin }, PinNone, PinTag, PinDigest),
		"registries":  texts(func(p *Policy) *[]string { return &p.Images.Registries }, badHost),
		"paths":       paths(func(p *Policy) *[]string { return &p.Images.Ignore }),
	})
}

func schemaField() field {
	return mapping(map[string]field{
		"level":      level(func(p *Policy) *checks.Severity { return &p.Schema.Level }),
		"dialect":    word(func(p *Policy) *string { return &p.Schema.Dialect }, "postgres", "mysql", "sqlite"),
		"migrations": texts(func(p *Policy) *[]string { return &p.Schema.Migrations }, badPathGlob),
		"deployed":   {read: readDeployed},
		"paths":      paths(func(p *Policy) *[]string { return &p.Schema.Ignore }),
	})
}

func deletionsField() field {
	return mapping(map[string]field{
		"level":        level(func(p *Policy) *checks.Severity { return &p.Deletions.Level }),
		"approvals":    number(func(p *Policy) *int { return &p.Deletions.Approvals }, 0, maxApprovals),
		"environments": texts(func(p *Policy) *[]string { return &p.Deletions.Environments }, badName),
		"paths":        paths(func(p *Policy) *[]string { return &p.Deletions.Ignore }),
	})
}

func level(target func(*Policy) *checks.Severity) field {
	return word(target, checks.Block, checks.Warn, checks.Off)
}

func paths(ignore func(*Policy) *[]string) field {
	return mapping(map[string]field{"ignore": texts(ignore, badPathGlob)})
}

func badHost(host string) string {
	if !hostName.MatchString(host) {
		return "is not a registry: write the host name alone, like ghcr.io"
	}
	return ""
}

func badName(name string) string {
	if name == "" {
		return "is empty"
	}
	return ""
}
