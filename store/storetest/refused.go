package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const saysRefused = "what reading would refuse is refused with [supervision.ErrMalformed] before it is stored, " +
	"and nothing has changed"

// aboutRefusing keeps out what could not be read again: one such order would
// stop whoever reads a list that it is in.
var aboutRefusing = refusing()

// unreadable are changes that no operation makes.
var unreadable = []struct {
	name  string
	spoil func(c *service.Change)
}{
	{"an order without its buyer", func(c *service.Change) { c.Order.Buyer = "" }},
	{"an order at a status that is none", func(c *service.Change) { c.Order.Status = "teleported" }},
	{"an order without a policy", func(c *service.Change) { c.Order.Policy = supervision.Policy{} }},
	{"an order with a negative counter", func(c *service.Change) { c.Order.RequestRejections = -1 }},
	{"an order whose time runs backwards", func(c *service.Change) { c.Order.TurnSince = day0.Add(-tick) }},
	{"an order accepted by nobody", func(c *service.Change) { c.Order.Status = supervision.Accepted }},
	{"an order finer than a tick",
		func(c *service.Change) { c.Order.ScheduledEnd = c.Order.ScheduledEnd.Add(time.Nanosecond) }},
	{"a record without an action", func(c *service.Change) { c.Records[0].Action = nil }},
	{"a record by nobody", func(c *service.Change) { c.Records[0].Actor = supervision.Actor{} }},
	{"a record of no order", func(c *service.Change) { c.Records[0].Order = "" }},
	{"a record without a number", func(c *service.Change) { c.Records[0].Seq = 0 }},
}

func refusing() (list []sentence) {
	for _, u := range unreadable {
		list = append(list,
			sentence{u.name + ", created", saysRefused, func(c *check) {
				good, bad := c.open(opening("good"), day0), c.open(opening("bad"), day0)
				change := bad.change()
				u.spoil(&change)
				require.ErrorIs(c, c.Create(ctx, good.change(), change), supervision.ErrMalformed)
				c.lacks("good")
				c.lacks("bad")
				c.waiting()
			}},
			sentence{u.name + ", saved", saysRefused, func(c *check) {
				good, bad := c.begin("good"), c.begin("bad")
				was := []*history{good.rival(), bad.rival()}
				change := bad.request().change()
				u.spoil(&change)
				require.ErrorIs(c, c.Save(ctx, good.request().change(), change), supervision.ErrMalformed)
				c.holds(was...)
			}})
	}
	return list
}
