package words_test

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/words"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const day = supervision.Day

var (
	en, zh = words.English(), words.Chinese()
	began  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// Every code that a user may see has words in both languages, with parameters
// that it has.
func TestEveryCodeHasWords(t *testing.T) {
	assert.NoError(t, en.Check())
	assert.NoError(t, zh.Check())
}

// Both languages have texts for the same codes, and the same parameters in
// each; a Chinese text has no English word in it.
func TestBothLanguagesSayTheSame(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z]+`)
	english, chinese := reflect.ValueOf(*en), reflect.ValueOf(*zh)
	for i := range english.NumField() {
		name := english.Type().Field(i).Name
		if english.Field(i).Kind() != reflect.Map {
			continue
		}
		require.Equal(t, english.Field(i).Len(), chinese.Field(i).Len(), name)
		for _, code := range english.Field(i).MapKeys() {
			require.True(t, chinese.Field(i).MapIndex(code).IsValid(), "%s %s", name, code)
			first, second := english.Field(i).MapIndex(code).String(), chinese.Field(i).MapIndex(code).String()
			named, also := placeholder.FindAllString(first, -1), placeholder.FindAllString(second, -1)
			assert.Subset(t, named, also, "%s %s", name, code)
			assert.Subset(t, also, named, "%s %s", name, code)
			rest := regexp.MustCompile(`\{[^}]*\}|UTF-8`).ReplaceAllString(second, "")
			assert.NotRegexp(t, `[A-Za-z]`, rest, "%s %s", name, code)
			assert.Regexp(t, `\p{Han}`, rest)
			for _, r := range first {
				assert.False(t, unicode.Is(unicode.Han, r), first)
			}
		}
	}
}

// The terms are the console's.
func TestChineseIsTheConsoles(t *testing.T) {
	for want, text := range map[string]string{
		"验收": zh.Statuses[supervision.AwaitingAcceptance], "申诉": zh.Operations[supervision.OpRaiseAppeal],
		"服务监管": zh.Operations[supervision.OpOpen], "提交需求": zh.Operations[supervision.OpSubmitRequest],
		"驳回": zh.Operations[supervision.OpRejectRequest], "商家": zh.Roles[supervision.RoleSeller],
	} {
		assert.Contains(t, text, want)
	}
}

func TestCheck_NamesWhatIsMissing(t *testing.T) {
	for want, spoil := range map[string]func(*words.Language){
		"words: Roles seller: write a text": func(l *words.Language) {
			l.Roles = maps.Clone(l.Roles)
			delete(l.Roles, supervision.RoleSeller)
		},
		"words: Faults too_long: leave {most} out: it has min, max, kind": func(l *words.Language) {
			l.Faults[supervision.FaultTooLong] = "At most {most}."
		},
		"words: Reasons final: close each brace and bracket, one inside the other at most": func(l *words.Language) {
			l.Reasons[supervision.ReasonFinal] = "The {order is closed."
		},
		"words: Possible: write a text":        func(l *words.Language) { l.Possible = " " },
		"words: Tag, Layout, Plural: set each": func(l *words.Language) { l.Plural = nil },
	} {
		l := words.English()
		spoil(l)
		assert.EqualError(t, l.Check(), want)
	}
}

// Each text that is taken out of a complete language is missed, and no other.
// The label that an operation gives a field of its own is not: the field's
// own takes its place.
func TestCheck_MissesEveryText(t *testing.T) {
	fields := reflect.ValueOf(*en)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		switch field := fields.Field(i); field.Kind() {
		case reflect.String:
			if slices.Contains([]string{"Space", "Or", "And"}, name) {
				continue // may be empty
			}
			l := words.English()
			reflect.ValueOf(l).Elem().Field(i).SetString("")
			want := "words: " + name + ": write a text"
			if name == "Tag" || name == "Layout" {
				want = "words: Tag, Layout, Plural: set each"
			}
			assert.EqualError(t, l.Check(), want)
		case reflect.Map:
			for _, code := range field.MapKeys() {
				if operation, _, of := strings.Cut(code.String(), "."); of && operation != "finding" {
					continue
				}
				l := words.English()
				reflect.ValueOf(l).Elem().Field(i).SetMapIndex(code, reflect.ValueOf(""))
				assert.EqualError(t, l.Check(), "words: "+name+" "+code.String()+": write a text")
			}
		}
	}
}

func TestCheck_NamesEveryProblemOfAText(t *testing.T) {
	l := words.English()
	l.Now = "{one} and {two}"
	assert.EqualError(t, l.Check(), "words: Now: leave {one} out: it has \nwords: Now: leave {two} out: it has ")
}

func TestNamesAreThoseOfTheirCodes(t *testing.T) {
	for _, l := range []*words.Language{en, zh} {
		said(t, l.Statuses, l.Status)
		said(t, l.Steps, l.Step)
		said(t, l.StepStates, l.StepState)
		said(t, l.OrderStatuses, l.OrderStatus)
		said(t, l.Operations, l.Operation)
		said(t, l.Records, l.Record)
		said(t, l.Roles, l.Role)
		said(t, l.Grounds, l.Ground)
		said(t, l.Outcomes, l.Outcome)
		said(t, l.Kinds, l.Kind)
	}
}

func said[Code comparable](t *testing.T, texts map[Code]string, say func(Code) string) {
	require.NotEmpty(t, texts)
	for code, text := range texts {
		assert.Equal(t, text, say(code))
	}
}

func TestPlurals(t *testing.T) {
	for n, want := range map[int][2]int{0: {1, 0}, 1: {0, 0}, 2: {1, 0}} {
		assert.Equal(t, want, [2]int{en.Plural(n), zh.Plural(n)}, n)
	}
	l := words.English()
	l.Days = "{n|day}"
	assert.Equal(t, "2 day", l.Span(2*day), "a text with fewer forms")
}

// A part in brackets is said where all that it needs is known.
func TestOptionalParts(t *testing.T) {
	l := words.English()
	l.Reasons = map[supervision.Reason]string{
		supervision.ReasonFinal: "No[ since {since}][ for {length}][ beside {proposed}].",
		appeal.NotGranted:       "Not for the {roles}.",
	}
	l.Faults = map[supervision.FaultCode]string{supervision.FaultOutOfRange: "Out of range[ of {min} to {max}]."}
	since := "No since 2 Mar 2026, 09:00 UTC."
	for _, c := range []struct {
		measure appeal.Measure
		want    string
	}{
		{appeal.Measure{}, "No."}, {appeal.Measure{Since: began}, since}, {appeal.Measure{Length: -1}, "No."},
		{appeal.Measure{Length: 1}, "No for less than a minute."}, {appeal.Measure{Length: 5 * day}, "No for 5 days."},
	} {
		assert.Equal(t, c.want, l.Why(supervision.Decision{Reason: supervision.ReasonFinal, Measure: c.measure}))
	}
	assert.Equal(t, "Not for the buyer or seller.", l.Verdict(appeal.Verdict{Reason: appeal.NotGranted}))
	for _, c := range []struct{ min, max, want string }{
		{"", "", "Out of range."}, {"1", "", "Out of range."}, {"", "2", "Out of range."},
		{"1", "2", "Out of range of 1 to 2."},
	} {
		assert.Equal(t, c.want, l.Fault(supervision.Fault{Code: supervision.FaultOutOfRange, Min: c.min, Max: c.max}))
	}
}

func TestR24_WhySaysTheNumbers(t *testing.T) {
	from := began.Add(5*day + supervision.Tick)
	for _, c := range []struct {
		decision         supervision.Decision
		english, chinese string
	}{
		{supervision.Decision{Operation: supervision.OpRemind, Allowed: true}, "", ""},
		{supervision.Decision{Operation: supervision.OpRaiseAppeal, Reason: supervision.ReasonRole},
			"Only the buyer or seller does this.", "该操作只能由买家或商家执行。"},
		{supervision.Decision{Reason: supervision.ReasonTooFewRejections, Measure: appeal.Measure{Have: 1, Need: 3}},
			"Rejected 1 time; an appeal takes 3.", "已驳回1次，满3次方可发起申诉。"},
		{supervision.Decision{Reason: supervision.ReasonTooFewRejections, Measure: appeal.Measure{Need: 3}},
			"Rejected 0 times; an appeal takes 3.", "已驳回0次，满3次方可发起申诉。"},
		{supervision.Decision{Reason: supervision.ReasonNotSilentLongEnough, From: from,
			Measure: appeal.Measure{Since: began, Length: 5 * day}},
			"The other party has had its turn since 2 Mar 2026, 09:00 UTC; an appeal takes more than 5 days without an " +
				"update. Possible from 7 Mar 2026, 09:00 UTC.",
			"自2026年3月2日 09:00 UTC起待对方操作，对方超过5天未更新服务流程方可发起申诉。可操作时间：2026年3月7日 09:00 UTC。"},
		{supervision.Decision{Reason: supervision.ReasonInBlackout,
			Measure: appeal.Measure{Since: began, Length: 15 * day}},
			"No appeal is taken in the last 15 days before the scheduled completion.", "计划完成前的15天内不受理申诉。"},
		{supervision.Decision{Reason: supervision.ReasonOtherAmount,
			Proposed: supervision.Money{Amount: 499_50, Currency: "CNY"}},
			"The refund that is proposed is of another amount: CNY 499.50.", "与待处理的退款申请金额（CNY 499.50）不一致。"},
		{supervision.Decision{Reason: "of_a_newer_version"}, "", ""},
		{supervision.Decision{Reason: "of_a_newer_version", From: from}, "", ""},
	} {
		assert.Equal(t, c.english, en.Why(c.decision))
		assert.Equal(t, c.chinese, zh.Why(c.decision))
		verdict := appeal.Verdict{Reason: c.decision.Reason, From: c.decision.From, Measure: c.decision.Measure}
		if c.decision.Reason != supervision.ReasonRole && c.decision.Proposed == (supervision.Money{}) {
			assert.Equal(t, c.english, en.Verdict(verdict))
		}
	}
}

// A deadline says what will be, and under which condition: that the seller has
// been silent is not said of a seller who still has time.
func TestR23_DeadlinesSayWhatWillBe(t *testing.T) {
	opens := supervision.Deadline{Kind: supervision.DeadlineAppealOpens, Party: appeal.Buyer,
		Ground: appeal.SellerSilent}
	assert.Equal(t, "The buyer can appeal in 5 days, unless the seller updates the service flow before.",
		en.Deadline(opens, en.Until(5*day+supervision.Tick)))
	assert.Equal(t, "如商家仍未更新服务流程，买家可于5天后发起申诉。", zh.Deadline(opens, zh.Until(5*day)))
	opens.Party, opens.Ground = appeal.Seller, appeal.BuyerSilent
	assert.Equal(t, "The seller can appeal in 5 days, unless the buyer updates the service flow before.",
		en.Deadline(opens, en.Until(5*day)))
	assert.Equal(t, "如买家仍未更新服务流程，商家可于5天后发起申诉。", zh.Deadline(opens, zh.Until(5*day)))
	overdue := supervision.Deadline{Kind: supervision.DeadlineRulingOverdue}
	assert.Equal(t, "The operations manager's decision is due in 2 days.", en.Deadline(overdue, en.Until(2*day)))
	for _, late := range []time.Duration{0, -supervision.Tick, -2 * day} { // R19
		assert.Equal(t, "The operations manager's decision is overdue.", en.Deadline(overdue, en.Until(late)))
		assert.Equal(t, "运营经理的处理已超期。", zh.Deadline(overdue, zh.Until(late)))
	}
	for _, kind := range supervision.DeadlineKinds() {
		if kind == supervision.DeadlineOpenFor {
			continue // which has come when it is told
		}
		assert.Contains(t, en.Deadline(supervision.Deadline{Kind: kind}, "<in>"), "<in>", kind)
		assert.Contains(t, zh.Deadline(supervision.Deadline{Kind: kind}, "<in>"), "<in>", kind)
		if kind != supervision.DeadlineRulingOverdue {
			assert.NotEqual(t, en.Overdue, en.Deadline(supervision.Deadline{Kind: kind}, en.Now), kind)
		}
	}
}

// What is left is never said to be less than it is, and what has lasted never
// to be more.
func TestSpans(t *testing.T) {
	for _, c := range []struct {
		d                time.Duration
		lasted, left     string
		lastedZh, leftZh string
	}{
		{-time.Hour, "less than a minute", "now", "不到1分钟", "现在"},
		{0, "less than a minute", "now", "不到1分钟", "现在"},
		{time.Nanosecond, "less than a minute", "in less than a minute", "不到1分钟", "不到1分钟后"},
		{time.Minute - time.Millisecond, "less than a minute", "in less than a minute", "不到1分钟", "不到1分钟后"},
		{time.Second, "less than a minute", "in less than a minute", "不到1分钟", "不到1分钟后"},
		{time.Minute, "1 min", "in 1 min", "1分钟", "1分钟后"},
		{90 * time.Second, "1 min 30 s", "in 1 min 30 s", "1分钟30秒", "1分钟30秒后"},
		{time.Hour, "1 h", "in 1 h", "1小时", "1小时后"},
		{3*time.Hour - time.Second, "2 h 59 min", "in 3 h", "2小时59分钟", "3小时后"},
		{day, "1 day", "in 1 day", "1天", "1天后"},
		{day + time.Hour, "1 day 1 h", "in 1 day 1 h", "1天1小时", "1天1小时后"},
		{5*day - time.Second, "4 days 23 h", "in 5 days", "4天23小时", "5天后"},
		{5*day - supervision.Tick, "4 days 23 h", "in 5 days", "4天23小时", "5天后"},
		{5 * day, "5 days", "in 5 days", "5天", "5天后"},
		{5*day + supervision.Tick, "5 days", "in 5 days", "5天", "5天后"},
		{5*day + supervision.Tick + 1, "5 days", "in 5 days 1 h", "5天", "5天1小时后"},
		{5*day + 2*supervision.Tick, "5 days", "in 5 days 1 h", "5天", "5天1小时后"},
		{365 * day, "365 days", "in 365 days", "365天", "365天后"},
	} {
		assert.Equal(t, []string{c.lasted, c.left, c.lastedZh, c.leftZh},
			[]string{en.Span(c.d), en.Until(c.d), zh.Span(c.d), zh.Until(c.d)}, c.d)
	}
}

func TestBadInput_FaultsSayTheirNumbers(t *testing.T) {
	for _, c := range []struct {
		fault            supervision.Fault
		english, chinese string
	}{
		{supervision.Fault{Code: supervision.FaultTooLong, Max: "4000"}, "Shorten it to at most 4000 characters.",
			"请缩短到最多4000个字符。"},
		{supervision.Fault{Code: supervision.FaultTooShort, Min: "1"}, "Write at least 1 character.", "请至少填写1个字符。"},
		{supervision.Fault{Code: supervision.FaultOutOfRange, Min: "1", Max: "500"},
			"This is out of range; least: 1; most: 500.", "超出范围，最小：1，最大：500。"},
		{supervision.Fault{Code: supervision.FaultOutOfRange, Min: "2026-03-02T09:00:00Z"},
			"This is out of range; least: 2 Mar 2026, 09:00 UTC.", "超出范围，最小：2026年3月2日 09:00 UTC。"},
		{supervision.Fault{Code: supervision.FaultOutOfRange, Max: "120h0m0s"}, "This is out of range; most: 5 days.",
			"超出范围，最大：5天。"},
		{supervision.Fault{Code: supervision.FaultOutOfRange, Min: "0", Max: "9 lives"},
			"This is out of range; least: 0; most: 9 lives.", "超出范围，最小：0，最大：9 lives。"},
		{supervision.Fault{Code: supervision.FaultOutOfRange}, "This is out of range.", "超出范围。"},
		{supervision.Fault{Code: supervision.FaultMalformed, Kind: "date"},
			"Give it in the form that is asked for: date.",
			"请按要求的格式填写：日期。"},
		{supervision.Fault{Code: supervision.FaultMalformed}, "Give it in the form that is asked for.", "请按要求的格式填写。"},
	} {
		assert.Equal(t, c.english, en.Fault(c.fault))
		assert.Equal(t, c.chinese, zh.Fault(c.fault))
	}
}

// What fills a text in is never read as a part of it.
func TestParametersAreNoTexts(t *testing.T) {
	assert.Equal(t, "Give {max} [or] {min} or more.",
		en.Fault(supervision.Fault{Code: supervision.FaultTooSmall, Min: "{max} [or] {min}"}))
}

func TestInstants(t *testing.T) {
	l := words.Chinese()
	l.Location = time.FixedZone("CST", 8*3600)
	assert.Equal(t, "2026年3月2日 17:00 CST", l.Instant(began))
	assert.Equal(t, "2 Mar 2026, 09:00 UTC", en.Instant(began.In(l.Location)), "where no other place is named")
}

// A language that lacks a code says nothing rather than something wrong.
func TestUnknownCodesSayNothing(t *testing.T) {
	for _, l := range []*words.Language{en, zh} {
		said := []string{l.Status("x"), l.Step("x"), l.StepState("x"), l.OrderStatus("x"), l.Operation("x"),
			l.Record("x"), l.Role("x"), l.Ground("x"), l.Outcome("x"), l.Kind("x"),
			l.Fault(supervision.Fault{Code: "x"})}
		assert.Empty(t, slices.Compact(said)[0])
		assert.Len(t, slices.Compact(said), 1)
	}
}
