package service_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// question is what a host can ask of a service, on a bench that has been
// prepared for it.
type question struct {
	name    string
	prepare func(*bench)
	call    func(context.Context, *bench) error
}

// everyService is all of them; each says what the host would repeat after an
// error.
func everyService() []question {
	list := []question{
		{"open", func(*bench) {}, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Open(ctx, anOpening(supervision.Policy{}))
			return err
		}},
		{"open again", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Open(ctx, anOpening(supervision.Policy{}))
			return err
		}},
		{"adopt", func(*bench) {}, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Adopt(ctx, inDelivery("o-1"))
			return err
		}},
		{"adopt again", func(b *bench) { b.adopt(inDelivery("o-1")) }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Adopt(ctx, inDelivery("o-1"))
			return err
		}},
		{"publish", func(*bench) {}, func(ctx context.Context, b *bench) error {
			_, err := b.Service.PublishTemplate(ctx, sue, requestOf("p-1"), seats())
			return err
		}},
		{"template", func(b *bench) { b.publish("p-1", seats()) }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Template(ctx, requestOf("p-1"))
			return err
		}},
		{"order", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Order(ctx, "o-1", ben)
			return err
		}},
		{"records", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Records(ctx, "o-1", ben, 0, 0)
			return err
		}},
		{"search", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Search(ctx, ben, supervision.Query{})
			return err
		}},
		{"settle", func(b *bench) { b.accepted(3) }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Settle(ctx)
			return err
		}},
		{"relay", func(b *bench) { b.reach(supervision.AwaitingDelivery) }, func(ctx context.Context, b *bench) error {
			var in inbox
			_, err := b.Service.Relay(ctx, in.publish)
			return err
		}},
		{"notice", func(b *bench) {
			for _, id := range []string{"o-1", "o-2", "o-3"} {
				b.notices(id)
			}
			b.Clock.Add(day)
		}, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Notice(ctx)
			return err
		}},
		{"count", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Count(ctx, ben, supervision.Criteria{})
			return err
		}},
		{"stats", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Stats(ctx)
			return err
		}},
		{"aside", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			_, err := b.Service.Aside(ctx, supervision.RecordID{}, 0)
			return err
		}},
		{"export", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			return b.Service.Export(ctx, "o-1", io.Discard)
		}},
		{"records between", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			for _, err := range b.Service.RecordsBetween(ctx, bought, bought.Add(day)) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"upcoming", func(b *bench) { b.open("o-1") }, func(ctx context.Context, b *bench) error {
			for _, err := range b.Service.Upcoming(ctx, bought, bought.Add(day)) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"submit on a template", func(b *bench) {
			b.publish("p-1", seats())
			b.open("order-1")
		}, func(ctx context.Context, b *bench) error {
			request := supervision.SubmitRequest{Values: map[string]any{"users": 1, "region": "eu"}}
			_, err := b.Service.Do(ctx, "order-1", ben, request, service.WithKey("k-1"))
			return err
		}},
	}
	for _, c := range everyCommand {
		list = append(list, question{string(c.action.Operation()), func(b *bench) { b.reach(c.at) },
			func(ctx context.Context, b *bench) error {
				_, err := b.Service.Do(ctx, "order-1", c.actor, c.action, service.WithKey("k-1"))
				return err
			}})
	}
	return list
}

// calls counts the calls of the store that a service makes when all goes well.
func (s question) calls(t testing.TB) int {
	b := newBench(t)
	s.prepare(b)
	b.Store.Repair()
	require.NoError(t, s.call(b.ctx, b), s.name)
	return len(b.Store.Calls())
}

// notices opens an order of which people are told after a day.
func (b *bench) notices(id string) {
	b.t.Helper()
	policy := supervision.Guide()
	policy.Notices.OpenFor = day
	opening := anOpening(policy)
	opening.ID = id
	_, err := b.Service.Open(b.ctx, opening)
	require.NoError(b.t, err)
}

// everyOrderWhole checks that no order was left half stored (R21).
func (b *bench) everyOrderWhole() {
	b.t.Helper()
	for _, order := range b.search(mia, supervision.Query{}) {
		b.whole(order.ID)
	}
}

// A context that ends at any call of the store ends the service with its error
// and leaves nothing half done, and what is repeated works.
func TestCanceledAtEveryStoreCall(t *testing.T) {
	for _, s := range everyService() {
		for n := range s.calls(t) {
			t.Run(fmt.Sprintf("%s/call %d", s.name, n+1), func(t *testing.T) {
				b := newBench(t)
				s.prepare(b)
				ctx, stop := context.WithCancel(t.Context())
				b.cancelAt(n+1, stop)
				err := s.call(ctx, b)
				if s.name != "relay" || n == 0 { // what has been handed over is acknowledged nevertheless
					require.ErrorIs(t, err, context.Canceled)
				}
				b.Store.Repair()
				b.everyOrderWhole()
				require.NoError(t, s.call(t.Context(), b))
				b.everyOrderWhole()
			})
		}
	}
}

// cancelAt ends a context just before the n-th call from now.
func (b *bench) cancelAt(n int, stop context.CancelFunc) {
	b.Store.OnCall(func(supervisiontest.Method) {
		if n--; n == 0 {
			stop()
		}
	})
}

// Any call of the store may fail, before its effect or after it: the service
// says so, leaves nothing half done, and what is repeated works.
func TestFailingAtEveryStoreCall(t *testing.T) {
	for _, s := range everyService() {
		for n := range s.calls(t) {
			for _, applied := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/call %d/applied %t", s.name, n+1, applied), func(t *testing.T) {
					b := newBench(t)
					s.prepare(b)
					b.Store.FailOn(supervisiontest.Failure{Call: n + 1, Applied: applied, Err: errPoison})
					err := s.call(t.Context(), b)
					if !heals(s, n+1, applied) {
						require.ErrorIs(t, err, errPoison)
					}
					b.Store.Repair()
					b.everyOrderWhole()
					b.Clock.Add(time.Minute) // leases end
					require.NoError(t, s.call(t.Context(), b))
					b.everyOrderWhole()
				})
			}
		}
	}
}

// heals says which failures a service gets over by itself: a batch that fails
// is settled order by order, and another order has the id, which is an answer
// of the store that goes before a lost one.
func heals(s question, call int, applied bool) bool {
	return (s.name == "settle" || s.name == "notice") && call == 2 ||
		applied && (s.name == "open again" && call == 2 || s.name == "adopt again" && call == 1)
}

func TestDo_ACanceledContextIsNotTriedAgain(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	ctx, stop := context.WithCancel(t.Context())
	b.interrupt(1, func() {
		b.do(order.ID, sue, report)
		stop()
	})
	_, err := b.Service.Do(ctx, order.ID, sue, deliver)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, order.Version+1, b.stored(order.ID).Version)
}
