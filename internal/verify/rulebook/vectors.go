package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// question asks whether an actor may perform an operation on an order at an
// instant. With an action it asks for that very action; without one, whether
// some action of the operation is allowed.
type question struct {
	Order     string                `json:"order"`
	Actor     supervision.Actor     `json:"actor"`
	Operation supervision.Operation `json:"operation"`
	Action    supervision.Action    `json:"action,omitempty"`
	At        int64                 `json:"at"` // microseconds since 1970
	Answer    answer                `json:"answer"`
}

// answer is yes with where the action leads, or no with why and from when.
type answer struct {
	Allowed  bool               `json:"allowed"`
	NotFound bool               `json:"not_found,omitempty"`
	Rule     supervision.Rule   `json:"rule,omitempty"`
	Reason   supervision.Reason `json:"reason,omitempty"`
	From     int64              `json:"from,omitempty"`
	Until    int64              `json:"until,omitempty"`
	Measure  appeal.Measure     `json:"measure,omitzero"`
	Proposed supervision.Money  `json:"proposed,omitzero"`
	To       supervision.Status `json:"to,omitempty"`
}

const questionsPerOrder = 45

// vectors writes docs/vectors.json, an order or a question a line.
func vectors() ([]byte, error) {
	orders, err := walked()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	line := func(v any) {
		data, failed := json.Marshal(v)
		err = errors.Join(err, failed)
		if b := out.Bytes(); b[len(b)-1] != '[' {
			out.WriteString(",")
		}
		out.WriteString("\n")
		out.Write(data)
	}
	out.WriteString(`{"format":1,"orders":[`)
	for _, o := range orders {
		line(o)
	}
	out.WriteString("\n],\"questions\":[")
	for i, o := range orders {
		random := rand.New(rand.NewPCG(9, uint64(i)))
		for range questionsPerOrder {
			q, failed := ask(o, random)
			err = errors.Join(err, failed)
			line(q)
		}
	}
	out.WriteString("\n]}\n")
	return out.Bytes(), err
}

// ask draws a question and has the library answer it. Four of five are about
// what the table has where the order stands.
func ask(o supervision.Order, random *rand.Rand) (question, error) {
	at := instants(o)[random.IntN(len(instants(o)))]
	now, _ := o.Settle(at)
	q := question{Order: o.ID, At: at.UnixMicro()}
	var here []supervision.Transition
	for _, t := range supervision.Flow() {
		if t.From == now.Status {
			here = append(here, t)
		}
	}
	roles := supervision.Roles()
	q.Operation, q.Actor = pick(random, supervision.Operations()), actors[pick(random, roles)]
	if len(here) > 0 && random.IntN(5) > 0 {
		row := pick(random, here)
		q.Operation, q.Actor = row.Operation, actors[pick(random, row.By)]
	}
	if random.IntN(15) == 0 {
		q.Actor = pick(random, strangers)
	}
	if list := actions[q.Operation]; len(list) > 0 && random.IntN(2) == 0 {
		q.Action = pick(random, list)
		return q, q.apply(o, at)
	}
	d, err := o.Permit(q.Actor, q.Operation, at)
	return q, q.take(d, err)
}

// apply answers for a very action.
func (q *question) apply(o supervision.Order, at time.Time) error {
	next, _, err := o.Apply(q.Actor, q.Action, at)
	var refusal *supervision.Refusal
	if errors.As(err, &refusal) {
		return q.take(refusal.Decision, nil)
	}
	if errors.Is(err, supervision.ErrInvalid) { // an input that does not fit the order: leave it at the question
		q.Action = nil
		d, err := o.Permit(q.Actor, q.Operation, at)
		return q.take(d, err)
	}
	q.Answer = answer{Allowed: err == nil, To: next.Status}
	return q.take(supervision.Decision{Allowed: true}, err)
}

func (q *question) take(d supervision.Decision, err error) error {
	if errors.Is(err, supervision.ErrNotFound) {
		q.Answer = answer{NotFound: true}
		return nil
	}
	to := q.Answer.To
	q.Answer = answer{Allowed: d.Allowed, Rule: d.Rule, Reason: d.Reason, From: micros(d.From), Until: micros(d.Until),
		Measure: d.Measure, Proposed: d.Proposed, To: to}
	return err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// instants are those around which the answers about an order change, a tick
// before and after each.
func instants(o supervision.Order) (list []time.Time) {
	bounds := []time.Time{o.UpdatedAt, o.ScheduledEnd, o.NextDue()}
	for _, d := range o.Deadlines(o.UpdatedAt) {
		bounds = append(bounds, d.At)
	}
	for _, actor := range actors {
		decisions, _ := o.Operations(actor, o.UpdatedAt)
		for _, d := range decisions {
			bounds = append(bounds, d.From, d.Until)
		}
	}
	for _, b := range bounds {
		if !b.IsZero() {
			list = append(list, b.Add(-supervision.Tick), b, b.Add(supervision.Tick))
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}
