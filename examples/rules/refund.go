// Package rules shows how a host tests its own business rules, and the
// library's, in isolation: orders are values, actions are values, time is an
// argument. There is no store, no clock and no context.
package rules

import (
	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// RefundDue is a rule of the host: the buyer gets the money back when an order
// was canceled on the buyer's own, upheld appeal.
func RefundDue(o supervision.Order) bool {
	return o.Status == supervision.Canceled && o.Appeal.By == appeal.Buyer && o.Appeal.Ruling.Upheld
}
