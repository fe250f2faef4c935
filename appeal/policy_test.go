package appeal_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR25_GuideNumbers(t *testing.T) {
	assert.Equal(t, appeal.Policy{
		Silence: 120 * time.Hour, Rejections: 3, Blackout: 360 * time.Hour, Handling: 72 * time.Hour,
		Buyer:  appeal.GroundsOf(appeal.SellerSilent, appeal.RequestRejected, appeal.ProductRejected),
		Seller: appeal.GroundsOf(appeal.BuyerSilent, appeal.RequestRejected, appeal.ProductRejected),
	}, appeal.Guide())
	assert.Equal(t, appeal.Policy{
		Handling: 72 * time.Hour, Buyer: appeal.GroundsOf(appeal.Unconditional), Seller: appeal.GroundsOf(appeal.Unconditional),
	}, appeal.Free())
	assert.NoError(t, appeal.Guide().Validate())
	assert.NoError(t, appeal.Free().Validate())
}

func TestR25_Validate(t *testing.T) {
	const century = 36500 * day
	silence := appeal.GroundsOf(appeal.SellerSilent)
	rejections := appeal.GroundsOf(appeal.ProductRejected)
	for name, c := range map[string]struct {
		change func(*appeal.Policy)
		fault  string // empty: valid
	}{
		"negative silence":            {func(p *appeal.Policy) { p.Silence = -tick }, "silence is negative"},
		"no silence, but needed":      {func(p *appeal.Policy) { p.Silence, p.Buyer, p.Seller = 0, silence, 0 }, "silence is zero"},
		"no silence, seller needs it": {func(p *appeal.Policy) { p.Silence, p.Buyer, p.Seller = 0, 0, appeal.GroundsOf(appeal.BuyerSilent) }, "silence is zero"},
		"no silence, and not needed":  {func(p *appeal.Policy) { p.Silence, p.Buyer, p.Seller = 0, rejections, rejections }, ""},
		"silence of one tick":         {func(p *appeal.Policy) { p.Silence = tick }, ""},
		"silence of a century":        {func(p *appeal.Policy) { p.Silence = century }, ""},
		"silence of more":             {func(p *appeal.Policy) { p.Silence = century + tick }, "silence is longer than"},
		"silence without end":         {func(p *appeal.Policy) { p.Silence = math.MaxInt64 }, "silence is longer than"},
		"silence too fine":            {func(p *appeal.Policy) { p.Silence = tick + 1 }, "silence is finer than"},
		"negative blackout":           {func(p *appeal.Policy) { p.Blackout = -tick }, "blackout is negative"},
		"no blackout":                 {func(p *appeal.Policy) { p.Blackout = 0 }, ""},
		"blackout too long":           {func(p *appeal.Policy) { p.Blackout = century + tick }, "blackout is longer than"},
		"negative handling":           {func(p *appeal.Policy) { p.Handling = -tick }, "handling is negative"},
		"no handling":                 {func(p *appeal.Policy) { p.Handling = 0 }, "handling is zero"},
		"handling too fine":           {func(p *appeal.Policy) { p.Handling = 1 }, "handling is finer than"},
		"negative rejections":         {func(p *appeal.Policy) { p.Rejections = -1 }, "rejections is -1: use at least 1"},
		"negative, and not needed":    {func(p *appeal.Policy) { p.Rejections, p.Buyer, p.Seller = -1, silence, 0 }, "rejections is -1"},
		"no rejections, but needed":   {func(p *appeal.Policy) { p.Rejections, p.Buyer, p.Seller = 0, 0, rejections }, "rejections is 0: use at least 1"},
		"no rejections, requests": {func(p *appeal.Policy) {
			p.Rejections, p.Buyer, p.Seller = 0, appeal.GroundsOf(appeal.RequestRejected), 0
		}, "rejections is 0"},
		"no rejections, and no need":   {func(p *appeal.Policy) { p.Rejections, p.Buyer, p.Seller = 0, silence, 0 }, ""},
		"one rejection":                {func(p *appeal.Policy) { p.Rejections = 1 }, ""},
		"a thousand rejections":        {func(p *appeal.Policy) { p.Rejections = 1000 }, ""},
		"more rejections":              {func(p *appeal.Policy) { p.Rejections = 1001 }, "rejections is 1001: use at most 1000"},
		"undeclared ground, of buyer":  {func(p *appeal.Policy) { p.Buyer |= 1 << 5 }, "buyer has an undeclared ground"},
		"undeclared ground, of seller": {func(p *appeal.Policy) { p.Seller |= 1 << 7 }, "seller has an undeclared ground"},
	} {
		t.Run(name, func(t *testing.T) {
			p := appeal.Guide()
			c.change(&p)
			err := p.Validate()
			if c.fault == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorIs(t, err, appeal.ErrPolicy)
			assert.ErrorContains(t, err, c.fault)
			_, marshalled := json.Marshal(p)
			if p.Buyer|p.Seller < 1<<5 {
				assert.NoError(t, marshalled, "writing does not judge")
			}
		})
	}
}

func TestR25_ValidateReportsEveryFault(t *testing.T) {
	err := appeal.Policy{Silence: -1, Rejections: -1, Blackout: -1, Handling: -1, Buyer: 1 << 6, Seller: 1 << 6}.Validate()
	for _, field := range []string{"silence", "rejections", "blackout", "handling", "buyer", "seller"} {
		assert.ErrorContains(t, err, ": "+field+" ")
	}
	assert.Equal(t, 6, strings.Count(err.Error(), appeal.ErrPolicy.Error()))
}

func TestR25_PolicyJSON(t *testing.T) {
	const written = `{"silence":"120h0m0s","rejections":3,"blackout":"360h0m0s","handling":"72h0m0s",` +
		`"buyer":["seller_silent","request_rejected","product_rejected"],"seller":["buyer_silent","request_rejected","product_rejected"]}`
	data, err := json.Marshal(appeal.Guide())
	require.NoError(t, err)
	assert.Equal(t, written, string(data))
	for _, policy := range []appeal.Policy{appeal.Guide(), appeal.Free(), {Handling: tick}} {
		data, err := json.Marshal(policy)
		require.NoError(t, err)
		var read appeal.Policy
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, policy, read)
	}
}

func TestR25_PolicyJSONRefused(t *testing.T) {
	good := map[string]string{
		"silence": `"120h"`, "rejections": `3`, "blackout": `"0s"`, "handling": `"72h"`, "buyer": `["seller_silent"]`, "seller": `[]`,
	}
	with := func(field, value string) string {
		var members []string
		for k, v := range good {
			if k == field {
				v = value
			}
			if v != "" {
				members = append(members, `"`+k+`":`+v)
			}
		}
		if _, known := good[field]; !known {
			members = append(members, `"`+field+`":`+value)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	var ok appeal.Policy
	require.NoError(t, json.Unmarshal([]byte(with("buyer", good["buyer"])), &ok))

	documents := map[string]string{
		"nothing": "null", "no object": `[]`, "empty": `{}`, "an unknown field": with("grace", `"1h"`),
		"a fault": with("handling", `"0s"`), "too many rejections": with("rejections", "1e3000"), "no number": with("rejections", "NaN"),
		"a fraction": with("rejections", "2.5"), "an unknown ground": with("buyer", `["weather"]`),
		"a ground twice": with("buyer", `["seller_silent","seller_silent"]`), "no list": with("seller", `"all"`),
		"an undeclared word": with("buyer", `[""]`), "not a duration": with("silence", `"NaN"`), "a bare number": with("silence", `120`),
		"an endless duration": with("silence", `"9999999999h"`), "a negative duration": with("blackout", `"-1h"`),
	}
	for field := range good {
		documents["without "+field] = with(field, "")
		documents["null "+field] = with(field, "null")
	}
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			read := appeal.Guide()
			err := json.Unmarshal([]byte(document), &read)
			require.Error(t, err)
			if json.Valid([]byte(document)) {
				assert.ErrorIs(t, err, appeal.ErrPolicy)
			}
			assert.Equal(t, appeal.Guide(), read, "nothing is changed")
		})
	}
	var unknown appeal.Policy
	assert.ErrorIs(t, json.Unmarshal([]byte(with("buyer", `["weather"]`)), &unknown), appeal.ErrUnknown)
	assert.True(t, errors.Is(json.Unmarshal([]byte(with("buyer", `["weather"]`)), &unknown), appeal.ErrPolicy))
}
