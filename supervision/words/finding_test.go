package words_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A finding is a sentence of what is wrong with which record, in the words of
// the rules (R21).
func TestR21_Findings(t *testing.T) {
	due := &supervision.Record{Operation: supervision.OpComplete, At: began}
	reminded := &supervision.Record{Operation: supervision.OpRemind}
	for _, c := range []struct {
		finding          audit.Finding
		english, chinese string
	}{
		{audit.Finding{Seq: 3, Kind: audit.Missing}, "Records are missing from number 3 on.", "自第3条起缺少记录。"},
		{audit.Finding{Seq: 3, Kind: audit.Refused}, "Record 3: the rules did not allow the actor to do this.",
			"第3条记录：按规则，操作人不得执行该操作。"},
		{audit.Finding{Seq: 3, Kind: audit.Refused, Decision: supervision.Decision{Operation: supervision.OpRemind,
			Reason: supervision.ReasonRole}},
			"Record 3: the rules did not allow the actor to do this. Only the buyer does this.",
			"第3条记录：按规则，操作人不得执行该操作。该操作只能由买家执行。"},
		{audit.Finding{Seq: 3, Kind: audit.Invalid, Faults: []supervision.Fault{
			{Field: "attachments[1].name", Code: supervision.FaultRequired},
			{Field: "text", Code: supervision.FaultTooLong, Max: "4000"},
			{Field: "key", Code: supervision.FaultNotUTF8}}},
			"Record 3: its input would have been refused: Attachments, What was submitted, Idempotency key. " +
				"This is required. Shorten it to at most 4000 characters. Send it as UTF-8.",
			"第3条记录：提交内容不符合要求：附件、提交内容、幂等键。此项必填。请缩短到最多4000个字符。请使用UTF-8编码。"},
		{audit.Finding{Seq: 3, Kind: audit.Overdue, Want: due},
			"Record 3: before it, this was due at 2 Mar 2026, 09:00 UTC: Complete order.",
			"第3条记录：在此之前，应已于2026年3月2日 09:00 UTC执行“完成订单”。"},
		{audit.Finding{Seq: 3, Kind: audit.Altered, Want: reminded,
			Fields: []string{"action.text", "action.values.seats", "actor.id", "actor.role", "at"}},
			"Record 3 differs from what the rules make: Message, What was submitted, Actor, Time.",
			"第3条记录与按规则应生成的记录不一致：提醒内容、提交内容、操作人、时间。"},
		{audit.Finding{Kind: audit.Altered, Fields: []string{"rejection.reason", "version"}},
			"The order as stored differs from what its records make: Last rejection, Version.",
			"所存订单与按记录应得的订单不一致：最近一次驳回、版本。"},
		{audit.Finding{Kind: "of_a_newer_version"}, "", ""},
	} {
		assert.Equal(t, c.english, en.Finding(c.finding))
		assert.Equal(t, c.chinese, zh.Finding(c.finding))
	}
}

// Whatever differs in an order or in a record has a name.
func TestR21_EveryMemberHasALabel(t *testing.T) {
	record := supervision.Record{Order: "o-1", Seq: 5, At: began, Actor: supervision.Buyer("ben"),
		Operation: supervision.OpRaiseAppeal, From: supervision.AwaitingDelivery, To: supervision.Frozen,
		Action:  supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "Nothing came."},
		Finding: appeal.Finding{Since: began}, Key: "k-1", Salt: "salt"}
	erased, err := record.Erase()
	require.NoError(t, err)
	members := make(map[string]any)
	for _, r := range []supervision.Record{record, erased} {
		data, err := json.Marshal(r)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &members))
	}
	delete(members, "format")
	require.Len(t, members, 12)
	order := reflect.TypeFor[supervision.Order]()
	for i := range order.NumField() {
		name, _, _ := strings.Cut(order.Field(i).Tag.Get("json"), ",")
		members[name] = nil
	}
	for member := range members {
		assert.NotEmpty(t, en.Field("", member), member)
		assert.NotEmpty(t, zh.Field("", member), member)
	}
}
