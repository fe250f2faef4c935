package template

import (
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Kind says what a field asks for, and with it the type of its normalised value
// (R03). The zero Kind is unknown.
type Kind string

// The kinds, each with the type and form of its normalised value. Every string
// is trimmed and has something to see.
const (
	Line    Kind = "line"    // string on one line, without tabs
	Text    Kind = "text"    // string of one or more lines; line ends are \n
	Number  Kind = "number"  // json.Number, canonical decimal: "7.5", never "7.50" or "75e-1"
	Integer Kind = "integer" // json.Number without a fraction
	YesNo   Kind = "yes_no"  // bool
	Date    Kind = "date"    // string, YYYY-MM-DD, a real calendar date of the years 1000 to 9999
	Choice  Kind = "choice"  // string, the value of one option
	Choices Kind = "choices" // []string, values of different options, at least one
	Email   Kind = "email"   // string, name@host.domain in ASCII, at most MaxEmail characters
	Phone   Kind = "phone"   // string of 7 to 15 digits that does not begin with 0, with or without a leading +
	URL     Kind = "url"     // string, absolute http or https address, at most MaxURL characters
	File    Kind = "file"    // string, the host's reference to a file it stores, an id as field keys are
)

var kinds = [...]Kind{Line, Text, Number, Integer, YesNo, Date, Choice, Choices, Email, Phone, URL, File}

// Kinds lists every Kind, in the order of their declaration.
func Kinds() []Kind { return slices.Clone(kinds[:]) }

// UnmarshalText reads a kind; any other word is [ErrUnknown].
func (k *Kind) UnmarshalText(text []byte) error {
	return fault.Word(k, text, "template: kind", kinds[:])
}

// hasLength reports whether a field of the kind has MinLength, MaxLength and
// Pattern.
func (k Kind) hasLength() bool { return k == Line || k == Text }

// hasBounds reports whether a field of the kind has Min and Max.
func (k Kind) hasBounds() bool { return k.isNumber() || k == Date }

// hasOptions reports whether a field of the kind has Options; of these kinds
// only Choices has MinItems and MaxItems.
func (k Kind) hasOptions() bool { return k == Choice || k == Choices }

func (k Kind) isNumber() bool { return k == Number || k == Integer }

func (k Kind) isDeclared() bool { return slices.Contains(kinds[:], k) }

// expected is a fault that tells what to answer to a field of the kind.
func (k Kind) expected(code Code) Fault {
	f := Fault{Code: code, Kind: string(k)}
	switch k {
	case Line, Text:
		f.Message = "answer with a text"
	case Number:
		f.Message = fmt.Sprintf("give a number such as 7.5, at most %d digits before and %d after the point",
			MaxIntegerDigits, MaxFractionDigits)
	case Integer:
		f.Message = fmt.Sprintf("give a whole number of at most %d digits", MaxIntegerDigits)
	case YesNo:
		f.Message = "answer with yes or no"
	case Date:
		f.Message = "give a date of the calendar as YYYY-MM-DD"
	case Choice, Choices:
		f.Message = "choose from the options"
	case Email:
		f.Message = fmt.Sprintf("give an e-mail address such as name@host.example, at most %d characters", MaxEmail)
	case Phone:
		f.Message = "give a phone number such as +86 755 1234 5678, 7 to 15 digits with the country code"
	case URL:
		f.Message = fmt.Sprintf("give a web address such as https://host.example/path, at most %d characters", MaxURL)
	case File:
		f.Message = "attach a file"
	default:
		f.Kind, f.Message = "", "ask the seller for a template of known kinds: "+fault.Words(kinds[:])
	}
	return f
}
