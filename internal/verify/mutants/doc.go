// Command mutants plants bugs and sees whether the tests find them: each entry
// of the list is one small textual change of the library or of a store that
// breaks a rule or a guarantee, and that command mutate, which changes one
// small thing everywhere, does not make. They are compiled in one at a time, as
// an overlay, so the working tree is never touched.
//
//	go run ./internal/verify/mutants             every mutant, first against the test that the table names
//	go run ./internal/verify/mutants -short      every third of them
//	go run ./internal/verify/mutants -run R09    those whose rule, file or description matches
//	go run ./internal/verify/mutants -update     against all of their packages' tests; writes docs/evidence/mutants.md
//
// Some bugs of the SQL store show on a server only: run it where the tests find
// PostgreSQL and MariaDB.
//
// It fails when a mutant survives, does not compile, or no longer applies
// because the text it replaces has changed.
package main
