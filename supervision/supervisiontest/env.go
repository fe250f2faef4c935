package supervisiontest

import (
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Env is a service with everything it stands on within reach. The service may
// be used concurrently, the environment's own methods may not: they move the
// clock.
type Env struct {
	// Service is the service under test.
	Service *service.Service
	// Clock is its clock. It starts on 29 January 2024 at 09:00 UTC and moves
	// only when told to.
	Clock *clock.Mock
	// Store is its store, which breaks when told to.
	Store *Store
	// Request is what [Env.Reach] submits, and Delivery what it delivers. Set
	// the Values where the product has a template for it; the zero value stands
	// for a text.
	Request  supervision.SubmitRequest
	Delivery supervision.Deliver

	opened int
}

// New returns an environment on a memory store. It panics on options that
// service.New refuses, and the environment's clock goes before one among the
// options.
func New(options ...service.Option) *Env { return On(memory.New(), options...) }

// On returns an environment on a store of your own; see [New].
func On(store service.Store, options ...service.Option) *Env {
	e := &Env{Clock: clock.NewMock(), Store: Break(store)}
	e.Clock.Set(time.Date(2024, time.January, 29, 9, 0, 0, 0, time.UTC))
	service, err := service.New(e.Store, append(options[:len(options):len(options)], service.WithClock(e.Clock))...)
	if err != nil {
		panic(fmt.Sprintf("supervisiontest: %v", err))
	}
	e.Service = service
	return e
}
