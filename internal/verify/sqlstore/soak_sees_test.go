//go:build !race

package sqlstore_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// A soak that finds nothing proves nothing, unless it sees what it is for.
func TestSoakSees(t *testing.T) {
	const id = "order-00000"
	second := supervision.RecordID{Order: id, Seq: 2}
	execute := func(statement string) func(*soak) {
		return func(s *soak) {
			_, err := s.db.Exec(strings.NewReplacer("{", s.prefix, "}", "").Replace(statement))
			require.NoError(s.t, err)
		}
	}
	for name, c := range map[string]struct {
		breaks func(s *soak)
		sees   string
	}{
		"nothing":                  {func(*soak) {}, ""},
		"a record that nobody got": {func(s *soak) { delete(s.notifier.given, second) }, "never handed over"},
		"a notice that nobody got": {func(s *soak) {
			maps.DeleteFunc(s.notifier.given, func(id supervision.RecordID, _ *handed) bool {
				_, ok := id.Notice()
				return ok && id.Order == "order-00001"
			})
		}, "nobody was told"},
		"a record before another": {func(s *soak) {
			s.notifier.take(supervision.RecordID{Order: "order-00009", Seq: 2}, 0, time.Time{})
		}, "before record 1"},
		"a record again": {func(s *soak) {
			s.notifier.given[second].acknowledged = time.Now().Add(-time.Hour)
			s.notifier.take(second, 0, time.Time{})
		}, "after it had been acknowledged"},
		"an operation lost": {func(s *soak) {
			s.notifier.done = append(s.notifier.done, done{Order: id, Key: "k", Outcome: "ok", Seq: 9})
		}, "acknowledged as record 9"},
		"a refused one done": {func(s *soak) { s.notifier.done[1].Outcome = "refused" }, "is refused and record 2"},
		"many that nobody was answered": {func(s *soak) {
			s.kills = -soakHosts
			s.notifier.done = s.notifier.done[:1]
		}, "not answered"},
		"an order lost": {execute("DELETE FROM {orders} WHERE id = 'order-00000'"), "lost"},
		"a record lost": {execute("DELETE FROM {records} WHERE order_id = 'order-00000' AND seq = 2"),
			"record 2: missing"},
		"a record changed": {execute("UPDATE {records} SET document = " +
			"replace(document, 'hundred users.', 'hundred. ')"),
			"differs in action.text"},
		"an order changed": {execute("UPDATE {orders} SET document = replace(document, 'Done.', 'Not done.')"),
			"order: altered"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSoak(t, databases[0])
			now := clock.NewMock()
			now.Set(s.host.clock().Now())
			host, err := service.New(s.store, service.WithClock(now))
			require.NoError(t, err)
			for i, open := range []supervision.Opening{soakOpening(0), soakOpening(1)} {
				_, err := host.Open(t.Context(), open)
				require.NoError(t, err)
				s.notifier.did(done{Order: open.ID, Outcome: "ok", Seq: 1})
				if i == 0 {
					s.trade(host, open.ID)
					continue
				}
				_, err = host.Do(t.Context(), open.ID, manager, supervision.Intervene{Reason: "A complaint."})
				require.NoError(t, err)
			}
			s.finish()
			c.breaks(s)
			wrong := append(s.orders(), s.notifier.wrong...)
			if c.sees == "" {
				require.Empty(t, wrong)
				return
			}
			require.NotEmpty(t, wrong)
			require.Contains(t, wrong[0], c.sees)
		})
	}
}

// trade has a request accepted and delivered.
func (s *soak) trade(host *service.Service, id string) {
	for _, step := range story(0)[:4] {
		key := string(step.action.Operation())
		result, err := host.Do(context.Background(), id, step.actor, step.action, service.WithKey(key))
		require.NoError(s.t, err)
		s.notifier.did(done{Order: id, Outcome: "ok", Seq: result.Order.Version,
			Key: supervision.Record{Actor: step.actor, Key: key}.OwnedKey()})
	}
}
