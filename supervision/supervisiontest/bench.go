package supervisiontest

import (
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
)

// Bench is a service with everything it stands on within reach. The service may be used concurrently, the bench's own methods may not:
// they move the clock.
type Bench struct {
	// Service is the service under test.
	Service *supervision.Service
	// Clock is its clock. It starts on 29 January 2024 at 09:00 UTC and moves only when told to.
	Clock *clock.Mock
	// Store is its store, which breaks when told to.
	Store *Store
	// Request is what [Bench.Reach] submits. Set its Values where the product has a request template; the zero value stands for a text.
	Request supervision.SubmitRequest

	opened int
}

// New returns a bench on a memory store. It panics on options that supervision.New refuses, and the bench's clock goes before one among
// the options.
func New(options ...supervision.Option) *Bench { return On(memory.New(), options...) }

// On returns a bench on a store of your own; see [New].
func On(store supervision.Store, options ...supervision.Option) *Bench {
	b := &Bench{Clock: clock.NewMock(), Store: Break(store)}
	b.Clock.Set(time.Date(2024, time.January, 29, 9, 0, 0, 0, time.UTC))
	service, err := supervision.New(b.Store, append(options[:len(options):len(options)], supervision.WithClock(b.Clock))...)
	if err != nil {
		panic(fmt.Sprintf("supervisiontest: %v", err))
	}
	b.Service = service
	return b
}
