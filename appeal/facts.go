package appeal

import "time"

// Facts is what an order looks like to the rules of appeals, at the instant of the question.
type Facts struct {
	// Turn is the party whose turn it is; zero where it is nobody's, and then nobody can be silent.
	Turn Party
	// Since is the instant from which that party's silence is measured: when its turn began, or its last update (R09).
	Since time.Time
	// RequestRejections and ProductRejections count the rejections since the flow began or was last resumed by a ruling
	// (R10, R16).
	RequestRejections, ProductRejections int
	// ScheduledEnd is when the flow is scheduled to be completed, moved by past freezes (R14, R17). Zero means that there is
	// none, and so no blackout.
	ScheduledEnd time.Time
}

// Finding is the facts that made a ground hold when an appeal was raised; it is kept with the appeal as evidence (R18).
type Finding struct {
	// Count is the number of rejections, for a rejection ground; otherwise 0.
	Count int `json:"count,omitempty"`
	// Since is the instant since which the other party had been silent, for a silence ground; otherwise zero.
	Since time.Time `json:"since,omitzero"`
}
