package fault

// Code says what is wrong, as a stable word that a host can translate.
type Code string

// The codes. Those with numbers carry them in the fault's Min, Max and Kind.
const (
	// Required: nothing is there, or nothing that can be seen.
	Required Code = "required"
	// Unknown: a word outside its enumeration.
	Unknown Code = "unknown"
	// UnknownField: a field that the form does not have.
	UnknownField Code = "unknown_field"
	// WrongType: a value of another type; Kind names the kind of field.
	WrongType Code = "wrong_type"
	// Malformed: not of the form that is asked for; Kind names the kind of
	// field.
	Malformed Code = "malformed"
	// NotNormal: understood, but only the normalised form is accepted.
	NotNormal Code = "not_normalised"

	// NotUTF8: bytes that are not UTF-8.
	NotUTF8 Code = "not_utf8"
	// Control: a control character.
	Control Code = "control_character"
	// Format: an invisible or direction character where none may be.
	Format Code = "format_character"
	// LineBreak: a line break or tab where one line is asked for.
	LineBreak Code = "line_break"
	// Untrimmed: white space at the beginning or the end.
	Untrimmed Code = "untrimmed"
	// TooShort: fewer characters than Min.
	TooShort Code = "too_short"
	// TooLong: more characters than Max.
	TooLong Code = "too_long"

	// TooSmall: a number or date before Min.
	TooSmall Code = "too_small"
	// TooLarge: a number or date after Max.
	TooLarge Code = "too_large"
	// TooFew: fewer items than Min.
	TooFew Code = "too_few"
	// TooMany: more items than Max.
	TooMany Code = "too_many"
	// OutOfRange: a setting outside Min to Max.
	OutOfRange Code = "out_of_range"
	// TooFine: an instant or duration that is no multiple of Min.
	TooFine Code = "too_fine"

	// Mismatch: not what the field's pattern asks for.
	Mismatch Code = "pattern_mismatch"
	// NoOption: not one of the options.
	NoOption Code = "not_an_option"
	// Duplicate: the same twice.
	Duplicate Code = "duplicate"
	// NotApplicable: a setting that the kind of field, Kind, does not have.
	NotApplicable Code = "not_applicable"
	// BadPattern: a pattern that does not mean the same everywhere.
	BadPattern Code = "bad_pattern"
	// TooCostly: patterns that take too long to match.
	TooCostly Code = "too_costly"

	// AnotherRole: an actor whose role does not do this.
	AnotherRole Code = "another_role"
	// NotWaiting: a status at which nobody's turn could begin.
	NotWaiting Code = "not_waiting"
	// NoTemplate: a filled-in form where the order has no template.
	NoTemplate Code = "no_template"
	// TemplateMissing: the caller did not bring the order's template.
	TemplateMissing Code = "template_missing"
)

// Codes lists every code, in the order of their declaration.
func Codes() []Code {
	return []Code{
		Required, Unknown, UnknownField, WrongType, Malformed, NotNormal,
		NotUTF8, Control, Format, LineBreak, Untrimmed, TooShort, TooLong,
		TooSmall, TooLarge, TooFew, TooMany, OutOfRange, TooFine,
		Mismatch, NoOption, Duplicate, NotApplicable, BadPattern, TooCostly,
		AnotherRole, NotWaiting, NoTemplate, TemplateMissing,
	}
}
