package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errPart = errors.New("invalid part")

func TestBadInput_AnErrorListsEveryFault(t *testing.T) {
	var l fault.List
	require.NoError(t, l.Err("demo", errPart))

	l.Add("text", fault.Required, "write something")
	l.Put("nothing", fault.Fault{})
	l.Range("limit", 9, 1, 5)
	l.Add("", fault.UnknownField, "leave it out")
	err := fmt.Errorf("wrapped: %w", l.Err("demo", errPart))

	assert.EqualError(t, err, "wrapped: demo: invalid part: text: write something; limit: give 1 to 5; leave it out")
	assert.ErrorIs(t, err, fault.ErrInvalid)
	assert.ErrorIs(t, err, errPart)
	assert.NotErrorIs(t, err, fault.ErrMalformed)
	assert.Equal(t, l, fault.Of(err))
	assert.Nil(t, fault.Of(errPart))
	assert.Nil(t, fault.Of(nil))
}

func TestBadInput_ADocumentIsNoInput(t *testing.T) {
	var l fault.List
	l.Add("status", fault.Required, "give it")
	err := l.Err("demo: order", fault.ErrMalformed)
	assert.EqualError(t, err, "demo: order: malformed document: status: give it")
	assert.ErrorIs(t, err, fault.ErrMalformed)
	assert.NotErrorIs(t, err, fault.ErrInvalid, "or a host would blame its user")
	assert.Equal(t, l, fault.Of(err))
}

func TestBadInput_AnErrorOfAHost(t *testing.T) {
	err := error(&fault.Error{Faults: []fault.Fault{{Field: "a", Message: "give it"}}})
	assert.EqualError(t, err, "invalid input: a: give it")
	assert.ErrorIs(t, err, fault.ErrInvalid)
}

func TestBadInput_FaultsOfAPartHaveItsPath(t *testing.T) {
	var part, whole fault.List
	part.Add("silence", fault.Required, "give it")
	part.Add("", fault.UnknownField, "leave it out")
	whole.Within("policy.appeal", part.Err("appeal", errPart))
	whole.Within("nothing", nil)
	assert.Equal(t, fault.List{
		{Field: "policy.appeal.silence", Code: fault.Required, Message: "give it"},
		{Field: "policy.appeal", Code: fault.UnknownField, Message: "leave it out"},
	}, whole)
}

func TestBadInput_Range(t *testing.T) {
	for n, fits := range map[int]bool{0: false, 1: true, 5: true, 6: false, -1: false} {
		var l fault.List
		l.Range("n", n, 1, 5)
		if fits {
			assert.Empty(t, l, n)
			continue
		}
		assert.Equal(t, fault.List{{Field: "n", Code: fault.OutOfRange, Min: "1", Max: "5", Message: "give 1 to 5"}}, l)
	}
}

func TestBadInput_AFaultAsJSON(t *testing.T) {
	written, err := json.Marshal([]fault.Fault{
		{Field: "text", Code: fault.TooLong, Max: "4000", Message: "shorten it"},
		{Code: fault.WrongType, Kind: "date", Message: "give a date"},
	})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"field":"text","code":"too_long","max":"4000","message":"shorten it"},
		{"field":"","code":"wrong_type","kind":"date","message":"give a date"}]`, string(written))
}

// TestBadInput_EveryCodeIsListed reads the constants from the source, so that
// none is forgotten in the list.
func TestBadInput_EveryCodeIsListed(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	require.NoError(t, err)
	var declared []fault.Code
	ast.Inspect(source, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			declared = append(declared, fault.Code(word))
		}
		return true
	})
	assert.Equal(t, declared, fault.Codes())
	seen := make(map[fault.Code]bool)
	for _, code := range fault.Codes() {
		assert.False(t, seen[code], "%s twice", code)
		seen[code] = true
	}
}
