package supervision

import (
	"encoding/json"
	"fmt"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// Format is the version of the JSON forms of orders, records, actions and
// policies. A document with a higher number comes from a newer version of the
// library and is refused with [ErrNewerFormat].
const Format = fault.Newest

type policyJSON struct {
	Format            int           `json:"format"`
	Name              string        `json:"name,omitempty"`
	Start             Status        `json:"start"`
	CompletionDelay   string        `json:"completion_delay"`
	SupervisionPeriod string        `json:"supervision_period"`
	ReminderInterval  string        `json:"reminder_interval"`
	AtScheduledEnd    EndAction     `json:"at_scheduled_end"`
	NegotiatedRefund  *bool         `json:"negotiated_refund"`
	AutoAccept        string        `json:"auto_accept"`
	AutoAcceptFrom    CountedFrom   `json:"auto_accept_from"`
	Notices           Notices       `json:"notices,omitzero"`
	Appeal            appeal.Policy `json:"appeal"`
}

// MarshalJSON writes the policy with its format version and durations as text
// ("3h0m0s").
func (p Policy) MarshalJSON() ([]byte, error) {
	return json.Marshal(policyJSON{
		Format: Format, Name: p.Name, Start: p.Start,
		CompletionDelay: p.CompletionDelay.String(), SupervisionPeriod: p.SupervisionPeriod.String(),
		ReminderInterval: p.ReminderInterval.String(), AtScheduledEnd: p.AtScheduledEnd,
		NegotiatedRefund: &p.NegotiatedRefund, AutoAccept: p.AutoAccept.String(), AutoAcceptFrom: p.AutoAcceptFrom,
		Notices: p.Notices, Appeal: p.Appeal,
	})
}

// UnmarshalJSON reads what MarshalJSON writes and validates it: every number
// has to be there, and a field it does not know is refused, since leaving it
// out would change the rules silently. Errors wrap [ErrPolicy], and
// [ErrNewerFormat] where the policy comes from a newer version.
func (p *Policy) UnmarshalJSON(data []byte) error {
	var wire policyJSON
	if err := fault.DecodeDocument("supervision: policy", data, &wire, &wire.Format); err != nil {
		return fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	var f faults
	read := Policy{
		Name: wire.Name, Start: wire.Start, AtScheduledEnd: wire.AtScheduledEnd,
		AutoAcceptFrom: wire.AutoAcceptFrom, Notices: wire.Notices, Appeal: wire.Appeal,
		CompletionDelay:   f.ParseDuration("completion_delay", wire.CompletionDelay),
		SupervisionPeriod: f.ParseDuration("supervision_period", wire.SupervisionPeriod),
		ReminderInterval:  f.ParseDuration("reminder_interval", wire.ReminderInterval),
		AutoAccept:        f.ParseDuration("auto_accept", wire.AutoAccept),
	}
	if wire.NegotiatedRefund == nil {
		f.Add("negotiated_refund", fault.Required, "say true or false")
	} else {
		read.NegotiatedRefund = *wire.NegotiatedRefund
	}
	if err := f.Err("supervision", ErrPolicy); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*p = read
	return nil
}
