package service_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Errors name orders, a few of many, and match what they stand for and nothing
// else.
func TestErrorsNameTheirOrders(t *testing.T) {
	many := []string{"a", "b", "c", "d", "e", "f"}
	for _, c := range []struct {
		err  error
		text string
		is   error
	}{
		{&service.ExistsError{Orders: many}, `service: 6 order(s) exist already: ["a" "b" "c" "d" "e"]`,
			service.ErrExists},
		{&service.ConflictError{Orders: many},
			`service: conflict: 6 order(s) changed meanwhile: ["a" "b" "c" "d" "e"]: load again and decide again`,
			service.ErrConflict},
		{&service.DifferentError{Order: "a", Fields: []string{"buyer", "seller"}},
			`service: order "a" exists already and differs in buyer, seller`, service.ErrExists},
		{&service.UnreadableError{Order: "a", Err: supervision.ErrMalformed},
			`service: order "a" cannot be read: ` + supervision.ErrMalformed.Error(), supervision.ErrMalformed},
		{&service.UnreadableError{Order: "a", Seq: 1, Err: supervision.ErrNewerFormat},
			`service: record 1 of order "a" cannot be read: ` + supervision.ErrNewerFormat.Error(),
			supervision.ErrNewerFormat},
	} {
		assert.EqualError(t, c.err, c.text)
		for _, other := range []error{service.ErrExists, service.ErrConflict, service.ErrStale,
			supervision.ErrMalformed, supervision.ErrNewerFormat, service.ErrUnknownOutcome} {
			assert.Equal(t, other == c.is, errors.Is(c.err, other), "%v is %v", c.err, other)
		}
	}
}

// Of the orders that a step could not do each has its error.
func TestOrdersErrorIsEachOfItsErrors(t *testing.T) {
	err := &service.OrdersError{Failed: []service.OrderError{{Order: "a", Err: supervision.ErrMalformed},
		{Order: "b", Err: supervision.ErrNewerFormat}}}
	assert.ErrorIs(t, err, supervision.ErrMalformed)
	assert.ErrorIs(t, err, supervision.ErrNewerFormat)
	assert.EqualError(t, err, `service: 2 order(s) failed, the others are done; first "a": `+
		supervision.ErrMalformed.Error())
}
