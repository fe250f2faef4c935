package serviceflow_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/koogallery/serviceflow"

// floors says which of the library's own packages each may import, directly or
// not. A package that is missing here fails the test, so the floors are decided
// and never drift. core is what the rules stand on.
var core = []string{"internal/fault", "appeal", "supervision/template", "internal/machine"}

var floors = map[string][]string{
	"":                     {},
	"internal/fault":       {},
	"appeal":               {"internal/fault"},
	"supervision/template": {"internal/fault"},
	"internal/machine":     {},
	"supervision":          core,
	"supervision/audit":    append(core, "supervision"),
	"supervision/schema":   append(core, "supervision"),
	"supervision/words":    append(core, "supervision", "supervision/audit"),
	"supervision/service":  append(core, "supervision", "supervision/audit"),
	"store/memory":         append(core, "supervision", "supervision/audit", "supervision/service"),
	"store/sqlstore":       append(core, "supervision", "supervision/audit", "supervision/service"),
	"store/storetest":      append(core, "supervision", "supervision/audit", "supervision/service"),
	"supervision/supervisiontest": append(core, "supervision", "supervision/audit", "supervision/service",
		"store/memory"),
}

func TestImportsPointDown(t *testing.T) {
	for name, deps := range packages(t) {
		if strings.HasPrefix(name, "examples/") {
			continue // hosts may import everything
		}
		allowed, known := floors[name]
		require.True(t, known, "package %q has no floor", name)
		for _, dep := range deps {
			if own, ok := strings.CutPrefix(dep, module); ok {
				assert.Contains(t, allowed, strings.TrimPrefix(own, "/"), "package %q", name)
			}
		}
	}
}

// The rules have no clock, no context and no log: an instant is an argument.
func TestTheCoreIsPure(t *testing.T) {
	for _, name := range []string{"appeal", "supervision/template", "supervision", "supervision/audit",
		"supervision/words"} {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports " "}}`, "./"+name).Output()
		require.NoError(t, err)
		for _, impure := range []string{"context", "log", "log/slog", "os", "net/http",
			"github.com/benbjohnson/clock"} {
			assert.NotContains(t, strings.Fields(string(out)), impure, "package %q", name)
		}
	}
}

func TestOnlyStoretestLinksTesting(t *testing.T) {
	for name, deps := range packages(t) {
		if name == "store/storetest" {
			continue
		}
		for _, dep := range deps {
			assert.False(t, dep == "testing" || strings.HasPrefix(dep, "github.com/stretchr/"), "%q links %s", name,
				dep)
		}
	}
}

func TestModuleRequiresThreeDependencies(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json", "go.mod").Output()
	require.NoError(t, err)
	var mod struct {
		Go      string
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	slices.Sort(direct)
	assert.Equal(t, []string{"github.com/benbjohnson/clock", "github.com/looplab/fsm", "github.com/stretchr/testify"},
		direct)
	assert.Equal(t, "1.25.0", mod.Go, "existing services have to be able to import it")
}

// packages returns the module's packages without their tests, each with
// everything it links.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...").Output()
	require.NoError(t, err)
	list := make(map[string][]string)
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		list[strings.TrimPrefix(strings.TrimPrefix(words[0], module), "/")] = words[1:]
	}
	return list
}
