package words

import (
	"cmp"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision/audit"
)

// Finding says what a verification has found, without what users wrote.
func (l *Language) Finding(f audit.Finding) string {
	op := f.Decision.Operation
	p := params{"seq": number(int(f.Seq)), "why": l.Why(f.Decision)}
	if f.Want != nil {
		op = f.Want.Operation
		p["operation"], p["at"] = l.Operation(op), l.Instant(f.Want.At)
	}
	var fields, faults []string
	name := func(path string) {
		label := cmp.Or(l.Field(op, strings.TrimPrefix(path, "action.")), l.Field(op, path), path)
		if !slices.Contains(fields, label) {
			fields = append(fields, label)
		}
	}
	for _, path := range f.Fields {
		name(path)
	}
	for _, fault := range f.Faults {
		name("action." + fault.Field)
		faults = append(faults, l.Fault(fault))
	}
	p["fields"], p["faults"] = strings.Join(fields, l.And), strings.Join(faults, l.Space)
	text := l.Findings[f.Kind]
	if f.OfOrder() {
		text = l.OrderAltered
	}
	return l.fill(text, p)
}
