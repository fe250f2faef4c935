package supervision

import (
	"fmt"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// faults collects everything wrong with an input, so that it is refused whole with all its faults.
type faults []Fault

func (f *faults) add(field, code, message string) {
	*f = append(*f, Fault{Field: field, Code: code, Message: message})
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &InvalidError{Faults: f}
}

// id checks an id, an idempotency key or a checksum.
func (f *faults) id(field, id string) {
	if code, problem := template.CheckID(id); code != "" {
		f.add(field, code, problem)
	}
}

// text trims a text and checks its bounds; a required one must say something.
func (f *faults) text(field, text string, required bool) string {
	text = strings.TrimSpace(text)
	if text == "" && required {
		f.add(field, "required", "write something")
	}
	if code, problem := template.CheckText(text, MaxText); code != "" {
		f.add(field, code, problem)
	}
	return text
}

// attachments checks a list of attachments and returns a copy, so that what is stored cannot be changed by who sent it.
func (f *faults) attachments(field string, list []appeal.Attachment) []appeal.Attachment {
	if len(list) == 0 {
		return nil
	}
	if len(list) > MaxAttachments {
		f.add(field, "too_many", fmt.Sprintf("attach at most %d files", MaxAttachments))
		return nil
	}
	checked := make([]appeal.Attachment, len(list))
	for i, a := range list {
		var of faults
		checked[i] = appeal.Attachment{Name: of.text("name", a.Name, true), Ref: of.text("ref", a.Ref, true), Digest: a.Digest}
		if a.Digest != "" {
			of.id("digest", a.Digest)
		}
		for _, fault := range of {
			f.add(fmt.Sprintf("%s[%d].%s", field, i, fault.Field), fault.Code, fault.Message)
		}
	}
	return checked
}

// Years an instant may lie in: those that JSON can write, with room for what a policy adds.
const firstYear, lastYear = 1970, 9000

var (
	firstInstant = time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	firstBeyond  = time.Date(lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// instant checks an instant and cuts it to the resolution of the rules.
func (f *faults) instant(field string, t time.Time) time.Time {
	t = t.UTC().Truncate(Tick)
	if t.IsZero() {
		f.add(field, "required", "give an instant")
	} else if t.Before(firstInstant) || !t.Before(firstBeyond) {
		f.add(field, "out_of_range", fmt.Sprintf("give an instant between the years %d and %d", firstYear, lastYear))
	}
	return t
}
