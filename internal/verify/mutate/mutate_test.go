package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/types"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var loaded = sync.OnceValues(func() (*module, error) { return load(context.Background()) })

// parse makes a package of one file that imports nothing.
func parse(t *testing.T, text string) *parsed {
	m, err := loaded()
	require.NoError(t, err)
	tree, err := parser.ParseFile(m.fset, "p/p.go", text, parser.SkipObjectResolution)
	require.NoError(t, err)
	return &parsed{m: m, path: "p", name: "p", texts: map[string]string{"p/p.go": text},
		trees: map[string]*ast.File{"p/p.go": tree}}
}

func found(t *testing.T, text string) (*parsed, []change) {
	p := parse(t, text)
	changes, err := p.find([]string{"p/p.go"})
	require.NoError(t, err)
	changes, err = p.compiling(changes)
	require.NoError(t, err)
	return p, changes
}

func TestEachKindOfChange(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"a condition": {"if b { n++ }; return n", []string{"b => false && (b)", "b => true || (b)", "n++ => nothing",
			"n => (n) + 1"}},
		"a boundary": {"return n + len(s[n:]) - btoi(n < 7)", []string{
			"n + len(s[n:]) - btoi(n < 7) => n + len(s[n:]) + btoi(n < 7)",
			"n + len(s[n:]) - btoi(n < 7) => (n + len(s[n:]) - btoi(n < 7)) + 1",
			"n + len(s[n:]) => n - len(s[n:])", "n < 7 => n <= 7", "7 => 8"}},
		"a logical operator": {"b = b && n == 0; return 1", []string{"b = b && n == 0 => nothing",
			"b && n == 0 => b || n == 0", "n == 0 => n != 0", "0 => 1", "1 => 2"}},
		"a loop": {"for range s { n++ }; return n", []string{"n++ => nothing", "} => ; break }", "n => (n) + 1"}},
		"a case": {"switch n { case 1, 2: n = 0 }; return n", []string{"case 1, 2 => case 2", "case 1, 2 => case 1",
			"2 => 3", "n = 0 => nothing", "0 => 1", "n => (n) + 1"}},
		"a copy": {"return max(n, btoi(b))", []string{"max(n, btoi(b)) => (max(n, btoi(b))) + 1", "max(n, btoi(b)) => n",
			"max(n, btoi(b)) => btoi(b)"}},
		"fields and elements": {"return len([]pair{{a: n, b: 1}})", []string{
			"len([]pair{{a: n, b: 1}}) => (len([]pair{{a: n, b: 1}})) + 1", "{a: n, b: 1} => nothing",
			"a: n, => nothing", "b: 1 => nothing", "1 => 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, changes := found(t, `package p
type pair struct{ a, b int }
func btoi(bool) int
func f(b bool, n int, s string) int { `+c.body+` }
`)
			var names []string
			for _, c := range changes {
				names = append(names, strings.TrimPrefix(c.String(), "p/p.go f: "))
			}
			assert.ElementsMatch(t, c.want, names)
		})
	}
}

// Of a suite of checks the examples stay as they are.
func TestExamplesOfASuiteStay(t *testing.T) {
	suites["p"] = true
	defer delete(suites, "p")
	_, changes := found(t, "package p\nfunc check(int, ...int)\nvar cases = []func(){func() { check(1+1, 2) }}\n")
	require.Len(t, changes, 1)
	assert.Equal(t, "p/p.go cases: check(1+1, 2) => nothing", changes[0].String())
}

func TestEqualChangesOfAFunctionAreNumbered(t *testing.T) {
	_, changes := found(t, "package p\nfunc f(n int) { n++; n++ }\n")
	require.Len(t, changes, 2)
	assert.Equal(t, "p/p.go f: n++ => nothing", changes[0].String())
	assert.Equal(t, "p/p.go f: n++ => nothing (2)", changes[1].String())
}

// The instrumented file compiles, and differs from the file by a copy for each
// change.
func TestInstrument(t *testing.T) {
	p, changes := found(t, `package p

type t[E any] []E

const three = 3

var list = []int{three, 4}

func (t[E]) unnamed(_ int, more ...string) (n int, err error) { n = len(more); return n, nil }

func generic[E any](e E, _, n int) (E, int) { return e, n }

func none[A any, B any](b B) (a A, n int) { return a, 1 }

func nothing() { generic(0, 0, 0) }
`)
	in := p.instrument(changes)
	files := in.files
	assert.Len(t, in.entered, len(changes)-1, "all but the constant")
	files["p/chosen.go"] = chooser("p")
	var trees []*ast.File
	for name, text := range files {
		tree, err := parser.ParseFile(p.m.fset, name, text, 0)
		require.NoError(t, err, text)
		trees = append(trees, tree)
	}
	config := types.Config{Importer: p.m.imports}
	_, err := config.Check("p", p.m.fset, trees, nil)
	assert.NoError(t, err, files["p/p.go"])
	for i := range changes {
		if in.entered[i] != 0 {
			assert.Contains(t, files["p/p.go"], changes[i].new)
		}
	}
}

func TestEquivalents(t *testing.T) {
	reasons, err := readEquivalents("# why\na.go f: x => y\n\tbecause it is\n\tso\n")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a.go f: x => y": "because it is so"}, reasons)
	for text, problem := range map[string]string{
		"\tso\n": "without a change", "a\n": "say why", "a\n\tso\na\n\tso\n": "listed twice",
	} {
		_, err := readEquivalents(text)
		assert.ErrorContains(t, err, problem)
	}
}

// An equivalent that no longer is a change of the library has to go.
func TestEveryEquivalentIsAChange(t *testing.T) {
	equivalents, err := readEquivalents(equivalentText)
	require.NoError(t, err)
	m, err := loaded()
	require.NoError(t, err)
	for _, path := range m.own() {
		_, changes, err := m.changes(path)
		require.NoError(t, err)
		for _, c := range changes {
			delete(equivalents, c.String())
		}
	}
	for name := range equivalents {
		assert.Fail(t, "no such change", name)
	}
}

func TestRowsAreReplaced(t *testing.T) {
	one := summary{pkg: "appeal", changes: 110, own: 90, others: 8, equivalent: 10, survived: 2}
	assert.Equal(t, "| `appeal` | 110 | 90 | 8 | 10 | 2 | 2.0 % |", one.String())
	assert.False(t, one.tooMany())
	one.survived++
	assert.True(t, one.tooMany())
	assert.Equal(t, one.String()+"\n| `store` | kept |\n",
		merge("| `store` | kept |\n| `appeal` | old |\n", []summary{one}))
}

// A changed statement has as many parameters as before.
func TestStatementsAreChanged(t *testing.T) {
	for text, want := range map[string][]string{
		"UPDATE t SET due = ?, version = ? WHERE id = ?": {
			"UPDATE t SET due = coalesce(due, ?), version = ? WHERE id = ?",
			"UPDATE t SET due = ?, version = coalesce(version, ?) WHERE id = ?",
			"UPDATE t SET due = coalesce(?, due), version = ? WHERE id = ?",
			"UPDATE t SET due = ?, version = ? WHERE (id = ? OR 1 = 1)",
		},
		"SELECT id FROM t WHERE due <= ? ORDER BY due DESC, id LIMIT ?": {
			"SELECT id FROM t WHERE (due <= ? OR 1 = 1) ORDER BY due DESC, id LIMIT ?",
			"SELECT id FROM t WHERE due < ? ORDER BY due DESC, id LIMIT ?",
			"SELECT id FROM t WHERE due <= ? ORDER BY due, id LIMIT ?",
			"SELECT id FROM t WHERE due <= ? ORDER BY due DESC LIMIT ?",
		},
		"no statement, whatever < it > has": nil,
	} {
		var have []string
		for _, c := range statementChanges(text) {
			have = append(have, text[:c.begin]+c.with+text[c.end:])
		}
		assert.ElementsMatch(t, want, have, text)
	}
}

// A test that takes long is asked in parts.
func TestRunsAreRead(t *testing.T) {
	tests, bad := readRun(`=== RUN   TestA
--- PASS: TestA (1.50s)
    --- PASS: TestA/one (1.00s)
        --- PASS: TestA/one/two (0.50s)
    --- SKIP: TestA/three (0.00s)
--- FAIL: TestB (0.10s)
    --- FAIL: TestB/x (0.10s)
--- SKIP: TestC (0.00s)
--- PASS: TestD (0.00s)
`)
	assert.Equal(t, []string{"TestB"}, bad)
	var names []string
	for _, test := range tests {
		names = append(names, only(test))
	}
	assert.Equal(t, []string{"^(TestA)$", "^(TestD)$"}, names)
	assert.Len(t, tests[0].parts, 1)
	assert.Equal(t, "^TestA$/^one$/^(two)$", only(tests[0].parts[0].parts...))
}
