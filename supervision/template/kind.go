package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what a field asks for, and with it the type of its normalised value (R03). The zero Kind is unknown.
type Kind string

// The kinds, each with the type and form of its normalised value. Every string is trimmed and never empty.
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
	File    Kind = "file"    // string, the host's reference to a file it stores; see CheckID
)

// ErrUnknownKind is what an error about a Kind outside Kinds matches.
var ErrUnknownKind = errors.New("template: unknown kind")

// Kinds lists every Kind, in the order of their declaration.
func Kinds() []Kind {
	return []Kind{Line, Text, Number, Integer, YesNo, Date, Choice, Choices, Email, Phone, URL, File}
}

// ParseKind returns the Kind of that name; an error matches ErrUnknownKind and lists the names there are.
func ParseKind(name string) (Kind, error) {
	if !slices.Contains(Kinds(), Kind(name)) {
		return "", fmt.Errorf("%w: use one of %s", ErrUnknownKind, kindNames())
	}
	return Kind(name), nil
}

// String returns the kind's name as the JSON form has it.
func (k Kind) String() string { return string(k) }

// MarshalText returns the kind's name; an error matches ErrUnknownKind.
func (k Kind) MarshalText() ([]byte, error) {
	if _, err := ParseKind(string(k)); err != nil {
		return nil, err
	}
	return []byte(k), nil
}

// UnmarshalText is ParseKind; on an error the kind stays what it was.
func (k *Kind) UnmarshalText(name []byte) error {
	parsed, err := ParseKind(string(name))
	if err == nil {
		*k = parsed
	}
	return err
}

// HasLength reports whether a Field of the kind has MinLength, MaxLength and Pattern.
func (k Kind) HasLength() bool { return k == Line || k == Text }

// HasBounds reports whether a Field of the kind has Min and Max.
func (k Kind) HasBounds() bool { return k.isNumber() || k == Date }

// HasOptions reports whether a Field of the kind has Options; of these kinds only Choices has MinItems and MaxItems.
func (k Kind) HasOptions() bool { return k == Choice || k == Choices }

func (k Kind) isNumber() bool { return k == Number || k == Integer }

// expectation tells what to answer to a field of the kind.
func (k Kind) expectation() string {
	switch k {
	case Line, Text:
		return "answer with a text"
	case Number:
		return fmt.Sprintf("give a number such as 7.5, at most %d digits before and %d after the point",
			MaxIntegerDigits, MaxFractionDigits)
	case Integer:
		return fmt.Sprintf("give a whole number of at most %d digits", MaxIntegerDigits)
	case YesNo:
		return "answer with yes or no"
	case Date:
		return "give a date of the calendar as YYYY-MM-DD"
	case Choice, Choices:
		return "choose from the options"
	case Email:
		return fmt.Sprintf("give an e-mail address such as name@host.example, at most %d characters", MaxEmail)
	case Phone:
		return "give a phone number such as +86 755 1234 5678, 7 to 15 digits with the country code"
	case URL:
		return fmt.Sprintf("give a web address such as https://host.example/path, at most %d characters", MaxURL)
	case File:
		return "attach a file"
	}
	return "ask the seller for a template of known kinds: " + kindNames()
}

func kindNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
