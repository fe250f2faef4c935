package template_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
)

func TestR03_NumbersHaveOneSpelling(t *testing.T) {
	huge := strings.Repeat("9", 400)
	f := template.Field{Kind: template.Number}
	for _, c := range []struct{ raw, want string }{
		{"7.5", "7.5"}, {"007.50", "7.5"}, {"+7.5", "7.5"}, {" 7.5\t", "7.5"}, {"75e-1", "7.5"}, {"0.75E+1", "7.5"},
		{"-7.50", "-7.5"}, {".5", "0.5"}, {"5.", "5"}, {"-.50", "-0.5"}, {"1e3", "1000"}, {"1.5e3", "1500"},
		{"10", "10"}, {"100.001", "100.001"}, {"120e-1", "12"}, {"12e-3", "0.012"},
		{"0", "0"}, {"-0", "0"}, {"0.000", "0"}, {"-0e5", "0"}, {"0e1000000000", "0"}, {"0e-" + huge, "0"},
		{"0.000001", "0.000001"}, {"1e-6", "0.000001"}, {"1000000e-12", "0.000001"}, {"0.0000010", "0.000001"},
		{"999999999999999", "999999999999999"}, {"-999999999999999.999999", "-999999999999999.999999"},
		{"1e14", "100000000000000"}, {"0.1e15", "100000000000000"}, {"1.2345678e14", "123456780000000"},
		{"0.1", "0.1"}, {"123456789012345.123456", "123456789012345.123456"},
		{"1" + strings.Repeat("0", 400) + "e-400", "1"}, {"0." + strings.Repeat("0", 400) + "1e401", "1"},
	} {
		got := normal(f, c.raw)
		assert.Equal(t, json.Number(c.want), got, "%.40s", c.raw)
		assert.Equal(t, got, normal(f, json.Number(strings.TrimSpace(c.raw))), "a string and a number are read alike")
		assert.Empty(t, code(t, f, got))
	}
}

func TestR03_WhatIsNoNumberStaysForCheckToRefuse(t *testing.T) {
	huge := strings.Repeat("9", 400)
	f := template.Field{Kind: template.Number}
	for _, raw := range []string{
		"x", "1,5", "1 000", "1_000", "0x10", "--1", "+-1", "1-", ".", "-", "+", "e5", "1e", "1e+", "1e+-5",
		"1e--5", "1e1.5", "++1", "1.5.",
		"1.2.3", "Infinity", "NaN", "１２", "1/2", "1:2", "1e5e5", "1e/", "1e:",
		"1e15", "1000000000000000", "0.0000001", "1e-7", "0.1234567", "999999999999999.9999999",
		"1e1000000000", "1e-1000000000", "1e" + huge, "1e-" + huge, huge, "10e999999999999999999",
	} {
		assert.Equal(t, raw, normal(f, raw), "%.40s", raw)
		assert.Equal(t, template.CodeWrongType, code(t, f, raw), "%.40s", raw)
		assert.Equal(t, template.CodeMalformed, code(t, f, json.Number(raw)), "%.40s", raw)
	}
	assert.Nil(t, normal(f, " "))
	assert.Equal(t, template.CodeMalformed, code(t, f, json.Number("")))
}

func TestR03_NumbersOfGo(t *testing.T) {
	f := template.Field{Kind: template.Number}
	for _, c := range []struct {
		raw  any
		want string
	}{
		{7, "7"}, {int8(-7), "-7"}, {uint64(7), "7"}, {7.5, "7.5"}, {0.1, "0.1"}, {float32(0.1), "0.1"},
		{float32(1.26), "1.26"}, {1.26, "1.26"}, {1e14, "100000000000000"},
		{1e-6, "0.000001"}, {math.Copysign(0, -1), "0"},
	} {
		assert.Equal(t, json.Number(c.want), normal(f, c.raw))
	}
	assert.Equal(t, math.Inf(1), normal(f, math.Inf(1)))
	assert.Equal(t, int64(math.MaxInt64), normal(f, int64(math.MaxInt64)))
	assert.Equal(t, true, normal(f, true))
	assert.Equal(t, 7, normal(template.Field{Kind: template.Line}, 7), "of other kinds a number is no answer")
	assert.Equal(t, json.Number("7"), normal(template.Field{Kind: template.Integer}, "7.0"))
}

func TestR03_CheckTakesCanonicalNumbersOnly(t *testing.T) {
	f := template.Field{Kind: template.Number}
	for _, s := range []json.Number{"7.50", "07", "+7", "7e0", "-0", "7.", ".5"} {
		assert.Equal(t, template.CodeNotNormal, code(t, f, s), s)
	}
	assert.Equal(t, template.CodeWrongType, code(t, f, 7))
	assert.Equal(t, template.CodeWrongType, code(t, f, "7"))
}

func TestR03_IntegersHaveNoFraction(t *testing.T) {
	f := template.Field{Kind: template.Integer}
	assert.Empty(t, code(t, f, json.Number("-999999999999999")))
	assert.Equal(t, template.CodeMalformed, code(t, f, json.Number("7.5")))
	assert.Equal(t, template.CodeMalformed, code(t, f, json.Number("1000000000000000")))
	assert.Equal(t, template.CodeWrongType, code(t, f, "7"))
}

func TestR03_NumberBoundsAreInclusiveAndExact(t *testing.T) {
	for _, c := range []struct {
		min, max, value string
		want            template.Code
	}{
		{"1", "10", "1", ""}, {"1", "10", "10", ""},
		{"1", "10", "0.999999", template.CodeTooSmall}, {"1", "10", "10.000001", template.CodeTooLarge},
		{"9", "10", "9.5", ""}, {"9", "10", "8", template.CodeTooSmall}, {"9", "10", "11", template.CodeTooLarge},
		{"2", "10", "3", ""}, {"2", "10", "20", template.CodeTooLarge}, {"20", "", "3", template.CodeTooSmall},
		{"1.25", "1.5", "1.3", ""}, {"1.25", "1.5", "1.2", template.CodeTooSmall},
		{"1.25", "1.5", "1.51", template.CodeTooLarge},
		{"-10", "-1", "-1", ""}, {"-10", "-1", "-10", ""}, {"-10", "-1", "-5.5", ""},
		{"-10", "-1", "-10.1", template.CodeTooSmall}, {"-10", "-1", "-0.9", template.CodeTooLarge},
		{"-10", "-1", "0", template.CodeTooLarge}, {"-10", "-1", "5", template.CodeTooLarge},
		{"-1", "1", "0", ""}, {"0", "", "-0.000001", template.CodeTooSmall},
		{"", "0", "0.000001", template.CodeTooLarge},
		{"0", "", "999999999999999.999999", ""}, {"", "0", "-999999999999999.999999", ""},
		{"-5", "", "300", ""}, {"", "5", "-300", ""},
		{"0.1", "", "0.1", ""}, {"999999999999999.999999", "", "999999999999999.999998", template.CodeTooSmall},
	} {
		f := template.Field{Kind: template.Number, Min: c.min, Max: c.max}
		assert.Equal(t, c.want, code(t, f, json.Number(c.value)), "%s in [%s, %s]", c.value, c.min, c.max)
	}
}

// Go's numbers are answers, whatever their type.
func TestR03_EveryTypeOfNumberIsANumber(t *testing.T) {
	for _, value := range []any{
		7, int8(7), int16(7), int32(7), int64(7), uint(7), uint8(7), uint16(7), uint32(7), uint64(7), float32(7),
		float64(7), json.Number("7.0"), " 7 ",
	} {
		assert.Equal(t, json.Number("7"), normal(template.Field{Kind: template.Integer}, value), "%T", value)
	}
}
