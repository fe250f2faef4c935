package words_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestFields_AreCalledWhatTheirOperationCallsThem(t *testing.T) {
	for key, want := range map[string][2]string{"reason": {"Reason", "What happened"},
		"attachments[2].name": {"Attachments", "Evidence"}, "finding.since": {"Silent since", "Silent since"},
		"values.users": {"", ""}, "unknown": {"", ""}, "policy.appeal.silence": {"Rules", "Rules"}} {
		assert.Equal(t, want[0], en.Field(supervision.OpIntervene, key))
		assert.Equal(t, want[1], en.Field(supervision.OpRaiseAppeal, key))
	}
	for key, want := range map[string][2]string{"request.text": {"Request", "需求"},
		"request.submitted_at":        {"Requested", "需求提交时间"},
		"request.attachments[1].name": {"Attachments of the request", "需求附件"},
		"appeal.ruling.at":            {"Ruled", "申诉处理时间"}, "appeal.ruling.decision": {"Ruling", "申诉处理意见"}} {
		assert.Equal(t, want[0], en.Field(supervision.OpAdopt, key))
		assert.Equal(t, want[1], zh.Field(supervision.OpAdopt, key))
	}
	assert.Equal(t, "申诉原因", zh.Field(supervision.OpRaiseAppeal, "reason"))
}

func TestWord_SaysTheChoicesOfEveryKind(t *testing.T) {
	for kind, word := range map[supervision.FieldKind][3]string{
		supervision.FieldGround:  {"seller_silent", "The seller has not updated the service flow", "商家未更新服务流程"},
		supervision.FieldOutcome: {"cancel", "The order is canceled", "取消订单"},
		supervision.FieldStatus:  {"awaiting_acceptance", "Waiting for acceptance", "待验收"},
		supervision.FieldID:      {"as it is", "as it is", "as it is"},
	} {
		assert.Equal(t, word[1], en.Word(kind, word[0]))
		assert.Equal(t, word[2], zh.Word(kind, word[0]))
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		value            any
		english, chinese string
	}{
		{"as it is", "as it is", "as it is"},
		{appeal.SellerSilent, "The seller has not updated the service flow", "商家未更新服务流程"},
		{appeal.Cancel, "The order is canceled", "取消订单"},
		{supervision.AwaitingAcceptance, "Waiting for acceptance", "待验收"},
		{true, "Yes", "是"}, {false, "No", "否"}, {3, "3", "3"}, {json.Number("2.50"), "2.50", "2.50"},
		{began, "2 Mar 2026, 09:00 UTC", "2026年3月2日 09:00 UTC"},
		{[]string{"eu", "cn"}, "eu, cn", "eu、cn"},
		{[]supervision.Attachment{{Name: "a.pdf"}, {Name: "b.pdf"}}, "a.pdf, b.pdf", "a.pdf、b.pdf"},
		{supervision.Guide(), "guide", "guide"},
		{[]supervision.Quote{{At: began, Who: "sue", What: "DELIVERED", Text: "All of it."}, {What: "closed"}},
			"2 Mar 2026, 09:00 UTC · sue · DELIVERED · All of it.\nclosed",
			"2026年3月2日 09:00 UTC · sue · DELIVERED · All of it.\nclosed"},
		{supervision.Money{Amount: 49950, Currency: "CNY"}, "CNY 499.50", "CNY 499.50"},
		{supervision.Money{Amount: 5, Currency: "USD"}, "USD 0.05", "USD 0.05"},
		{supervision.Money{Amount: 500, Currency: "JPY"}, "JPY 500", "JPY 500"},
		{supervision.Money{Amount: 5, Currency: "KWD"}, "KWD 0.005", "KWD 0.005"},
		{struct{}{}, "", ""},
	} {
		assert.Equal(t, c.english, en.Value(c.value))
		assert.Equal(t, c.chinese, zh.Value(c.value))
	}
}
