package words

import (
	"errors"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

// Explanation is what an error means to the one whose operation failed.
type Explanation struct {
	// Detail is a sentence: why a rule refuses it, and from when it does not.
	// It is empty where the error is no refusal.
	Detail string `json:"detail,omitempty"`
	// Refusal is what the rule decided (R24).
	Refusal *supervision.Refusal `json:"refusal,omitempty"`
	// Faults are those of the input, each with its message in the language.
	Faults []supervision.Fault `json:"faults,omitempty"`
}

// Explain says what is wrong in the error of an operation, from the refusal or
// the faults that it wraps. Of any other error it says nothing, since that may
// tell a stranger what only the host should know.
func (l *Language) Explain(err error) (e Explanation) {
	if errors.As(err, &e.Refusal) {
		e.Detail = l.Why(e.Refusal.Decision)
	}
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			f.Message = l.Fault(f)
			e.Faults = append(e.Faults, f)
		}
	}
	return e
}

// Preferred returns the language of this package that comes first in a list of
// language tags as browsers send one, such as "zh-CN,zh;q=0.9,en;q=0.8";
// English where it has neither.
func Preferred(tags string) *Language {
	for tag := range strings.SplitSeq(tags, ",") {
		name, _, _ := strings.Cut(tag, ";")
		switch name, _, _ := strings.Cut(strings.TrimSpace(name), "-"); strings.ToLower(name) {
		case "en":
			return English()
		case "zh":
			return Chinese()
		}
	}
	return English()
}
