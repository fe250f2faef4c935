package appeal

import "time"

// Facts is what the rules of appeals see of an order at the instant of the
// question.
type Facts struct {
	// Turn is the party whose turn it is; zero where it is nobody's, and then
	// nobody can be silent.
	Turn Party
	// Since is when that party's silence began: with its turn, or with its
	// last update (R09).
	Since time.Time
	// RequestRejections and ProductRejections count rejections since the flow
	// began, or since a ruling spent them (R10, R16).
	RequestRejections, ProductRejections int
	// ScheduledEnd is when the flow is scheduled to end, moved by past freezes
	// (R14, R17). Zero means that there is none, and so no blackout.
	ScheduledEnd time.Time
}

// Finding is the facts that made a ground hold when an appeal was raised. It is
// kept with the appeal as evidence (R18).
type Finding struct {
	// Count is the number of rejections, for a rejection ground; otherwise 0.
	Count int `json:"count,omitempty"`
	// Since is when the other party's silence began, for a silence ground;
	// otherwise zero.
	Since time.Time `json:"since,omitzero"`
}
