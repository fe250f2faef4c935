//go:build !race

package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// soakHost is what a host of a soak is told.
type soakHost struct {
	Engine, DSN, Prefix, Notifier string
	Host, Life                    int
	// Began is when the soak began, Speed how fast time goes since then, Skew
	// how far the host's clock is off.
	Began time.Time
	Speed int64
	Skew  time.Duration
	// Lease and Pace are the lease of a claim and the time between two commands
	// of one client, as time really goes.
	Lease, Pace time.Duration
}

func (h soakHost) lease() time.Duration { return h.Lease * time.Duration(h.Speed) }

func (h soakHost) clock() fastClock { return fastClock{clock.New(), h} }

// fastClock is a clock by which days pass while a soak runs.
type fastClock struct {
	clock.Clock
	soakHost
}

func (c fastClock) Now() time.Time {
	return start.Add(time.Since(c.Began)*time.Duration(c.Speed) + c.Skew)
}

func (c fastClock) Timer(d time.Duration) *clock.Timer {
	return c.Clock.Timer(d / time.Duration(c.Speed))
}

func (c fastClock) AfterFunc(d time.Duration, f func()) *clock.Timer {
	return c.Clock.AfterFunc(d/time.Duration(c.Speed), f)
}

// TestSoakHost is one host of TestSoak.
func TestSoakHost(t *testing.T) {
	told := os.Getenv("SERVICEFLOW_SOAK")
	if told == "" {
		t.Skip("run by TestSoak")
	}
	h := &liveHost{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}}
	require.NoError(t, json.Unmarshal([]byte(told), &h.soakHost))
	d := databases[0]
	if h.Engine != d.name {
		d = databases[1]
	}
	store, err := sqlstore.New(d.openAt(t, h.DSN), d.dialect, sqlstore.WithPrefix(h.Prefix))
	require.NoError(t, err)
	lease := h.lease()
	h.Service, err = service.New(acknowledging{store, h}, service.WithClock(h.clock()), service.WithLease(lease),
		service.WithBatch(50), service.WithInterval(lease/8), service.WithRetry(lease/8, 2*lease),
		service.WithPublishers(4), service.WithObserver(service.Observer{Published: h.published}))
	require.NoError(t, err)
	for client := range soakClients {
		go h.trade(client)
	}
	_ = h.Run(t.Context(), h.publish) // until it is killed
}

// soakClients are the clients of each host.
const soakClients = 2

type liveHost struct {
	soakHost
	*service.Service
	client *http.Client
}

// tell tells the notifier, which keeps the books of the soak, and returns the
// status of its answer.
func (h *liveHost) tell(ctx context.Context, path string, what any) (status int, body []byte, err error) {
	text, err := json.Marshal(what)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.Notifier+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	response, err := h.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// handing is a record that is handed over, as the notifier hears of it.
type handing struct {
	ID   supervision.RecordID
	Host int
	At   time.Time // when it happened
	// Unreadable says that it could not be.
	Unreadable bool
}

func (h *liveHost) publish(ctx context.Context, e service.Event) error {
	status, _, err := h.tell(ctx, "/publish", handing{ID: e.ID, Host: h.Host, At: e.Record.At})
	switch {
	case err != nil:
		return err
	case status == http.StatusTeapot:
		panic("the notifier is a teapot")
	case status == http.StatusLocked: // and whoever waits for it does not look at the context
		time.Sleep(3 * h.Lease)
		return nil
	case status != http.StatusOK:
		return errors.New(http.StatusText(status))
	}
	return nil
}

func (h *liveHost) published(_ context.Context, e service.PublishEvent) {
	if e.Err != nil {
		_, _, _ = h.tell(context.Background(), "/failed", handing{ID: e.RecordID, Host: h.Host,
			Unreadable: errors.Is(e.Err, supervision.ErrNewerFormat)})
	}
}

// acknowledging is a store that tells what it has acknowledged.
type acknowledging struct {
	service.Store
	host *liveHost
}

// acknowledgement is what was acknowledged, or was not.
type acknowledgement struct {
	IDs    []supervision.RecordID
	Failed bool
}

func (s acknowledging) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	err := s.Store.Acknowledge(ctx, ids...)
	_, _, _ = s.host.tell(context.Background(), "/acknowledged", acknowledgement{ids, err != nil})
	return err
}

// done is what came of a command.
type done struct {
	Order, Key, Outcome string
	Host                int
	Seq                 int64
}

// news is what a client is told after each: the newest order, and that it is
// time to rest.
type news struct {
	Newest int
	Rest   bool
}

// trade does as buyers, sellers and managers do, to orders that all hosts
// share.
func (h *liveHost) trade(client int) {
	random := rand.New(rand.NewPCG(uint64(h.Host*100+client), uint64(h.Life)))
	var now news
	for n := 0; !now.Rest; n++ {
		time.Sleep(h.Pace)
		did := h.act(random, now.Newest, fmt.Sprintf("%d-%d-%d-%d", h.Host, h.Life, client, n))
		_, text, err := h.tell(context.Background(), "/did", did)
		if err == nil {
			err = json.Unmarshal(text, &now)
		}
		if err != nil {
			panic(err)
		}
	}
}

func (h *liveHost) act(random *rand.Rand, newest int, key string) done {
	i := newest - random.IntN(4)
	switch random.IntN(10) {
	case 0:
		i = random.IntN(newest + 1)
	case 1, 2, 3, 4:
		i = newest - random.IntN(40)
	}
	i = max(i, 0)
	ctx := context.Background()
	did := done{Order: fmt.Sprintf("order-%05d", i), Host: h.Host}
	order, err := h.Order(ctx, did.Order, manager)
	if errors.Is(err, supervision.ErrNotFound) {
		_, err = h.Open(ctx, soakOpening(i))
		did.Seq, did.Outcome = 1, outcome(err)
		return did
	}
	if err != nil {
		did.Outcome = "reading " + outcome(err)
		return did
	}
	actor, action := choose(random, order, i)
	if action == nil {
		return did
	}
	did.Key = supervision.Record{Actor: actor, Key: key}.OwnedKey()
	unknown := false
	for try := range 4 {
		ctx, cancel := context.WithCancel(context.Background())
		if try == 0 && random.IntN(20) == 0 { // a client that does not wait
			ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(5000))*time.Microsecond)
		}
		var result service.Result
		result, err = h.Do(ctx, did.Order, actor, action, service.WithKey(key))
		cancel()
		if err == nil && !result.Repeated {
			did.Seq = result.Records[len(result.Records)-1].Seq
		}
		unknown = unknown || errors.Is(err, service.ErrUnknownOutcome)
		if err == nil && random.IntN(10) > 0 || errors.Is(err, supervision.ErrRefused) {
			break
		}
	}
	if did.Outcome = outcome(err); unknown && err != nil {
		did.Outcome = "unknown"
	}
	return did
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, supervision.ErrRefused):
		return "refused"
	case errors.Is(err, service.ErrConflict):
		return "conflict"
	case errors.Is(err, service.ErrUnknownOutcome):
		return "unknown"
	case errors.Is(err, supervision.ErrNewerFormat):
		return "unreadable"
	case errors.Is(err, supervision.ErrInvalid), errors.Is(err, service.ErrKeyReused):
		return "wrong: " + err.Error()
	}
	return "failed"
}

// soakOpening opens an order by one of two policies, of which each has its
// timers and its notices.
func soakOpening(i int) supervision.Opening {
	o := opening(fmt.Sprintf("order-%05d", i))
	o.Paid = supervision.Money{Amount: 1000, Currency: "CNY"}
	o.Policy = supervision.Guide()
	o.Policy.AutoAccept, o.Policy.AtScheduledEnd = 3*supervision.Day, supervision.EndAccept
	o.Policy.SupervisionPeriod, o.Policy.Appeal.Blackout = 20*supervision.Day, 10*supervision.Day
	o.Policy.Notices = supervision.Notices{AppealOpens: 12 * time.Hour, Completion: time.Hour,
		AutoAccept: 12 * time.Hour, ScheduledEnd: supervision.Day, BlackoutBegins: supervision.Day,
		RulingOverdue: -time.Hour, OpenFor: 12 * supervision.Day}
	if i%2 == 1 {
		o.Policy = supervision.Rules2025()
		o.Policy.AtScheduledEnd, o.Policy.SupervisionPeriod = supervision.EndCancel, 18*supervision.Day
		o.Policy.Notices = supervision.Notices{Completion: time.Hour, RulingOverdue: -time.Hour,
			OpenFor: 10 * supervision.Day}
	}
	return o
}

// choose decides what somebody does to the ith order, sensible or not; nil to
// let it be. Some orders are left to time.
func choose(random *rand.Rand, o supervision.Order, i int) (supervision.Actor, supervision.Action) {
	proof := []supervision.Attachment{{Name: "mail.txt", Ref: "files/1"}}
	appeals := func(ground appeal.Ground) supervision.Action {
		if i%2 == 1 {
			ground = appeal.Unconditional
		}
		return supervision.RaiseAppeal{Ground: ground, Reason: "It is late.", Demand: "A refund.", Attachments: proof}
	}
	var list []step
	switch o.Status {
	case supervision.AwaitingRequest:
		if i%7 == 0 {
			return seller, appeals(appeal.BuyerSilent)
		}
		list = []step{{buyer, supervision.SubmitRequest{Text: "Deploy it."}},
			{buyer, supervision.SubmitRequest{Text: "Deploy it again."}}, {seller, appeals(appeal.BuyerSilent)}}
	case supervision.AwaitingConfirmation:
		list = []step{{seller, supervision.AcceptRequest{}}, {seller, supervision.AcceptRequest{}},
			{seller, supervision.RejectRequest{Reason: "No region named."}},
			{seller, supervision.ReportProgress{Text: "Reading it."}}, {buyer, supervision.Remind{}},
			{buyer, appeals(appeal.SellerSilent)}}
	case supervision.AwaitingDelivery:
		list = []step{{seller, supervision.Deliver{Result: "Done."}}, {seller, supervision.Deliver{Result: "Done."}},
			{seller, supervision.ReportProgress{Text: "Half of it is done."}}, {buyer, supervision.Remind{}},
			{buyer, supervision.ProposeRefund{Amount: supervision.Money{Amount: 10, Currency: "CNY"}}},
			{seller, supervision.DeclineRefund{Reason: "It is done tomorrow."}},
			{manager, supervision.Intervene{Reason: "A complaint."}}}
	case supervision.AwaitingAcceptance:
		if i%4 == 2 {
			return buyer, nil
		}
		list = []step{{buyer, supervision.AcceptProduct{}}, {buyer, supervision.AcceptProduct{}},
			{buyer, supervision.RejectProduct{Reason: "It does not start."}}, {seller, appeals(appeal.ProductRejected)}}
	case supervision.Frozen:
		list = []step{{manager, supervision.AddNote{Text: "Asked for the log.", Shared: true}},
			{manager, supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}},
			{manager, supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It was delivered."}},
			{manager, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "It was not."}},
			{buyer, supervision.Remind{}}}
		if i%5 == 0 {
			list = list[:1] // a ruling that is late
		}
	case supervision.Accepted:
		list = []step{{manager, supervision.Intervene{Reason: "A complaint."}}, {buyer, supervision.Remind{}}, {}, {},
			{}}
	default:
		list = []step{{supervision.System(), supervision.Erase{Reason: "Request 17"}}, {buyer, supervision.Remind{}},
			{}, {}}
	}
	s := list[random.IntN(len(list))]
	return s.actor, s.action
}
