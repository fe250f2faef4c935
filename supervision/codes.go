package supervision

import "github.com/koogallery/serviceflow/internal/fault"

// FaultCode says what is wrong with an input, as a stable word.
type FaultCode = fault.Code

// The codes of the faults of orders, policies and templates.
const (
	FaultRequired        = fault.Required        // nothing is there, or nothing that can be seen
	FaultUnknown         = fault.Unknown         // a word outside its enumeration
	FaultUnknownField    = fault.UnknownField    // a field that the form does not have
	FaultWrongType       = fault.WrongType       // a value of another type; Kind names the kind of field
	FaultMalformed       = fault.Malformed       // not of the form that is asked for; Kind names the kind of field
	FaultNotNormal       = fault.NotNormal       // understood, but only the normalised form is accepted
	FaultNotUTF8         = fault.NotUTF8         // bytes that are not UTF-8
	FaultControl         = fault.Control         // a control character
	FaultFormat          = fault.Format          // an invisible or direction character where none may be
	FaultLineBreak       = fault.LineBreak       // a line break or tab where one line is asked for
	FaultUntrimmed       = fault.Untrimmed       // white space at the beginning or the end
	FaultTooShort        = fault.TooShort        // fewer characters than Min
	FaultTooLong         = fault.TooLong         // more characters than Max
	FaultTooSmall        = fault.TooSmall        // a number or date before Min
	FaultTooLarge        = fault.TooLarge        // a number or date after Max
	FaultTooFew          = fault.TooFew          // fewer items than Min
	FaultTooMany         = fault.TooMany         // more items than Max
	FaultOutOfRange      = fault.OutOfRange      // a setting outside Min to Max
	FaultTooFine         = fault.TooFine         // an instant or duration that is no multiple of Min
	FaultMismatch        = fault.Mismatch        // not what the field's pattern asks for
	FaultNoOption        = fault.NoOption        // not one of the options
	FaultDuplicate       = fault.Duplicate       // the same twice
	FaultNotApplicable   = fault.NotApplicable   // a setting that the kind of field, Kind, does not have
	FaultBadPattern      = fault.BadPattern      // a pattern that does not mean the same everywhere
	FaultTooCostly       = fault.TooCostly       // patterns that take too long to match
	FaultAnotherRole     = fault.AnotherRole     // an actor whose role does not do this
	FaultNotWaiting      = fault.NotWaiting      // a status at which nobody's turn could begin
	FaultNoTemplate      = fault.NoTemplate      // a filled-in form where the order has no template
	FaultTemplateMissing = fault.TemplateMissing // the caller did not bring the order's template
)

// FaultCodes lists every code.
func FaultCodes() []FaultCode { return fault.Codes() }
