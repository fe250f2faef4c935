package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/koogallery/serviceflow/supervision/words"
)

func main() {
	policy := supervision.Guide()
	policy.Notices = supervision.Notices{AppealOpens: supervision.Day, Completion: time.Hour, RulingOverdue: time.Hour}
	svc, err := service.New(memory.New(), service.WithPolicy(policy))
	if err != nil {
		log.Fatal(err)
	}
	mail := notifier{
		language: func(supervision.Actor) *words.Language { return words.Chinese() }, now: svc.Now,
		send: func(_ context.Context, l letter) error {
			log.Print(l.To, ": ", l.Subject, "\n\t", strings.Join(l.Lines, "\n\t"))
			return nil
		},
	}
	go func() { log.Fatal(svc.Run(context.Background(), mail.publish)) }()
	server := http.Server{Addr: "127.0.0.1:8080", Handler: newAPI(svc, basic), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// listing is the page of the order list: tabs with what each finds, and the
// orders of one. What it says is in the reader's language.
type listing struct {
	Tabs   []tab  `json:"tabs"`
	Orders []row  `json:"orders"`
	Next   string `json:"next,omitempty"` // the address of the next page
}

type tab struct {
	Title string `json:"title"`
	Path  string `json:"path"`
	Count string `json:"count"`
}

type row struct {
	supervision.Summary
	Says string `json:"says"`
}

// queues are what the tabs search for; the first is the parties'.
var queues = []string{"turn={role}&sort=waiting", "appeal=pending&sort=handling", "order_status=processing",
	"order_status=completed", "order_status=canceled"}

// list takes two round trips, however many tabs there are.
func (a api) list(c call) (any, error) {
	found, err := a.search(c)
	if err != nil {
		return nil, err
	}
	answer := listing{Orders: []row{}, Next: strings.Replace(found.(page).Next, "/orders", "/list", 1)}
	for _, o := range found.(page).Orders {
		says := c.l.OrderStatus(o.OrderStatus()) + " · " + c.l.Status(o.Status)
		if !o.WaitingSince.IsZero() {
			says += " · " + c.l.Span(o.At.Sub(o.WaitingSince))
		}
		answer.Orders = append(answer.Orders, row{o, says})
	}
	var criteria []supervision.Criteria
	for _, queue := range queues {
		typed, _ := url.ParseQuery(strings.ReplaceAll(queue, "{role}", string(c.actor.Role)))
		query, err := supervision.ParseQuery(typed)
		if err != nil || query.Turn == supervision.RoleManager || query.Turn == supervision.RoleSystem {
			continue
		}
		title := c.l.OrderStatus(query.OrderStatus)
		if query.OrderStatus == "" {
			title = c.l.Sorts[query.Sort]
		}
		answer.Tabs = append(answer.Tabs, tab{Title: title, Path: "/list?" + query.Values().Encode()})
		criteria = append(criteria, query.Criteria)
	}
	counts, err := a.svc.Count(c.Context(), c.actor, criteria...)
	for i, count := range counts {
		answer.Tabs[i].Count = count.String()
	}
	return answer, err
}

// dashboard is what operations managers look at, and an alarm reads.
type dashboard struct {
	Waiting       string    `json:"waiting"`
	OldestWaiting time.Time `json:"oldest_waiting,omitzero"`
	Failing       string    `json:"failing"`
	Aside         string    `json:"aside"`
	OldestDue     time.Time `json:"oldest_due,omitzero"`
	Overdue       string    `json:"overdue"`
	Unreadable    []string  `json:"unreadable,omitempty"`
	Coming        []coming  `json:"coming"` // what the next day brings, the first of it
}

type coming struct {
	Order string    `json:"order"`
	At    time.Time `json:"at"`
	Says  string    `json:"says"`
}

const mostComing = 100

func (a api) dashboard(c call) (any, error) {
	if c.actor.Role != supervision.RoleManager && c.actor.Role != supervision.RoleSystem {
		return nil, errNotYours
	}
	stats, err := a.svc.Stats(c.Context())
	if err != nil {
		return nil, err
	}
	answer := dashboard{Waiting: stats.Waiting.String(), OldestWaiting: stats.OldestWaiting, OldestDue: stats.OldestDue,
		Failing: stats.Failing.String(), Aside: stats.Aside.String(), Overdue: stats.Overdue.String(),
		Coming: []coming{}}
	for _, broken := range stats.Unreadable {
		answer.Unreadable = append(answer.Unreadable, broken.Order)
	}
	for next, err := range a.svc.Upcoming(c.Context(), stats.At, stats.At.Add(supervision.Day)) {
		var broken *service.UnreadableError
		if errors.As(err, &broken) {
			answer.Unreadable = append(answer.Unreadable, broken.Order)
		} else if err != nil || len(answer.Coming) == mostComing {
			return answer, err
		} else {
			says := c.l.Deadline(next.Deadline, c.l.Until(next.At.Sub(stats.At)))
			answer.Coming = append(answer.Coming, coming{next.Order.ID, next.At, says})
		}
	}
	return answer, nil
}

// letter tells somebody, in its language, of a record or of an instant.
type letter struct {
	ID      supervision.RecordID // a repeated letter has the same
	To      supervision.Actor
	Subject string
	Lines   []string
}

// notifier writes letters from what the service relays.
type notifier struct {
	managers []supervision.Actor
	language func(supervision.Actor) *words.Language
	send     func(context.Context, letter) error
	now      func() time.Time
}

// publish implements service.Publish.
func (n notifier) publish(ctx context.Context, e service.Event) error {
	parties := []supervision.Actor{supervision.Buyer(e.Buyer), supervision.Seller(e.Seller)}
	for _, to := range append(parties, n.managers...) {
		if l := n.write(e, to, n.language(to)); l.Subject != "" {
			if err := n.send(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes a letter to a reader; without a subject where the event is no
// news to it. It holds what the reader may see and do (R34).
func (n notifier) write(e service.Event, to supervision.Actor, l *words.Language) letter {
	mail := letter{ID: e.ID, To: to}
	e, news := e.For(to)
	if !news {
		return mail
	}
	mail.Subject = l.Record(e.Record.Operation)
	for _, notice := range e.Notices {
		mail.Subject = l.Deadline(notice.Deadline, l.Until(notice.At.Sub(n.now())))
	}
	for _, fact := range l.Facts(e.Record, template.Template{}) {
		mail.Lines = append(mail.Lines, fact.Label+": "+fact.Text)
	}
	decisions, _ := e.Order.Operations(to, n.now()) // of an order that is not the reader's they allow nothing
	for _, d := range decisions {
		if d.Allowed {
			mail.Lines = append(mail.Lines, l.Operation(d.Operation))
		}
	}
	return mail
}
