package appeal_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func anAppeal() *appeal.Appeal {
	return &appeal.Appeal{
		By: appeal.Buyer, Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "Go on.",
		Attachments: []appeal.Attachment{{Name: "mail.pdf", Ref: "files/1", Digest: "sha256:00"}},
		Finding:     appeal.Finding{Since: began}, RaisedAt: began.Add(6 * day), HandleBy: began.Add(9 * day),
		Notes: []appeal.Note{{At: began.Add(7 * day), By: "m-1", Text: "Called the seller."}},
	}
}

func TestR12_Pending(t *testing.T) {
	a := anAppeal()
	assert.True(t, a.Pending())
	a.Ruling = &appeal.Ruling{Outcome: appeal.Cancel}
	assert.False(t, a.Pending())
	assert.False(t, (*appeal.Appeal)(nil).Pending())
}

func TestR19_Overdue(t *testing.T) {
	a := anAppeal()
	assert.False(t, a.Overdue(a.HandleBy.Add(-tick)))
	assert.False(t, a.Overdue(a.HandleBy), "the last instant on time")
	assert.True(t, a.Overdue(a.HandleBy.Add(tick)))
	a.Ruling = &appeal.Ruling{Outcome: appeal.Cancel}
	assert.False(t, a.Overdue(a.HandleBy.Add(tick)), "ruled")
	assert.False(t, (*appeal.Appeal)(nil).Overdue(began))
}

func TestClone(t *testing.T) {
	assert.Nil(t, (*appeal.Appeal)(nil).Clone())
	original := anAppeal()
	assert.Equal(t, original, original.Clone(), "pending")
	file := func() []appeal.Attachment { return []appeal.Attachment{{Name: "file.pdf", Ref: "files/2"}} }
	for i := range 2 {
		original.Notes = append(original.Notes, appeal.Note{At: began.Add(8 * day), By: "m-1", Text: "Asked again.",
			Attachments: file()})
		original.Notes[i].Attachments = file()
	}
	original.Ruling = &appeal.Ruling{Outcome: appeal.Resume, ResumedAt: "awaiting_delivery", Decision: "Go on.",
		Attachments: file(), At: began, By: "m-1"}
	clone := original.Clone()
	assert.Equal(t, original, clone)
	clone.Attachments[0].Name, clone.Notes[0].Text, clone.Ruling.Decision = "x", "x", "x"
	clone.Notes[0].Attachments[0].Name, clone.Notes[1].Attachments[0].Name = "x", "x"
	clone.Ruling.Attachments[0].Name = "x"
	assert.Equal(t, "mail.pdf", original.Attachments[0].Name)
	assert.Equal(t, "Called the seller.", original.Notes[0].Text)
	assert.Equal(t, "file.pdf", original.Notes[0].Attachments[0].Name, "a note's file")
	assert.Equal(t, "file.pdf", original.Notes[1].Attachments[0].Name, "the next note's file")
	assert.Equal(t, "Go on.", original.Ruling.Decision)
	assert.Equal(t, "file.pdf", original.Ruling.Attachments[0].Name, "the ruling's file")
}

func TestR34_PartiesSeeSharedNotesOnly(t *testing.T) {
	assert.Nil(t, (*appeal.Appeal)(nil).Shared())
	for name, c := range map[string]struct {
		notes []appeal.Note
		seen  []string
	}{
		"no notes":       {nil, nil},
		"a working note": {[]appeal.Note{{Text: "They lie."}}, nil},
		"a shared note":  {[]appeal.Note{{Text: "We called.", Shared: true}}, []string{"We called."}},
		"one of each kind": {[]appeal.Note{{Text: "They lie."}, {Text: "We called.", Shared: true}},
			[]string{"We called."}},
	} {
		t.Run(name, func(t *testing.T) {
			a := anAppeal()
			a.Notes = c.notes
			whole := a.Clone()
			var seen []string
			for _, n := range a.Shared().Notes {
				seen = append(seen, n.Text)
			}
			assert.Equal(t, c.seen, seen)
			assert.Equal(t, a.Reason, a.Shared().Reason)
			assert.Equal(t, whole, a, "the appeal itself keeps its notes")
			withheld := len(c.seen) < len(c.notes)
			assert.Equal(t, !withheld, a == a.Shared(), "it is another one only where something is withheld")
		})
	}
}

func TestAppealJSON(t *testing.T) {
	data, err := json.Marshal(anAppeal())
	require.NoError(t, err)
	assert.JSONEq(t, `{"by":"buyer","ground":"seller_silent","reason":"No answer.","demand":"Go on.",
		"attachments":[{"name":"mail.pdf","ref":"files/1","digest":"sha256:00"}],
		"finding":{"since":"2026-03-02T09:00:00Z"},
		"raised_at":"2026-03-08T09:00:00Z","handle_by":"2026-03-11T09:00:00Z",
		"notes":[{"at":"2026-03-09T09:00:00Z","by":"m-1","text":"Called the seller."}]}`, string(data))
	var read appeal.Appeal
	require.NoError(t, json.Unmarshal(data, &read))
	assert.Equal(t, anAppeal(), &read)
}
