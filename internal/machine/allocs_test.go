//go:build !race

// The race detector makes sync.Pool drop machines at random.

package machine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuestionsAllocateNothing(t *testing.T) {
	m := compile(t)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { m.Allows(awaitingRequest, submitRequest) }))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { m.Leads(frozen, resume, awaitingDelivery) }))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { m.Target(accepted, complete) }))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { m.Allows(200, 200) }))
}

// Every allocation is looplab's own: its event, its context and their closures.
func TestFireAllocatesFiveTimes(t *testing.T) {
	m := compile(t)
	assert.EqualValues(t, 5, testing.AllocsPerRun(1000, func() { _ = m.Fire(awaitingRequest, submitRequest, awaitingConfirmation) }))
	assert.EqualValues(t, 5, testing.AllocsPerRun(1000, func() { _ = m.Fire(awaitingDelivery, remind, awaitingDelivery) }))
}
