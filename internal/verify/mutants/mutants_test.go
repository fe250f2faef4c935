package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryMutantApplies(t *testing.T) {
	root, err := repository(t.Context())
	require.NoError(t, err)
	list := all()
	assert.GreaterOrEqual(t, len(list), 25)
	seen := make(map[string]bool)
	for _, p := range list {
		assert.False(t, seen[p.what], "described twice: %s", p.what)
		seen[p.what] = true
		assert.NotContains(t, p.what, "|", "which would break the table")
		assert.NotEqual(t, p.old, p.new, p.what)
		text, err := p.apply(root)
		if assert.NoError(t, err) && strings.HasSuffix(p.file, ".go") {
			_, err = parser.ParseFile(token.NewFileSet(), p.file, text, 0)
			assert.NoError(t, err, p.what)
		}
	}
}

func TestTheTableListsExactlyTheseMutants(t *testing.T) {
	root, err := repository(t.Context())
	require.NoError(t, err)
	text, killers, err := readTable(root)
	require.NoError(t, err)
	list := all()
	assert.Equal(t, strings.Split(table(list, killers), "\n"), strings.Split(text, "\n"),
		"go run ./internal/verify/mutants -update")
	for _, p := range list {
		if parseCell(killers[p.what]).test == "" {
			t.Errorf("nothing is known to kill: %s", p.what)
		}
	}
}

func TestReports(t *testing.T) {
	for name, c := range map[string]struct{ report, test, problem string }{
		"a subtest": {`{"Action":"run","Test":"TestA"}
{"Action":"fail","Test":"TestA/b"}
{"Action":"fail","Test":"TestA"}
{"Action":"fail"}`, "TestA/b", ""},
		"a hang": {`{"Action":"run","Test":"TestA"}
{"Action":"pass","Test":"TestA"}
{"Action":"run","Test":"TestB"}
{"Action":"fail"}`, "TestB", ""},
		"no build": {`{"Action":"build-output","Output":"undefined: x"}
{"Action":"build-fail"}
{"Action":"fail"}`, "", "does not compile"},
		"no test":   {`{"Action":"output","Output":"panic"}` + "\n" + `{"Action":"fail"}`, "", "none of its tests"},
		"no report": {"", "", "without a report"},
	} {
		t.Run(name, func(t *testing.T) {
			test, err := firstFailure(strings.NewReader(c.report))
			assert.Equal(t, c.test, test)
			if c.problem != "" {
				assert.ErrorContains(t, err, c.problem)
			}
		})
	}
}

func TestKillersReadBack(t *testing.T) {
	k := killer{"./store/memory", "TestStore/Save/a_b"}
	assert.Equal(t, k, parseCell(k.cell()))
	assert.Equal(t, "^TestStore$/^Save$/^a_b$", k.only())
	assert.Zero(t, parseCell(""))
}
