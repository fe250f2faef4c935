package supervision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// noted is a frozen order with a note of each kind, each with a file.
func noted(t *testing.T) (s *story, own, shared supervision.AddNote) {
	files := []supervision.Attachment{{Name: "call.txt", Ref: "files/2"}}
	own = supervision.AddNote{Text: "The seller is known for this.", Attachments: files}
	shared = supervision.AddNote{Text: "Please send the contract.", Attachments: files, Shared: true}
	return arrive(t, supervision.Guide(), supervision.Frozen).do(mia, own, shared), own, shared
}

func TestR34_NotesAreTheManagersUnlessShared(t *testing.T) {
	s, own, shared := noted(t)
	whole := []appeal.Note{
		{At: s.at, By: "mia", Text: own.Text, Attachments: own.Attachments},
		{At: s.at, By: "mia", Text: shared.Text, Attachments: shared.Attachments, Shared: true},
	}
	for _, c := range []struct {
		actor supervision.Actor
		notes []appeal.Note
	}{
		{ben, whole[1:]}, {sue, whole[1:]}, {mia, whole}, {supervision.Manager("max"), whole},
		{supervision.System(), whole},
	} {
		view, err := s.order.For(c.actor)
		require.NoError(t, err)
		assert.Equal(t, c.notes, view.Appeal.Notes, "%s", c.actor)
		view.Appeal = s.order.Appeal
		assert.Equal(t, s.order, view, "all else is what it is")
	}
	assert.Equal(t, whole, s.order.Appeal.Notes, "the order itself stays whole")
}

func TestR34_NotesStayPrivateAfterTheRuling(t *testing.T) {
	s, _, _ := noted(t)
	view, err := s.do(mia, resume).order.For(ben)
	require.NoError(t, err)
	assert.Len(t, view.Appeal.Notes, 1)
}

func TestR34_AnUnsharedNotesRecordIsEmpty(t *testing.T) {
	s, own, shared := noted(t)
	records := s.records[len(s.records)-2:]
	for _, party := range []supervision.Actor{ben, sue, {}, {Role: "owner", ID: "x"}} {
		view := records[0].For(party)
		assert.Equal(t, supervision.AddNote{}, view.Action, "%s", party)
		view.Action = own
		assert.Equal(t, records[0], view, "that there is one shows")
		assert.Equal(t, shared, records[1].For(party).Action)
	}
	for _, actor := range []supervision.Actor{mia, supervision.Manager("max"), supervision.System()} {
		assert.Equal(t, records[0], records[0].For(actor))
	}
}

func TestR34_APartysRecordsReplayToItsView(t *testing.T) {
	s, _, _ := noted(t)
	for _, actor := range cast {
		var records []supervision.Record
		for _, r := range s.records {
			records = append(records, r.For(actor))
		}
		replayed, err := supervision.Replay(records)
		require.NoError(t, err)
		replayed, err = replayed.For(actor)
		require.NoError(t, err)
		view, err := s.order.For(actor)
		require.NoError(t, err)
		assert.Equal(t, view, replayed, "%s", actor)
	}
}

func TestR34_AKeyIsItsOwners(t *testing.T) {
	r := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).records[1]
	r.Key = "k-1"
	colleague := ben
	colleague.User = "jane"
	for _, c := range []struct {
		actor supervision.Actor
		key   string
	}{
		{ben, "k-1"}, {colleague, "k-1"}, {supervision.System(), "k-1"},
		{sue, ""}, {mia, ""}, {otherBuyer, ""}, {supervision.Seller(ben.ID), ""}, {supervision.Manager(ben.ID), ""},
	} {
		assert.Equal(t, c.key, r.For(c.actor).Key, "%s", c.actor)
	}
}

func TestR34_AViewCostsNothingWhereNothingIsHidden(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = s.order.For(ben) }))
}

func TestR22_ToAnyoneElseAnOrderDoesNotExist(t *testing.T) {
	s := begin(t, supervision.Guide())
	for _, stranger := range []supervision.Actor{
		otherBuyer, otherSeller, supervision.Buyer(sue.ID), supervision.Seller(ben.ID), {}, {Role: "owner", ID: ben.ID},
	} {
		view, err := s.order.For(stranger)
		assert.ErrorIs(t, err, supervision.ErrNotFound)
		assert.Zero(t, view)
	}
}

func TestR22_ThePersonIsRecordedAndDecidesNothing(t *testing.T) {
	jane, joe := ben, ben
	jane.User, joe.User = "jane", "joe"
	s := begin(t, supervision.Guide()).do(jane, submit)
	assert.Equal(t, jane, s.records[1].Actor)
	for _, op := range supervision.Operations() {
		assert.Equal(t, s.permit(ben, op), s.permit(joe, op))
	}
	assert.Equal(t, joe, s.refused(joe, submit).Actor, "who asked")
	s.do(sue, rejectRequest).do(joe, submit)
	bare, err := s.order.For(ben)
	require.NoError(t, err)
	view, err := s.order.For(joe)
	require.NoError(t, err)
	assert.Equal(t, bare, view)
}

func TestR22_AFaultyPersonIsRefused(t *testing.T) {
	s := begin(t, supervision.Guide())
	for user, code := range map[string]string{"a\x00b": "control_character", "a\nb": "line_break", " a": "untrimmed",
		"\xff": "not_utf8"} {
		actor := ben
		actor.User = user
		_, _, err := s.order.Apply(actor, submit, s.at)
		assert.Equal(t, map[string]string{"actor.user": code}, faultsOf(t, err))
	}
}

func TestR28_AnOwnedKeyNamesOrdersActorOnly(t *testing.T) {
	owned := func(actor supervision.Actor, key string) string {
		return supervision.Record{Actor: actor, Key: key}.OwnedKey()
	}
	colleague := ben
	colleague.User = "jane"
	assert.Equal(t, owned(ben, "k"), owned(colleague, "k"))
	seen := map[string]bool{}
	for _, actor := range []supervision.Actor{ben, sue, mia, supervision.Seller(ben.ID), supervision.Manager("mia k"),
		supervision.Buyer("b")} {
		for _, key := range []string{"k", "k k", "K", "enk"} {
			seen[owned(actor, key)] = true
		}
	}
	assert.Len(t, seen, 24)
	assert.Empty(t, owned(ben, ""))
}
