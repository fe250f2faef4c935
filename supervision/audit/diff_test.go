package audit_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/stretchr/testify/assert"
)

func TestR25_Diff(t *testing.T) {
	assert.Empty(t, audit.Diff(supervision.Guide(), supervision.Guide()))

	changed := supervision.Guide()
	changed.ReminderInterval, changed.AutoAccept, changed.CompletionDelay = 90*time.Minute, 10*supervision.Day,
		3*time.Hour+tick
	changed.Appeal.Rejections, changed.Appeal.Buyer = 2, 0
	changed.Notices.Completion, changed.Notices.RulingOverdue = time.Hour, -supervision.Day
	var lines []string
	for _, d := range audit.Diff(supervision.Guide(), changed) {
		lines = append(lines, d.String())
	}
	assert.Equal(t, []string{
		"R11 the buyer's grounds: seller_silent, request_rejected, product_rejected → none",
		"R10 rejections that open an appeal: 3 → 2",
		"R27 an untouched delivery is accepted after: none → 10 d",
		"R02 Completed after acceptance: 3h → 3h0m0.000001s",
		"R33 told before an order is Completed: none → 1h",
		"R33 told before a ruling is late: none → -1 d",
		"R20 between two reminders at least: 1 d → 1h30m",
	}, lines)
}
