package service_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func TestDo_StoresOrderAndRecordTogether(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.Clock.Add(time.Hour)
	order := b.do("o-1", ben, submit)
	assert.Equal(t, order, b.stored("o-1"))
	record := b.records("o-1")[1]
	assert.NotEmpty(t, record.Salt, "so that its text can be erased (R35)")
	record.Salt = ""
	assert.Equal(t, supervision.Record{
		Order: "o-1", Seq: 2, At: bought.Add(time.Hour), Actor: ben, Operation: supervision.OpSubmitRequest,
		From: supervision.AwaitingRequest, To: supervision.AwaitingConfirmation, Action: submit,
	}, record)
	b.whole("o-1")
}

func TestR27_ACommandThatComesLateIsAnsweredAsByAPunctualWorker(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(10*day - tick)
	b.do(order.ID, ben, rejectProduct, service.DryRun())
	b.Clock.Add(tick)
	require.ErrorIs(t, b.refuse(order.ID, ben, rejectProduct), supervision.ErrRefused)
	accepted, _ := order.Settle(b.Clock.Now())
	assert.Equal(t, accepted, b.stored(order.ID), "what it was refused for is stored (R02)")
}

func TestDo_RefusalAndFaultsStoreNothing(t *testing.T) {
	b := newBench(t)
	order := b.open("o-1")
	b.Store.Repair()
	require.ErrorIs(t, b.refuse("o-1", sue, deliver), supervision.ErrRefused)
	invalid(t, b.refuse("o-1", ben, supervision.SubmitRequest{}), "text")
	assert.NotContains(t, b.Store.Calls(), supervisiontest.Save)
	assert.Equal(t, order, b.stored("o-1"))
}

func TestDo_FaultyCommandReachesNoStore(t *testing.T) {
	b := newBench(t)
	do := func(id string, actor supervision.Actor, action supervision.Action, options ...service.DoOption) error {
		return b.refuse(id, actor, action, options...)
	}
	invalid(t, do("", supervision.Actor{}, nil, service.WithKey("")), "order", "actor.role", "actor.id", "action",
		"key")
	invalid(t, do("a\nb", ben, submit), "order")
	invalid(t, do(strings.Repeat("x", supervision.MaxID+1), ben, submit), "order")
	invalid(t, do("o-1", ben, &submit), "action")
	invalid(t, do("o-1", supervision.Actor{Role: "owner", ID: "x"}, submit), "actor.role")
	invalid(t, do("o-1", ben, submit, service.WithKey("\xff")), "key")
	invalid(t, do("o-1", ben, submit, nil), "options")
	assert.Empty(t, b.Store.Calls())
}

func TestDo_NobodyOpensOrCompletesByHand(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	for _, action := range []supervision.Action{anOpening(supervision.Guide()), supervision.Complete{},
		supervision.AutoAccept{}} {
		for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System()} {
			require.ErrorIs(t, b.refuse(order.ID, actor, action), supervision.ErrRefused, "%T by %s", action, actor)
		}
	}
	assert.Equal(t, order, b.stored(order.ID))
}

// interrupt has somebody else act before each of the next n saves.
func (b *bench) interrupt(n int, act func()) {
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Save && n > 0 {
			n--
			act()
		}
	})
}

func TestDo_DecidesAgainAfterAConflict(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.interrupt(3, func() { b.do(order.ID, sue, report) })
	delivered := b.do(order.ID, sue, deliver)
	assert.Equal(t, order.Version+4, delivered.Version)
	b.whole(order.ID)
}

func TestDo_DecidesAnewOnTheNewState(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingAcceptance)
	b.interrupt(1, func() { b.do(order.ID, ben, rejectProduct) })
	require.ErrorIs(t, b.refuse(order.ID, ben, acceptProduct), supervision.ErrRefused)
	assert.Equal(t, supervision.AwaitingDelivery, b.stored(order.ID).Status)
}

func TestDo_DecidesAnewAtANewInstant(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	blackout := order.ScheduledEnd.Add(-order.Policy.Appeal.Blackout)
	b.Clock.Set(blackout.Add(-tick))
	b.interrupt(1, func() {
		b.do(order.ID, ben, remind)
		b.Clock.Set(blackout)
	})
	var refusal *supervision.Refusal
	require.ErrorAs(t, b.refuse(order.ID, ben, supervisiontest.RaiseAppeal(appeal.SellerSilent)), &refusal)
	assert.Equal(t, supervision.ReasonInBlackout, refusal.Reason)
}

func TestDo_ReadsTheClockWhenTheOrderIsLoaded(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Load {
			b.Clock.Add(time.Second)
		}
	})
	assert.Equal(t, b.Clock.Now().Add(time.Second), b.do(order.ID, sue, report).UpdatedAt)
}

func TestDo_GivesUpAfterTenConflicts(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.interrupt(9, func() { b.do(order.ID, sue, report) })
	b.do(order.ID, sue, report)

	b.interrupt(10, func() { b.do(order.ID, sue, report) })
	err := b.refuse(order.ID, sue, deliver)
	require.ErrorIs(t, err, service.ErrConflict)
	assert.ErrorContains(t, err, order.ID)
	b.whole(order.ID)
}

func TestIn_LeavesConflictsToTheHost(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.interrupt(1, func() { b.do(order.ID, sue, report) })
	_, err := b.Service.WithStore(b.Store).Do(t.Context(), order.ID, sue, deliver)
	require.ErrorIs(t, err, service.ErrConflict)
	b.do(order.ID, sue, deliver)
}

func TestIn_RunsOnTheJoinedStoreOnly(t *testing.T) {
	b, joined := newBench(t), newBench(t)
	joined.Clock.Add(time.Hour)
	in := b.Service.WithStore(joined.Store)
	_, err := in.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	assert.Empty(t, b.Store.Calls())
	assert.Equal(t, bought, joined.stored("o-1").OpenedAt, "clock and policy stay the service's")
}

func TestIfVersion(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	for _, version := range []int64{0, -1, order.Version - 1, order.Version + 1} {
		err := b.refuse(order.ID, sue, deliver, service.IfVersion(version))
		require.ErrorIs(t, err, service.ErrStale)
		assert.ErrorContains(t, err, fmt.Sprintf("has version %d, not %d", order.Version, version))
	}
	b.Store.Repair()
	require.ErrorIs(t, b.refuse(order.ID, sue, acceptRequest, service.IfVersion(1)), service.ErrStale,
		"whoever acts on an old state hears that first")
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Load}, b.Store.Calls(), "and once")
	b.do(order.ID, sue, deliver, service.IfVersion(order.Version))
}

func TestIfVersion_TheVersionThatTheCallerSaw(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Frozen)
	order = b.do(order.ID, mia, deem)
	b.Clock.Add(3 * time.Hour)
	seen := b.order(order.ID)
	require.Equal(t, order.Version+1, seen.Version, "settled")
	require.ErrorIs(t, b.refuse(order.ID, mia, note, service.IfVersion(seen.Version)), supervision.ErrRefused)
	require.ErrorIs(t, b.refuse(order.ID, mia, note, service.IfVersion(order.Version)), service.ErrStale)
}

func TestIfVersion_LosesARace(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.interrupt(1, func() { b.do(order.ID, sue, report) })
	err := b.refuse(order.ID, sue, report, service.IfVersion(order.Version))
	require.ErrorIs(t, err, service.ErrStale)
	assert.ErrorContains(t, err, "has version")
}

func TestDryRun_StoresNothing(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.Clock.Add(time.Hour)
	b.Store.Repair()
	would := b.do(order.ID, sue, deliver, service.DryRun(), service.WithKey("k-1"))
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Load}, b.Store.Calls())
	assert.Equal(t, order, b.stored(order.ID))
	assert.Equal(t, would, b.do(order.ID, sue, deliver, service.WithKey("k-1")),
		"and told what would be; the key is not spent")
	require.ErrorIs(t, b.refuse(order.ID, sue, deliver, service.DryRun()), supervision.ErrRefused)
	require.ErrorIs(t, b.refuse(order.ID, sue, deliver, service.DryRun(), service.IfVersion(1)), service.ErrStale)
	require.ErrorIs(t, b.refuse(order.ID, sue, report, service.DryRun(), service.WithKey("k-1")), service.ErrKeyReused)
	assert.Equal(t, would, b.do(order.ID, sue, deliver, service.DryRun(), service.WithKey("k-1")))
}

// What time has made is stored before, and is not the command's.
func TestDryRun_ReturnsTheRecordOfTheCommandAlone(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(10 * day)
	would, err := b.Service.Do(b.ctx, order.ID, mia, supervision.Intervene{Reason: "Fraud."}, service.DryRun())
	require.NoError(t, err)
	require.Len(t, would.Records, 1)
	assert.Equal(t, seqs(order.ID, order.Version+2)[0], would.Records[0].ID())
}

func TestR28_ARepeatedCommandReturnsTheOrderAsItIs(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	first := b.do(order.ID, sue, deliver, service.WithKey("k-1"))
	assert.Equal(t, first, b.do(order.ID, sue, deliver, service.WithKey("k-1")), "at once")
	b.Clock.Add(day)
	moved := b.do(order.ID, ben, rejectProduct)
	assert.Equal(t, moved, b.do(order.ID, sue, deliver, service.WithKey("k-1")),
		"after the flow went on: as it is, not as it was")
	assert.Equal(t, moved, b.do(order.ID, sue, deliver, service.WithKey("k-1"), service.IfVersion(first.Version-1)),
		"a repeated command's version is behind by what it did")

	spaced := deliver
	spaced.Result = "  " + deliver.Result + "\n"
	assert.Equal(t, moved, b.do(order.ID, sue, spaced, service.WithKey("k-1")), "the same when normalised")
	b.whole(order.ID)
}

func TestR28_ARepeatedCommandSeesWhatTimeMade(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingAcceptance)
	b.do(order.ID, ben, acceptProduct, service.WithKey("k-1"))
	b.Clock.Add(3 * time.Hour)
	assert.Equal(t, supervision.Completed, b.do(order.ID, ben, acceptProduct, service.WithKey("k-1")).Status)
	assert.Equal(t, supervision.Completed, b.stored(order.ID).Status, "so that it stands (R02)")
}

// A key is kept with the command, not with what time did before it.
func TestR28_AKeyIsTheCommandsWhateverTimeDid(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(10 * day)
	intervene := supervision.Intervene{Reason: "The product was delisted."}
	first := b.do(order.ID, mia, intervene, service.WithKey("k-1"))
	require.Equal(t, order.Version+2, first.Version, "after the acceptance (R27)")
	assert.Equal(t, first, b.do(order.ID, mia, intervene, service.WithKey("k-1")))
	assert.Empty(t, b.records(order.ID)[order.Version].Key)
}

func TestR28_AKeyBelongsToOneCommand(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.do(order.ID, sue, deliver, service.WithKey("k-1"))
	before := b.stored(order.ID)
	other := deliver
	other.Result = "Something else."
	tests := []struct {
		name   string
		actor  supervision.Actor
		action supervision.Action
	}{
		{"another text", sue, other},
		{"another operation", sue, report},
		{"an operation without content", sue, acceptRequest},
		{"a faulty action", sue, supervision.Deliver{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := b.refuse(order.ID, tt.actor, tt.action, service.WithKey("k-1"))
			require.ErrorIs(t, err, service.ErrKeyReused)
			assert.ErrorContains(t, err, "use a new key for a new command")
			assert.NotContains(t, err.Error(), "k-1")
		})
	}
	assert.Equal(t, before, b.stored(order.ID))
}

func TestR28_TheSameKeyOfAnotherActorIsAnotherKey(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingConfirmation)
	b.do(order.ID, sue, report, service.WithKey("k-1"))
	assert.Equal(t, order.Version+2, b.do(order.ID, ben, remind, service.WithKey("k-1")).Version,
		"the buyer's is not the seller's")
	other := remind
	other.Text = "Once more."
	require.ErrorIs(t, b.refuse(order.ID, ben, other, service.WithKey("k-1")), service.ErrKeyReused)
	err := b.refuse(order.ID, supervision.Manager(sue.ID), report, service.WithKey("k-1"))
	require.ErrorIs(t, err, supervision.ErrRefused, "nor is it that of another role with the same id")
}

func TestR22_AKeyIsTheAccountsWhoeverActsForIt(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	jane, joe := sue, sue
	jane.User, joe.User = "jane", "joe"
	first := b.do(order.ID, jane, deliver, service.WithKey("k-1"))
	assert.Equal(t, first, b.do(order.ID, joe, deliver, service.WithKey("k-1")), "repeated by a colleague")
	assert.Equal(t, jane, b.records(order.ID)[first.Version-1].Actor)
}

func TestR28_TheSameWordsAreAnotherCommandInAnotherOperation(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingRequest)
	b.do(order.ID, ben, supervision.SubmitRequest{Text: "As agreed."}, service.WithKey("k-1"))
	require.ErrorIs(t, b.refuse(order.ID, ben, supervision.Remind{Text: "As agreed."}, service.WithKey("k-1")),
		service.ErrKeyReused)
}

func TestR28_AKeyIsTheOrdersOwn(t *testing.T) {
	b := newBench(t)
	one, two := b.reach(supervision.AwaitingDelivery), b.reach(supervision.AwaitingDelivery)
	b.do(one.ID, sue, deliver, service.WithKey("k-1"))
	b.do(two.ID, sue, report, service.WithKey("k-1"))
	b.do(two.ID, sue, deliver, service.WithKey("K-1"))
	require.ErrorIs(t, b.refuse(one.ID, otherSeller, deliver, service.WithKey("k-1")), supervision.ErrNotFound,
		"R22 goes first")
}

func TestR28_WithoutAKeyACommandIsAnotherOne(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.do(order.ID, sue, report)
	assert.Equal(t, order.Version+2, b.do(order.ID, sue, report).Version)
}

func TestR28_TheSameCommandTwiceAtOnce(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	var first supervision.Order
	b.interrupt(1, func() { first = b.do(order.ID, sue, report, service.WithKey("k-1")) })
	assert.Equal(t, first, b.do(order.ID, sue, report, service.WithKey("k-1")))
	assert.Equal(t, order.Version+1, first.Version)
}

func TestR28_ATemplatedRequestRepeats(t *testing.T) {
	b := newBench(t)
	b.publish("p-1", seats())
	order := b.reach(supervision.AwaitingRequest)
	request := supervision.SubmitRequest{Values: map[string]any{"users": "007", "region": "eu"}}
	first := b.do(order.ID, ben, request, service.WithKey("k-1"))
	request.Values["users"] = 7
	again := b.do(order.ID, ben, request, service.WithKey("k-1"))
	assert.Equal(t, first, again)
	request.Values["users"] = 8
	require.ErrorIs(t, b.refuse(order.ID, ben, request, service.WithKey("k-1")), service.ErrKeyReused)
}

// everyCommand performs each operation that a person can, from the status where
// it can be done.
var everyCommand = []struct {
	at     supervision.Status
	actor  supervision.Actor
	action supervision.Action
}{
	{supervision.AwaitingRequest, ben, submit},
	{supervision.AwaitingConfirmation, sue, acceptRequest},
	{supervision.AwaitingConfirmation, sue, rejectRequest},
	{supervision.AwaitingConfirmation, ben, remind},
	{supervision.AwaitingDelivery, sue, report},
	{supervision.AwaitingDelivery, sue, deliver},
	{supervision.AwaitingAcceptance, ben, acceptProduct},
	{supervision.AwaitingAcceptance, ben, rejectProduct},
	{supervision.Frozen, mia, note},
	{supervision.Frozen, mia, resume},
	{supervision.Frozen, mia, deem},
	{supervision.Frozen, mia, cancel},
}

// Whatever call of the store fails, before its effect or after it, the answer
// is right and the repeated command is applied once.
func TestR28_AppliedOnceWhateverFails(t *testing.T) {
	for _, c := range everyCommand {
		for call := 1; call <= 2; call++ {
			for _, applied := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/call %d/applied %t", c.action.Operation(), call, applied), func(t *testing.T) {
					b := newBench(t)
					order := b.reach(c.at)
					b.Store.Repair()
					b.Store.FailOn(supervisiontest.Failure{Call: call, Applied: applied})
					err := b.refuse(order.ID, c.actor, c.action, service.WithKey("k-1"))
					require.ErrorIs(t, err, supervisiontest.ErrInjected)
					saved := call == 2 && applied
					assert.Equal(t, applied, errors.Is(err, service.ErrUnknownOutcome))
					assert.Equal(t, saved, b.stored(order.ID).Version == order.Version+1)

					again := b.do(order.ID, c.actor, c.action, service.WithKey("k-1"))
					assert.Equal(t, order.Version+1, again.Version, "once")
					b.whole(order.ID)
				})
			}
		}
	}
}

func TestDo_AnUnknownOutcomeIsNeverTriedAgainByItself(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save},
		Err: service.ErrUnknownOutcome})
	require.ErrorIs(t, b.refuse(order.ID, sue, report), service.ErrUnknownOutcome)
	assert.Equal(t, order, b.stored(order.ID))
}
