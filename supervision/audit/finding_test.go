package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

func TestFinding_SaysInOneLineWhatIsWrong(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	complete := &supervision.Record{Operation: supervision.OpComplete, At: at,
		Actor: supervision.Actor{Role: supervision.RoleSeller}}
	var kinds []audit.Kind
	for want, f := range map[string]audit.Finding{
		"records from here on are not there":                     {Kind: audit.Missing},
		"stands where another record belongs":                    {Kind: audit.Misplaced},
		"the actor has no part in the order":                     {Kind: audit.Refused},
		"the actor has no part in the order; it is the seller's": {Kind: audit.Refused, Want: complete},
		"would have been refused as input":                       {Kind: audit.Invalid},
		"complete was due before, at 2026-03-02T09:00:00Z":       {Kind: audit.Overdue, Want: complete},
		"differs in at, to":                                      {Kind: audit.Altered, Fields: []string{"at", "to"}},
		"the idempotency key was used before":                    {Kind: audit.Reused},
		"where the order stood is not known":                     {Kind: audit.Unjudged},
		"would have been refused as input; text: write; write so": {Kind: audit.Invalid,
			Faults: []supervision.Fault{{Field: "text", Message: "write"}, {Message: "write so"}}},
		"pass the version of the template that the order is pinned to": {Kind: audit.Unchecked},
		"the order is closed; allowed from 2026-03-02T09:00:00Z": {Kind: audit.Refused,
			Decision: supervision.Decision{Reason: supervision.ReasonFinal, From: at}},
	} {
		kinds = append(kinds, f.Kind)
		f.Seq, f.Rule = 3, supervision.R21
		assert.Equal(t, "record 3: "+string(f.Kind)+" (R21): "+want, f.String())
	}
	slices.Sort(kinds)
	assert.ElementsMatch(t, audit.Kinds(), slices.Compact(kinds), "every kind there is")
}
