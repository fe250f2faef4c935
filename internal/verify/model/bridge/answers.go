package bridge

import (
	"cmp"
	"slices"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
)

// Permissions writes the library's answers as the model does.
func Permissions(list []supervision.Permission) []model.Permission {
	var out []model.Permission
	for _, p := range list {
		out = append(out, model.Permission{
			Op: p.Operation.String(), Allowed: p.Allowed, Rule: string(p.Rule), Reason: p.Reason.String(),
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
			Ground: v.Ground.String(), Holds: v.Holds, Reason: v.Reason.String(), From: Micros(v.From), Until: Micros(v.Until),
			Count: v.Finding.Count, Since: Micros(v.Finding.Since),
		})
	}
	return out
}

// Deadlines writes the library's deadlines as the model does.
func Deadlines(list []supervision.Deadline) []model.Deadline {
	var out []model.Deadline
	for _, d := range list {
		out = append(out, model.Deadline{
			At: Micros(d.At), Kind: string(d.Kind), Rule: string(d.Rule), Party: d.Party.String(), Ground: d.Ground.String(),
		})
	}
	return out
}

// SortDeadlines puts deadlines in one order, so that those of an instant can be compared.
func SortDeadlines(list []model.Deadline) []model.Deadline {
	slices.SortFunc(list, func(a, b model.Deadline) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Party, b.Party), cmp.Compare(a.Ground, b.Ground))
	})
	return list
}
