package template

import "github.com/koogallery/serviceflow/internal/fault"

// The bounds of templates and of what is filled in, each once. Characters are
// Unicode code points, as JSON Schema counts them. The first three are the
// numbers of "What bad input gets" in the rules.
const (
	// MaxText bounds every text, in characters, whatever a field's own
	// MaxLength says.
	MaxText = fault.MaxText
	// MaxFields bounds the fields of one template.
	MaxFields = 100
	// MaxID bounds field keys, option values and File references, in
	// characters.
	MaxID = fault.MaxID

	// MaxLabel bounds titles and labels, in characters: they are headings, not
	// texts.
	MaxLabel = 200
	// MaxOptions bounds the options of one field: a longer list needs a search
	// box, not a form.
	MaxOptions = 100
	// MaxPattern bounds a pattern, in characters: enough for every code and
	// number format, short enough to review.
	MaxPattern = 200
	// MaxIntegerDigits bounds the digits before the decimal point. Integers of
	// 15 digits survive a float64, so that a browser and a spreadsheet show
	// what was stored.
	MaxIntegerDigits = 15
	// MaxFractionDigits bounds the digits after the decimal point; JSON Schema
	// states it as a multiple of 0.000001.
	MaxFractionDigits = 6
	// MaxEmail bounds an e-mail address, in characters: the longest path SMTP
	// carries (RFC 5321) without its brackets.
	MaxEmail = 254
	// MaxURL bounds a web address, in characters: what every browser and
	// server accepts.
	MaxURL = 2000

	// maxWork bounds the patterns of one template together, in steps of the
	// matcher: for each pattern its instructions, times the characters it may
	// look at and keepCost. A step took 2 to 30 ns where this was measured, so
	// that matching a whole submission takes about a tenth of a second at
	// worst.
	maxWork = 4_000_000
	// keepCost is what it costs to compile and keep an instruction, in
	// characters: it bounds the instructions of a template to 10,000, a
	// megabyte.
	keepCost = 400
)

// The largest number that MaxIntegerDigits and MaxFractionDigits leave room
// for, and the smallest step.
const (
	largestInteger = "999999999999999"
	largestNumber  = "999999999999999.999999"
	smallestStep   = "0.000001"
)
