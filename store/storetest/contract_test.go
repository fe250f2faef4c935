package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unchecked are the sentences that no case can check from outside: what they
// explain, what they ask of the caller, and what only a damaged database or a
// lost connection can show.
var unchecked = []string{
	"Store keeps orders, their records, the outbox and the templates.",
	"Packages store/memory and store/sqlstore implement it, and package store/storetest checks any implementation " +
		"against every sentence below.",
	"any other error is the store's own, wrapped, and nothing has changed.",
	"Change is an order as an operation made it, with the records that made it so.",
	"Order is the order afterwards.",
	"Before is the version the operation started from.",
	"0 for a new order.",
	"Records are the records to add, oldest first.",
	"Orders keeps orders with their records.",
	"Any other error means that no order is stored, except [ErrUnknownOutcome], which means that it is not known.",
	"Any other error means that no change is stored, except [ErrUnknownOutcome], which means that it is not known.",
	"No order occurs twice in a call.",
	"Found is one order of a list.",
	"FoundRecord is one record of a list.",
	"One that cannot be read keeps its place and hides no other.",
	"Position is its place: the instant that the list is sorted by, and its id.",
	"Order is the order as stored.",
	"Record is the record.",
	"zero where Err is set.",
	"ClaimedUntil is the end of its claim.",
	"zero without one.",
	"Err is an [*UnreadableError], or nil.",
	"Waiting is the place of a record in the outbox.",
	"Claimed is a record that a relay has claimed, or a notice.",
	"Notices keeps when the next notice of each order is due, and gives each once to the outbox (R33).",
	"Any other error means that nothing has changed, except [ErrUnknownOutcome], which means that it is not known.",
	"Noticing is an order whose next notice is due.",
	"its Position has the instant.",
	"Given are the instants whose notices have been given, in that order.",
	"zero for a notice, and where Err is set.",
	"Noticed says which of an order's notices are given now.",
	"Version and At are what the order must still have: its version, and when its next notice is due.",
	"Due are the instants of the notices to relay.",
	"none where those that were due have lapsed.",
	"Given are the instants whose notices have been given now, Due among them.",
	"Next is when the next one is due, after At.",
	"One that cannot be read, or whose order cannot be, is claimed all the same and stops no other.",
	"Retention is what keeping and removing evidence asks of a store (R35).",
	"PlacedRecord is a record of any order.",
}

// TestEverySentenceHasACase reads the contract where it is written: every
// sentence of it has a case, and every case quotes it.
func TestEverySentenceHasACase(t *testing.T) {
	sentences := contractSentences(t)
	require.Greater(t, len(sentences), 20, "the contract as it was found")
	text := strings.Join(sentences, " ")
	var quotes []string
	for _, chapter := range contract {
		for _, s := range chapter.sentences {
			quotes = append(quotes, s.quote)
			assert.True(t, strings.Contains(text, s.quote), "%s/%s does not quote the contract: %q", chapter.name,
				s.name, s.quote)
		}
	}
	for _, known := range unchecked {
		assert.True(t, strings.Contains(text, known), "no longer in the contract: %q", known)
	}
	for _, sentence := range sentences {
		assert.True(t, covered(sentence, quotes) || covered(sentence, unchecked), "no case checks %q", sentence)
	}
}

// covered reports whether a sentence contains, or is part of, one of the
// quotes.
func covered(sentence string, quotes []string) bool {
	for _, q := range quotes {
		if strings.Contains(sentence, q) || strings.Contains(q, sentence) {
			return true
		}
	}
	return false
}

// contractSentences reads the comments on the types of the contract and on
// their methods.
func contractSentences(t *testing.T) (sentences []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../supervision/service/store.go", nil, parser.ParseComments)
	require.NoError(t, err)
	take := func(doc *ast.CommentGroup) {
		text := strings.Join(strings.Fields(strings.ReplaceAll(doc.Text(), "\nFor every method: ", "\n")), " ")
		for _, s := range strings.SplitAfter(strings.ReplaceAll(text, "; ", "; . "), ". ") {
			sentences = append(sentences, strings.TrimRight(strings.TrimSpace(s), ";. ")+".")
		}
	}
	for _, name := range []string{"Store", "Change", "Orders", "Found", "FoundRecord", "Outbox", "Waiting", "Claimed",
		"Notices", "Noticing", "Noticed",
		"Templates", "Retention",
		"PlacedRecord"} {
		spec, ok := file.Scope.Lookup(name).Decl.(*ast.TypeSpec)
		require.True(t, ok, name)
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Specs[0] == spec {
				take(g.Doc)
			}
		}
		ast.Inspect(spec.Type, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok && f.Doc != nil {
				take(f.Doc)
			}
			return true
		})
	}
	return sentences
}
