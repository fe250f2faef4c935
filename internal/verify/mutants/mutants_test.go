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

func TestKillersReadBack(t *testing.T) {
	k := killer{"./store/memory", "TestStore/Save/a_b"}
	assert.Equal(t, k, parseCell(k.cell()))
	assert.Equal(t, "^TestStore$/^Save$/^a_b$", k.only())
	assert.Zero(t, parseCell(""))
}
