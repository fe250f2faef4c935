package bridge

import (
	"cmp"
	"slices"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
)

// Permissions writes the library's answers as the model does.
func Permissions(list []supervision.Decision) []model.Permission {
	var out []model.Permission
	for _, p := range list {
		out = append(out, model.Permission{
			Op: string(p.Operation), Allowed: p.Allowed, Rule: string(p.Rule), Reason: string(p.Reason),
			From: Micros(p.From), Until: Micros(p.Until),
		})
	}
	return out
}

// Verdicts writes the library's answers as the model does.
func Verdicts(list []appeal.Verdict) []model.Verdict {
	var out []model.Verdict
	for _, v := range list {
		out = append(out, model.Verdict{
			Ground: string(v.Ground), Holds: v.Holds, Reason: string(v.Reason), From: Micros(v.From),
			Until: Micros(v.Until),
			Count: v.Finding().Count, Since: Micros(v.Finding().Since),
		})
	}
	return out
}

// Deadlines writes the library's deadlines as the model does.
func Deadlines(list []supervision.Deadline) []model.Deadline {
	var out []model.Deadline
	for _, d := range list {
		out = append(out, model.Deadline{
			At: Micros(d.At), Kind: string(d.Kind), Rule: string(d.Rule), Party: string(d.Party),
			Ground: string(d.Ground),
		})
	}
	return out
}

// Notices writes the library's notices as the model does, in one order.
func Notices(list []supervision.Notice) []model.Notice {
	var out []model.Notice
	for _, n := range list {
		out = append(out, model.Notice{
			Kind: string(n.Kind), Rule: string(n.Rule), At: Micros(n.At), Due: Micros(n.Due),
		})
	}
	return SortNotices(out)
}

// SortNotices puts notices in one order, so that those of an instant can be
// compared.
func SortNotices(list []model.Notice) []model.Notice {
	slices.SortFunc(list, func(a, b model.Notice) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

// SortDeadlines puts deadlines in one order, so that those of an instant can be
// compared.
func SortDeadlines(list []model.Deadline) []model.Deadline {
	slices.SortFunc(list, func(a, b model.Deadline) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Party, b.Party),
			cmp.Compare(a.Ground, b.Ground))
	})
	return list
}
