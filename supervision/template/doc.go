// Package template is a form that a seller describes once and that is then
// filled in for each order: a request by the buyer, a delivery by the seller
// (rules R03, R04 and R07). Every fault of either comes back at once, each with
// its field.
//
// # Publishing
//
// A [Template] is plain data: a title, an introduction and up to MaxFields
// fields. [Template.Validate] reports everything that is wrong with it, with
// paths such as "fields[2].options[0].value". Publish only what it accepts.
//
// # Filling in
//
// [Compile] turns a template into a [Form], which checks submissions. It takes
// time, so keep the Form. [Form.Accept] brings what came in into one form (see
// [Template.Normalize]) and checks that (see [Form.Check]):
//
//	form, err := template.Compile(t)
//
//	values, err := form.Accept(t.FromForm(r.PostForm)) // an HTML form
//	err := json.Unmarshal(body, &raw)                  // or JSON: var raw template.Values
//	values, err := form.Accept(raw)
//
// An error is an [*InvalidError] and matches [ErrInvalid]. Its faults carry a
// code and numbers to translate by, and a message that says what to do; none
// repeats what the user wrote.
//
// # Normalised values
//
// Every answer has one form, listed with the kinds. Strings are trimmed of
// Unicode white space and have something to see: an answer without is no
// answer. Numbers are exact decimals and never pass through a float64: at most
// MaxIntegerDigits digits before the point and MaxFractionDigits after it, no
// exponent, no needless zeros; "007.50" becomes 7.5. Dates are real calendar
// dates, YYYY-MM-DD; 2024/2/9 becomes 2024-02-09. Lines end with \n. Characters
// are Unicode code points.
//
// # JSON Schema
//
// [Template.Schema] states the same checks as JSON Schema 2020-12 for a form on
// another side of the wire. It uses "pattern", "enum", "minimum" and the like,
// never "format", so that validators agree. One caution: validators that
// compute in binary floating point are wrong about multipleOf 0.000001 for some
// decimals, such as 4.35, unless told to be exact or tolerant.
//
// # Patterns
//
// A seller's pattern runs here as RE2 and in a browser as ECMA-262, so that
// only what both read alike is accepted:
//
//	characters   any; \ before each of ^ $ \ . * + ? ( ) [ ] { } | / ; \n and \t
//	.            any character but a line break
//	\d \D \w \W  ASCII digits and word characters, and all others
//	[a-z] [^a-z] classes; inside, \ also before - and /, and no sign twice in a row
//	( ) (?: ) |  groups and alternatives
//	* + ? {n} {n,} {n,m}
//
// ^ and $ are left out, because a pattern always matches the whole value.
// Refused, for they differ or exist on one side only: \s, \b, \p, \x, \u, \A,
// \z, \Q, back references, look-around, named groups, flags and lazy repeats.
//
// RE2 takes time linear in the text, and all patterns of a template share a
// budget, so that no submission takes longer than about a tenth of a second. An
// engine that backtracks may, so run sellers' patterns with care elsewhere.
//
// # JSON form
//
// A template is stored and sent as an object: "format" (1), "title", "intro"
// and "fields", an array of objects whose members are those of [Field], left
// out where they are zero:
//
//	{"format":1,"title":"Set up","fields":[
//	  {"key":"users","label":"Users","kind":"integer","required":true,"min":"1","max":"5000","default":10},
//	  {"key":"region","label":"Region","kind":"choice","options":[{"value":"eu","label":"Europe"},{"value":"cn"}]}]}
//
// Reading is strict: unknown, misspelt, repeated or null members are errors
// ([ErrMalformed]), and so are unknown kinds ([ErrUnknown]) and a format newer
// than [Format] ([ErrNewerFormat]). Nothing is ever guessed.
package template
