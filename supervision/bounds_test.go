package supervision_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// essays asks for as many texts as a template may.
func essays() (t template.Template) {
	for i := range template.MaxFields {
		t.Fields = append(t.Fields, template.Field{Key: "k" + strconv.Itoa(i), Label: "L", Kind: template.Text})
	}
	return t
}

// written are answers of so many characters together.
func written(characters int) template.Values {
	values := template.Values{}
	for i := 0; characters > 0; i++ {
		n := min(characters, template.MaxText)
		values["k"+strconv.Itoa(i)] = strings.Repeat("<", n)
		characters -= n
	}
	return values
}

// onEssays is an order whose request and delivery are essays.
func onEssays(t *testing.T) *story {
	opening := anOpening(supervision.Guide())
	opening.DeliveryTemplateVersion = 1
	return beginOn(t, opening, 1, essays())
}

func TestR04_TheAnswersOfAFormAreBoundedTogether(t *testing.T) {
	s := onEssays(t)
	for n, fits := range map[int]bool{
		supervision.MaxAnswers - 1: true, supervision.MaxAnswers: true, supervision.MaxAnswers + 1: false,
	} {
		_, _, err := s.order.Apply(ben, supervision.SubmitRequest{Values: written(n)}, s.at, s.forms...)
		if fits {
			assert.NoError(t, err, n)
			continue
		}
		assert.Equal(t, map[string]string{"values": "too_long"}, faultsOf(t, err))
	}
	padded := written(supervision.MaxAnswers)
	padded["k0"] = " " + padded["k0"].(string) + " "
	s.fork().do(ben, supervision.SubmitRequest{Values: padded}) // what is kept of them counts
	s.do(ben, supervision.SubmitRequest{Values: written(1)}).do(sue, acceptRequest)
	_, _, err := s.order.Apply(sue, supervision.Deliver{Values: written(supervision.MaxAnswers + 1)}, s.at, s.forms...)
	assert.Equal(t, map[string]string{"values": "too_long"}, faultsOf(t, err))
	o := s.order.Clone()
	o.Request.Values = written(supervision.MaxAnswers + 1)
	assert.Equal(t, map[string]string{"request.values": "too_long"}, faultsOf(t, o.Validate()))
}

func TestR13_NotesAreBoundedTogether(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	for range supervision.MaxNoted/supervision.MaxText - 1 {
		s.do(mia, supervision.AddNote{Text: longest})
	}
	files := []supervision.Attachment{{Name: "漢", Ref: "r", Digest: "d"}, {Name: "n", Ref: "r"}}
	for n, fits := range map[int]bool{3994: true, 3995: true, 3996: false} {
		_, _, err := s.order.Apply(mia, supervision.AddNote{Text: longest[:2*n], Attachments: files}, s.at)
		if fits {
			assert.NoError(t, err, n)
			continue
		}
		assert.Equal(t, map[string]string{"text": "too_long"}, faultsOf(t, err))
	}
	lost := supervision.AddNote{Text: longest, Attachments: []supervision.Attachment{{Name: "n"}}}
	_, _, err := s.order.Apply(mia, lost, s.at)
	assert.Equal(t, map[string]string{"text": "too_long", "attachments[0].ref": "required"}, faultsOf(t, err))
	last := supervision.AddNote{Text: longest[:2*3995], Attachments: files}
	s.do(mia, last)
	assert.True(t, s.permit(mia, supervision.OpAddNote).Allowed, "what is too long is no rule's to say")
	assert.True(t, s.order.Repeats(s.records[len(s.records)-1], last), "R28: it fitted when it was added")
	s.do(mia, resume)
	s.order.Appeal.Notes = append(s.order.Appeal.Notes, s.order.Appeal.Notes[0])
	assert.Equal(t, map[string]string{"appeal.notes": "too_long"}, faultsOf(t, s.order.Validate()))
}

// However much is written, in characters that JSON makes six bytes of, an order
// is a document of less than 2 MB.
func TestBounds_TheFullestOrder(t *testing.T) {
	text, line := strings.Repeat("<", supervision.MaxText), strings.Repeat("<", 256)
	var files []supervision.Attachment
	for range supervision.MaxAttachments {
		files = append(files, supervision.Attachment{Name: line, Ref: line, Digest: strings.Repeat("<", 128)})
	}
	s := onEssays(t)
	answers := written(supervision.MaxAnswers)
	s.do(ben, supervision.SubmitRequest{Values: answers, Attachments: files}).do(sue, acceptRequest)
	s.do(ben, supervision.Remind{Text: text}).do(sue, supervision.Deliver{Values: answers, Attachments: files})
	s.do(ben, supervision.RejectProduct{Reason: text}).wait(6 * day)
	s.do(ben, supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: text, Demand: text, Attachments: files})
	for i := range supervision.MaxNotes {
		n := supervision.MaxNoted / supervision.MaxNotes
		s.do(mia, supervision.AddNote{Text: text[:n-2*(i%2)], Attachments: []supervision.Attachment{
			{Name: "a", Ref: "b"}}[:i%2]})
	}
	s.do(mia, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: text, Attachments: files})
	data, err := json.Marshal(s.order)
	require.NoError(t, err)
	t.Logf("%d bytes", len(data))
	assert.Greater(t, len(data), 1_000_000)
	assert.Less(t, len(data), 2_000_000)
}
