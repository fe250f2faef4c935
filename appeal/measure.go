package appeal

import (
	"encoding/json"
	"fmt"
	"time"
)

// Measure is the numbers behind an answer, such as 2 rejections of 3 (R24). Its
// zero value says that there are none, or that a ground cannot be measured:
// another party's turn, or a ground that the party does not have.
type Measure struct {
	// Have and Need are the rejections there are and those that open an
	// appeal (R10).
	Have, Need int
	// Since is when the silence began, and Length how long it has to last and
	// be exceeded (R09); for [InBlackout], when the blackout began and how
	// long it lasts (R14).
	Since  time.Time
	Length time.Duration
}

type measureJSON struct {
	Have   int       `json:"have,omitempty"`
	Need   int       `json:"need,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Length string    `json:"length,omitempty"`
}

// MarshalJSON writes what is not zero, and the length as text ("120h0m0s").
func (m Measure) MarshalJSON() ([]byte, error) {
	wire := measureJSON{Have: m.Have, Need: m.Need, Since: m.Since}
	if m.Length != 0 {
		wire.Length = m.Length.String()
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads what MarshalJSON writes. A client of an older version
// takes what it does not know as it is: unknown members are left out.
func (m *Measure) UnmarshalJSON(data []byte) error {
	var wire measureJSON
	if err := json.Unmarshal(data, &wire); err != nil {
		return fmt.Errorf("appeal: measure: %w: give the documented members", ErrMalformed)
	}
	read := Measure{Have: wire.Have, Need: wire.Need, Since: wire.Since}
	if wire.Length != "" {
		length, err := time.ParseDuration(wire.Length)
		if err != nil {
			return fmt.Errorf(`appeal: measure: %w: give a duration such as "120h0m0s"`, ErrMalformed)
		}
		read.Length = length
	}
	*m = read
	return nil
}
