package main

import (
	"net/http"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
)

type queuePage struct {
	layout
	Overdue, Pending []summary
	More             bool
}

// showQueue lists the appeals that wait for the operations manager, the overdue
// ones first (R19).
func (v *visit) showQueue() error {
	page := queuePage{layout: v.layout("Appeals")}
	page.Live = "/events"
	result, err := v.svc.Search(v.r.Context(), v.actor(),
		supervision.Query{Criteria: supervision.Criteria{Appeal: supervision.AppealPending},
			Limit: supervision.MaxPage})
	if err != nil {
		return err
	}
	page.More = result.Next != ""
	for _, order := range result.Orders {
		entry, err := v.summary(order)
		if err != nil {
			return err
		}
		if entry.Overdue() {
			page.Overdue = append(page.Overdue, entry)
		} else {
			page.Pending = append(page.Pending, entry)
		}
	}
	sortByHandling(page.Overdue)
	sortByHandling(page.Pending)
	return v.render(http.StatusOK, "queue.html", page)
}

// sortByHandling puts first what should be decided first.
func sortByHandling(list []summary) {
	slices.SortFunc(list, func(a, b summary) int { return a.Appeal.HandleBy.Compare(b.Appeal.HandleBy) })
}
