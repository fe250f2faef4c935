// Package schema proves that template.Template.Schema accepts exactly what
// Check accepts (rule R03): random templates and random values, valid, nearly
// valid and wrong, are put before both, with a JSON Schema validator that
// shares no code with the library.
package schema
