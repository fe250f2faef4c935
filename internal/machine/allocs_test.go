//go:build !race

// The race detector makes sync.Pool drop machines at random.

package machine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuestionsAllocateNothing(t *testing.T) {
	m := compile(t)
	for name, ask := range map[string]func(){
		"Allows":         func() { m.Allows(awaitingRequest, submitRequest) },
		"Leads":          func() { m.Leads(frozen, resume, awaitingDelivery) },
		"Target":         func() { m.Target(accepted, complete) },
		"unknown Allows": func() { m.Allows("unknown", "unknown") },
		"unknown Leads":  func() { m.Leads("unknown", "unknown", "unknown") },
		"unknown Target": func() { m.Target("unknown", "unknown") },
	} {
		assert.Zero(t, testing.AllocsPerRun(1000, ask), name)
	}
}

// Every allocation is looplab's own: its event, its context and their closures.
func TestFireAllocatesFiveTimes(t *testing.T) {
	m := compile(t)
	step := func() { _ = m.Fire(awaitingRequest, submitRequest, awaitingConfirmation) }
	loop := func() { _ = m.Fire(awaitingDelivery, remind, awaitingDelivery) }
	assert.EqualValues(t, 5, testing.AllocsPerRun(1000, step))
	assert.EqualValues(t, 5, testing.AllocsPerRun(1000, loop))
}
