package supervision

import "time"

// Rejection is why a request or a delivery came back last (R05, R08). The zero
// value is none.
type Rejection struct {
	// Operation says what was rejected: [OpRejectRequest] or
	// [OpRejectProduct].
	Operation Operation `json:"operation"`
	// Reason is the text of whoever rejected it.
	Reason string `json:"reason"`
	// By is the account that rejected it, At when.
	By string    `json:"by"`
	At time.Time `json:"at"`
}
