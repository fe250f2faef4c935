package main

import (
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// words are the functions with which pages say in English what the library says
// in types.
var words = template.FuncMap{
	"account": accountName, "product": productName, "role": func(r supervision.Role) string { return roleNames[r] },
	"roles":  supervision.Roles,
	"status": func(s supervision.Status) string { return statusNames[s] },
	"order":  func(s supervision.OrderStatus) string { return capital(string(s)) },
	"step":   func(s supervision.Status) string { return stepNames[s] },
	"state":  func(s supervision.StepState) string { return stateNames[s] },
	"tone":   tone, "done": func(o supervision.Operation) string { return doneNames[o] },
	"ground":  func(g appeal.Ground) string { return groundNames[g] },
	"party":   func(p appeal.Party) string { return string(p) },
	"outcome": func(o appeal.Outcome) string { return outcomeNames[o] },
	"resumed": resumed, "time": instant, "day": func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
	"span": span, "until": until, "capital": capital, "sentence": sentence, "bytes": byteSize, "id": domID,
	"address": address, "file": filePath,
	"why":     supervision.ReasonText,
	"reason":  func(v appeal.Verdict) string { return sentence(supervision.ReasonText(v.Reason)) },
	"subject": func(order string, facts []fact) subject { return subject{order, facts} },
}

var roleNames = map[supervision.Role]string{
	supervision.RoleBuyer: "buyer", supervision.RoleSeller: "seller", supervision.RoleManager: "operations manager",
	supervision.RoleSystem: "system",
}

var statusNames = map[supervision.Status]string{
	supervision.AwaitingRequest:      "Waiting for request",
	supervision.AwaitingConfirmation: "Waiting for confirmation",
	supervision.AwaitingDelivery:     "Waiting for service",
	supervision.AwaitingAcceptance:   "Waiting for acceptance",
	supervision.Accepted:             "Accepted",
	supervision.Frozen:               "Appeal in progress",
	supervision.Completed:            "Completed",
	supervision.Canceled:             "Canceled",
}

// stepNames name the stages of the flow in its stepper.
var stepNames = map[supervision.Status]string{
	supervision.AwaitingRequest:      "Submit request",
	supervision.AwaitingConfirmation: "Confirm request",
	supervision.AwaitingDelivery:     "Provide service",
	supervision.AwaitingAcceptance:   "Confirm acceptance",
	supervision.Accepted:             "Accepted",
	supervision.Completed:            "Completed",
}

var stateNames = map[supervision.StepState]string{
	supervision.StepDone: "done", supervision.StepCurrent: "now", supervision.StepWaiting: "to come",
	supervision.StepFrozen: "frozen", supervision.StepSkipped: "skipped", supervision.StepCanceled: "canceled here",
}

// doneNames say what an operation record tells.
var doneNames = map[supervision.Operation]string{
	supervision.OpOpen:           "Product purchased",
	supervision.OpSubmitRequest:  "Request submitted",
	supervision.OpAcceptRequest:  "Request accepted",
	supervision.OpRejectRequest:  "Request rejected",
	supervision.OpReportProgress: "Progress reported",
	supervision.OpDeliver:        "Service delivered",
	supervision.OpAcceptProduct:  "Service accepted",
	supervision.OpRejectProduct:  "Delivery rejected",
	supervision.OpRemind:         "Seller reminded",
	supervision.OpRaiseAppeal:    "Appeal initiated",
	supervision.OpIntervene:      "Taken in hand by the operations manager",
	supervision.OpAddNote:        "Note added",
	supervision.OpDecideAppeal:   "Appeal decided",
	supervision.OpAutoAccept:     "Accepted automatically",
	supervision.OpComplete:       "Order completed",
}

var groundNames = map[appeal.Ground]string{
	appeal.SellerSilent:    "The seller has not updated the service flow",
	appeal.BuyerSilent:     "The buyer has not updated the service flow",
	appeal.RequestRejected: "The request has been rejected repeatedly",
	appeal.ProductRejected: "The delivery has been rejected repeatedly",
	appeal.Unconditional:   "Appeal without a particular ground",
}

var outcomeNames = map[appeal.Outcome]string{
	appeal.Resume: "The service flow goes on", appeal.Accept: "The service is deemed accepted",
	appeal.Cancel: "The order is canceled",
}

// tone is the colour of a status's badge.
func tone(s supervision.Status) string {
	switch {
	case s == supervision.Frozen:
		return "alert"
	case s == supervision.Completed, s == supervision.Accepted:
		return "good"
	case s == supervision.Canceled:
		return "quiet"
	case s.Turn() == supervision.RoleBuyer:
		return "buyer"
	}
	return "seller"
}

// resumed says at which stage a ruling let the flow go on.
func resumed(word string) string { return statusNames[supervision.Status(word)] }

// instant writes a time for people and machines.
func instant(t time.Time) template.HTML {
	t = t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s UTC</time>`, t.Format(time.RFC3339Nano),
		t.Format("2 Jan 2006, 15:04")))
}

// until counts down to an instant; the script keeps it going.
func until(t, now time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-countdown>in %s</time>`,
		t.UTC().Format(time.RFC3339Nano), span(now, t.Add(time.Minute-1))))
}

// span says how long it is from one instant to another, in its two largest
// units. What is left over is cut; a countdown adds it before.
func span(from, to time.Time) string {
	d := max(0, to.Sub(from))
	days, hours, minutes := int(d/supervision.Day), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0:
		return strings.TrimSuffix(fmt.Sprintf("%s %d h", count(days, "day"), hours), " 0 h")
	case hours > 0:
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", hours, minutes), " 0 min")
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return "less than a minute"
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// sentence makes one of a message of the library's.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return capital(strings.TrimSuffix(s, ".")) + "."
}

func byteSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<20)), ".0") + " MB"
}

// domID makes an element's id of a field's path.
func domID(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '[' || r == ']' || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, name)
}
