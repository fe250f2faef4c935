package supervision_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// document is one golden file of a JSON form: testdata/json/<form>_<name>.json.
type document struct {
	form, name string
	value      any
	// read reads the file back by the library.
	read func([]byte) (any, error)
}

func (d document) file() string { return filepath.Join("json", d.form+"_"+d.name+".json") }

// documents lists every golden file: an order at each status, a record and an
// action of each operation, each preset and a template.
func documents(t *testing.T) (list []document) {
	told, orders := tales(t)
	for _, status := range supervision.Statuses() {
		list = append(list, document{"order", string(status), orders[status], readAs[supervision.Order]})
	}
	for _, name := range []string{"erased", "delivered_as_text", "resold"} {
		list = append(list, document{"order", name, orders[supervision.Status(name)], readAs[supervision.Order]})
	}
	records := make(map[supervision.Operation]supervision.Record)
	for _, r := range told {
		if _, earlier := records[r.Operation]; !earlier {
			records[r.Operation] = r
		}
		if r.Salt != "" {
			erased, err := r.Erase()
			require.NoError(t, err)
			list = append(list, document{"record", string(r.Operation) + "_erased", erased, readAs[supervision.Record]})
		}
		if r.Finding.Count > 0 {
			list = append(list, document{"record", "raise_appeal_on_rejections", r, readAs[supervision.Record]})
		}
	}
	for _, op := range supervision.Operations() {
		r, ok := records[op]
		require.True(t, ok, op)
		list = append(list, document{"record", string(op), r, readAs[supervision.Record]})
		list = append(list, document{"action", string(op), asJSON{r.Action}, readAction})
	}
	refunding := cancel
	refunding.Refund = half
	list = append(list, document{"action", "decide_appeal_with_a_refund", asJSON{refunding}, readAction})
	list = append(list, document{"action", "amend_of_a_clock", asJSON{turnBack}, readAction})
	list = append(list, document{"action", "submit_request_as_text", asJSON{submit}, readAction})
	list = append(list, document{"action", "deliver_as_text", asJSON{deliver}, readAction})
	list = append(list, document{"action", "adopt_of_a_canceled_order",
		asJSON{adopt(t, canceledElsewhere(), bought.Add(300*day)).records[0].Action}, readAction})
	for _, p := range []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		supervision.Hardware()} {
		list = append(list, document{"policy", p.Name, p, readAs[supervision.Policy]})
	}
	noticing := supervision.Guide()
	noticing.Notices, noticing.AutoAccept, noticing.AtScheduledEnd = everyNotice(), 10*day, supervision.EndCancel
	list = append(list, document{"policy", "with_notices", noticing, readAs[supervision.Policy]})
	staying := supervision.Guide()
	staying.Notices = supervision.Notices{BlackoutEnds: day}
	list = append(list, document{"policy", "with_a_notice", staying, readAs[supervision.Policy]})
	return append(list, document{"template", "every_kind", everyKind(), readAs[template.Template]})
}

func readAs[V any](data []byte) (any, error) {
	var v V
	err := json.Unmarshal(data, &v)
	return v, err
}

// asJSON writes an action as MarshalAction does.
type asJSON struct{ supervision.Action }

func (a asJSON) MarshalJSON() ([]byte, error) { return supervision.MarshalAction(a.Action) }

func readAction(data []byte) (any, error) {
	action, err := supervision.UnmarshalAction(data)
	return asJSON{action}, err
}

// tales drives two orders through every status and operation, with every field
// filled in somewhere, and returns their records and an order at each status.
// The first has templates and is accepted after an appeal of the seller; the
// second is canceled. A third delivers in words.
func tales(t *testing.T) ([]supervision.Record, map[supervision.Status]supervision.Order) {
	orders := make(map[supervision.Status]supervision.Order)
	keep := func(s *story) {
		orders[s.order.Status] = s.order
	}
	files := []supervision.Attachment{{Name: "seats.csv", Ref: "files/7f3a", Digest: "sha256:9b74c989"}}
	policy := autoAccepting()
	policy.NegotiatedRefund, policy.AtScheduledEnd = true, supervision.EndCancel
	opening := anOpening(policy)
	opening.BoughtAt, opening.ScheduledEnd = bought.Add(-time.Hour), bought.Add(200*day)
	opening.DeliveryTemplateVersion = 5
	form := supervision.SubmitRequest{Values: template.Values{"users": json.Number("200"), "region": "eu"},
		Attachments: files}
	delivery := supervision.Deliver{Values: form.Values, Attachments: files, EnabledAt: bought.Add(2 * day)}

	s := beginOn(t, opening, 2, seats())
	keep(s)
	jane := ben
	jane.User = "jane"
	keep(s.wait(time.Hour).do(jane, form))
	s.wait(time.Hour).do(sue, rejectRequest).do(ben, form).do(sue, acceptRequest)
	keep(s.wait(day).do(ben, remind).wait(time.Hour+123456*tick).do(sue, report))
	s.wait(day).do(sue, delivery).do(ben, rejectProduct).do(sue, delivery).do(ben, propose).do(sue, decline)
	agreed := s.fork().do(ben, propose).do(sue, agreeRefund)
	ended := s.fork().do(ben, rejectProduct).until(opening.ScheduledEnd)
	_, ended.records = settle(ended.order, nil, ended.at)
	s.do(ben, propose, withdraw, propose).do(supervision.System(), receive)
	keep(s.do(mia, supervision.Amend{Policy: policy, ScheduledEnd: bought.Add(210 * day), Buyer: ben.ID, Seller: sue.ID,
		Reason: amend.Reason}))
	untouched := s.fork().wait(10 * day)
	_, untouched.records = settle(untouched.order, nil, untouched.at)
	keep(s.silenced().wait(time.Hour).do(mia, supervision.AddNote{Text: note.Text, Attachments: files, Shared: true}))
	ruling := resumeAt(supervision.AwaitingAcceptance)
	ruling.Attachments = files
	keep(s.do(mia, ruling))
	keep(s.do(ben, acceptProduct))
	ruling.ResumeAt = ""
	s.wait(time.Hour).do(mia, supervision.Intervene{Reason: intervene.Reason, Attachments: files}).wait(day).do(mia,
		ruling)
	s.wait(2 * time.Hour)
	s.order, s.records = settle(s.order, s.records, s.at)
	keep(s)
	s.records[1].Key, s.records[2].Salt = "command-17", "RS4HNKQ2UXFAVBEJ6M7DWOTY3C"
	erasing := s.fork().do(supervision.System(), erase)
	orders["erased"] = erasing.order

	refunding := cancel
	refunding.Refund = half
	other := rejections(t, supervision.Guide(), appeal.RequestRejected, 3)
	keep(other.do(ben, appealOn(appeal.RequestRejected)).do(mia, refunding))
	asText := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance)
	orders["delivered_as_text"] = asText.order
	orders["resold"] = untouched.fork().do(mia, supervision.Intervene{Reason: intervene.Reason},
		supervision.Amend{Seller: otherSeller.ID, Reason: amend.Reason}).order
	turned := fastClock(t).until(afterwards).do(mia, turnBack)
	frozen := adopt(t, frozenElsewhere(), bought.Add(100*day))
	canceled := adopt(t, canceledElsewhere(), bought.Add(300*day))
	return slices.Concat(s.records, frozen.records, canceled.records, untouched.records,
		agreed.records[len(agreed.records)-1:], ended.records,
		other.records, erasing.records[len(erasing.records)-1:],
		asText.records, turned.records[len(turned.records)-1:]), orders
}

// everyKind is a request template with a field of each kind, and every setting
// somewhere.
func everyKind() template.Template {
	options := []template.Option{{Value: "eu", Label: "Europe"}, {Value: "cn"}}
	return template.Template{Title: "Set up", Intro: "Tell us what you need.", Fields: []template.Field{
		{Key: "company", Label: "Company", Help: "As registered.", Kind: template.Line, Required: true, MinLength: 2,
			MaxLength: 80},
		{Key: "code", Label: "Contract", Kind: template.Line, Pattern: `[A-Z]{2}\d{4}`},
		{Key: "needs", Label: "Needs", Kind: template.Text},
		{Key: "budget", Label: "Budget", Kind: template.Number, Min: "0.5", Max: "99.5"},
		{Key: "users", Label: "Users", Kind: template.Integer, Min: "1", Max: "500", Default: json.Number("10")},
		{Key: "trial", Label: "Trial first?", Kind: template.YesNo},
		{Key: "start", Label: "Start", Kind: template.Date, Min: "2026-01-01", Max: "2026-12-31"},
		{Key: "region", Label: "Region", Kind: template.Choice, Options: options},
		{Key: "regions", Label: "Others", Kind: template.Choices, Options: options, MinItems: 1, MaxItems: 2},
		{Key: "email", Label: "E-mail", Kind: template.Email},
		{Key: "phone", Label: "Phone", Kind: template.Phone},
		{Key: "site", Label: "Site", Kind: template.URL},
		{Key: "list", Label: "User list", Kind: template.File},
	}}
}

// The JSON forms that hosts store and send are exactly those of the golden
// files, in both directions.
func TestJSON_Golden(t *testing.T) {
	for _, d := range documents(t) {
		t.Run(d.form+"/"+d.name, func(t *testing.T) {
			compact, err := json.Marshal(d.value)
			require.NoError(t, err)
			var text bytes.Buffer
			require.NoError(t, json.Indent(&text, compact, "", "  "))
			golden(t, d.file(), text.String()+"\n")

			read, err := d.read(text.Bytes())
			require.NoError(t, err)
			assert.Equal(t, d.value, read)
		})
	}
}

// What hosts show carries no version, but its names are kept all the same.
func TestJSON_GoldenAnswers(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).do(ben, remind).wait(time.Hour)
	permissions, err := s.order.Operations(ben, s.at)
	require.NoError(t, err)
	_, _, invalid := s.order.Apply(sue, supervision.ReportProgress{Text: "\x00"}, s.at)
	published := supervision.TemplateID{Seller: sue.ID, Product: "p-1", Operation: supervision.OpDeliver, Version: 1}
	answers := map[string]any{
		"operations": permissions, "deadlines": s.order.Deadlines(s.at), "progress": s.order.Steps(s.at),
		"refusal": s.refused(ben, remind), "invalid": invalid.(*supervision.InvalidError).Faults,
		"template":   service.PublishedTemplate{TemplateID: published, PublishedAt: bought, Template: seats()},
		"withdrawal": service.PublishedTemplate{TemplateID: published, PublishedAt: bought},
	}
	text, err := json.MarshalIndent(answers, "", "  ")
	require.NoError(t, err)
	golden(t, filepath.Join("json", "answers.json"), string(text)+"\n")

	var refusal supervision.Refusal
	text, err = json.Marshal(answers["refusal"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &refusal))
	assert.Equal(t, answers["refusal"], &refusal)
}
