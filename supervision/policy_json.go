package supervision

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Format is the version of the JSON forms of orders, records, actions and policies. A document with a higher number comes from a
// newer version of the library and is refused with [ErrNewerFormat].
const Format = 1

type policyJSON struct {
	Format            int           `json:"format"`
	Name              string        `json:"name,omitempty"`
	Start             Status        `json:"start"`
	CompletionDelay   string        `json:"completion_delay"`
	SupervisionPeriod string        `json:"supervision_period"`
	ReminderInterval  string        `json:"reminder_interval"`
	AutoAccept        string        `json:"auto_accept"`
	Appeal            appeal.Policy `json:"appeal"`
}

// MarshalJSON writes the policy with its format version and durations as text ("3h0m0s").
func (p Policy) MarshalJSON() ([]byte, error) {
	if text := policies.text(p); text != nil {
		return text, nil
	}
	text, err := json.Marshal(policyJSON{
		Format: Format, Name: p.Name, Start: p.Start,
		CompletionDelay: p.CompletionDelay.String(), SupervisionPeriod: p.SupervisionPeriod.String(),
		ReminderInterval: p.ReminderInterval.String(), AutoAccept: p.AutoAccept.String(),
		Appeal: p.Appeal,
	})
	if err == nil {
		policies.written(p, text)
	}
	return text, err
}

// UnmarshalJSON reads what MarshalJSON writes and validates it: every number has to be there, and a field it does not know is
// refused, since leaving it out would change the rules silently. Errors wrap [ErrPolicy], and [ErrNewerFormat] where the
// policy comes from a newer version.
func (p *Policy) UnmarshalJSON(data []byte) error {
	if known, ok := policies.value(data); ok {
		*p = known
		return nil
	}
	var wire policyJSON
	if err := decodeStrict("policy", data, &wire, &wire.Format); err != nil {
		return fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	read := Policy{Name: wire.Name, Start: wire.Start, Appeal: wire.Appeal}
	err := errors.Join(
		parseDuration("completion_delay", wire.CompletionDelay, &read.CompletionDelay),
		parseDuration("supervision_period", wire.SupervisionPeriod, &read.SupervisionPeriod),
		parseDuration("reminder_interval", wire.ReminderInterval, &read.ReminderInterval),
		parseDuration("auto_accept", wire.AutoAccept, &read.AutoAccept),
	)
	if err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	policies.read(data, read)
	*p = read
	return nil
}

func parseDuration(field, text string, into *time.Duration) (err error) {
	if *into, err = time.ParseDuration(text); err != nil {
		return fmt.Errorf("%w: %s: write a duration such as \"3h0m0s\"", ErrPolicy, field)
	}
	return nil
}
