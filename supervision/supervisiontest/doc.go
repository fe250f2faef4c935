// Package supervisiontest is what a host needs to test its own code: a service
// on a mock clock in one line, orders in any status, and a store that breaks
// where it is told to. [Reach] has the orders without a service.
//
//	env := supervisiontest.New()
//	order, err := env.Reach(ctx, supervision.Opening{}, supervision.AwaitingAcceptance)
//	env.Clock.Add(5 * 24 * time.Hour)
//	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}})
//
// It does not import package testing, so it can be used in programs for trying
// things out as well.
package supervisiontest
