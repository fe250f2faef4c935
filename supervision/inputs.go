package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Input is one thing that an operation asks for. A page that draws inputs by
// their kinds draws any operation.
type Input struct {
	// Key is the name of the action's field, in its JSON form and in its
	// faults.
	Key  string    `json:"key"`
	Kind FieldKind `json:"kind"`
	// Required says that it has to be given now.
	Required bool `json:"required"`
	// Max is the most characters of a text, an id or the answers of a form
	// together, or the most files; zero for other kinds.
	Max int `json:"max,omitempty"`
	// From and Until bound an instant, both included; zero for no bound.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Least and Most bound money, both included; zero for no bound.
	Least Money `json:"least,omitzero"`
	Most  Money `json:"most,omitzero"`
	// Template is the version of the template that a form fills in (R04).
	Template int `json:"template,omitempty"`
	// Choices are the words to choose from.
	Choices []Choice `json:"choices,omitempty"`
	// With says that it goes with some words of another input only.
	With Condition `json:"with,omitzero"`
}

// Choice is one word to choose, and whether it can be chosen now.
type Choice struct {
	Value    string   `json:"value"`
	Decision Decision `json:"decision"`
}

// Condition names words of another input.
type Condition struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// asking is an action that asks for something.
type asking interface {
	inputs(c command) []Input
}

// Inputs lists what an operation asks of an actor at an instant, in the order
// of a form (R23). Whether the operation is allowed is [Order.Permit]'s to say;
// there are no inputs where it asks for nothing. Errors are those of Permit.
func (o Order) Inputs(actor Actor, op Operation, at time.Time) ([]Input, error) {
	clock := at
	at, err := o.ask(actor, at)
	if err != nil {
		return nil, err
	}
	room, ok := rooms[op]
	if !ok {
		return nil, unknownOperation()
	}
	if a, ok := room.zero.(asking); ok {
		return a.inputs(command{order: o, actor: actor, at: at, clock: clock}), nil
	}
	return nil, nil
}

// Offer is an operation as a page offers it: whether it is allowed and, where
// it is, what it asks for.
type Offer struct {
	Decision
	// Inputs are none where the operation is not allowed, or asks for nothing.
	Inputs []Input `json:"inputs,omitempty"`
}

// Offers lists every operation on an order with what it asks of an actor at an
// instant, in declared order (R23). It is [Order.Operations] with the
// [Order.Inputs] of what is allowed; errors are those of Permit.
func (o Order) Offers(actor Actor, at time.Time) ([]Offer, error) {
	decisions, err := o.Operations(actor, at)
	if err != nil {
		return nil, err
	}
	offers := make([]Offer, len(decisions))
	for i, d := range decisions {
		offers[i].Decision = d
		if !d.Allowed {
			continue
		}
		if offers[i].Inputs, err = o.Inputs(actor, d.Operation, at); err != nil {
			return nil, err
		}
	}
	return offers, nil
}

func unknownOperation() error {
	var f faults
	f.Add("operation", fault.Unknown, "name one of the operations")
	return f.err()
}

func askText(key string, required bool) Input {
	return Input{Key: key, Kind: FieldText, Required: required, Max: MaxText}
}

func askID(key string) Input { return Input{Key: key, Kind: FieldID, Max: MaxID} }

func askFiles(required bool) Input {
	return Input{Key: "attachments", Kind: FieldFiles, Required: required, Max: MaxAttachments}
}

// choice asks whether an action with the word may be performed.
func (c command) choice(word string, a Action) Choice {
	return Choice{word, c.order.decision(c.actor, a, c.at)}
}
