package template

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// canonicalForm spares what is canonical already the work of being spelt again.
var canonicalForm = regexp.MustCompile(fmt.Sprintf(
	`^(?:0|-?(?:0\.[0-9]{0,%[1]d}[1-9]|[1-9][0-9]{0,%[2]d}(?:\.[0-9]{0,%[1]d}[1-9])?))$`,
	MaxFractionDigits-1, MaxIntegerDigits-1))

// canonicalNumber returns the one spelling of a decimal: an optional minus, no
// leading zeros, no exponent, no trailing zeros after the point, no "-0". It
// reports false for what is no decimal or exceeds MaxIntegerDigits or
// MaxFractionDigits. The value stays exact, and an exponent never makes the
// result longer than these bounds.
func canonicalNumber(s string) (string, bool) {
	if canonicalForm.MatchString(s) {
		return s, true
	}
	digits, exponent, negative, ok := parseDecimal(s)
	if !ok {
		return "", false
	}
	if digits == "" {
		return "0", true
	}
	if -exponent > MaxFractionDigits || len(digits)+exponent > MaxIntegerDigits {
		return "", false
	}
	whole, fraction := placePoint(digits, exponent)
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole, true
}

// placePoint spells digits × 10^exponent, digits having no zeros at its ends.
func placePoint(digits string, exponent int) (whole, fraction string) {
	switch point := len(digits) + exponent; {
	case point <= 0:
		return "0", strings.Repeat("0", -point) + digits
	case exponent >= 0:
		return digits + strings.Repeat("0", exponent), ""
	default:
		return digits[:point], digits[point:]
	}
}

// parseDecimal reads a decimal as digits × 10^exponent, digits without zeros at
// its ends and empty for zero.
func parseDecimal(s string) (digits string, exponent int, negative, ok bool) {
	mantissa, power := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, power = s[:i], s[i+1:]
		if exponent, ok = parseExponent(power); !ok {
			return "", 0, false, false
		}
	}
	unsigned := strings.TrimPrefix(mantissa, "-")
	negative = unsigned != mantissa
	if !negative {
		unsigned = strings.TrimPrefix(mantissa, "+")
	}
	whole, fraction, _ := strings.Cut(unsigned, ".")
	digits = whole + fraction
	if !allDigits(digits) {
		return "", 0, false, false
	}
	exponent -= len(fraction)
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	return strings.TrimLeft(significant, "0"), exponent, negative, true
}

// parseExponent holds a longer exponent at ±2^30: no text that a host takes has
// the digits to bring that back to the bounds of a number, and the arithmetic
// on it never overflows.
func parseExponent(s string) (int, bool) {
	unsigned := strings.TrimLeft(s, "+-")
	if len(s)-len(unsigned) > 1 || !allDigits(unsigned) {
		return 0, false
	}
	n, _ := strconv.ParseInt(s, 10, 31) // the only error left is the range, and n is then its end
	return int(n), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// compareNumbers orders two canonical decimals.
func compareNumbers(a, b string) int {
	negativeA, negativeB := strings.HasPrefix(a, "-"), strings.HasPrefix(b, "-")
	switch {
	case negativeA && negativeB:
		return compareUnsigned(b[1:], a[1:])
	case negativeA:
		return -1
	case negativeB:
		return 1
	}
	return compareUnsigned(a, b)
}

func compareUnsigned(a, b string) int {
	wholeA, _, _ := strings.Cut(a, ".")
	wholeB, _, _ := strings.Cut(b, ".")
	return cmp.Or(cmp.Compare(len(wholeA), len(wholeB)), cmp.Compare(a, b))
}
