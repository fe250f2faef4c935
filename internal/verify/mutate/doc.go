// Command mutate changes the library everywhere it can, one small change at a
// time, and sees whether the tests find each: it makes a condition always or
// never true, moves a boundary by one, drops a statement, a case or a field,
// swaps && with ||, returns other values, leaves a copy out, and changes the
// conditions and columns of SQL. Changes are compiled in as an
// overlay, so the working tree is never touched. The package's own tests run
// first, then those of the packages that depend on it: each test only where it
// enters what is changed.
//
//	go run ./internal/verify/mutate                    every package of the root module
//	go run ./internal/verify/mutate ./appeal           one of them
//	go run ./internal/verify/mutate -run verdict.go    only changes whose file, function or text matches
//	go run ./internal/verify/mutate -own               asks only the packages' own tests
//	go run ./internal/verify/mutate -by ./internal/verify/sqlstore ./store/sqlstore
//	go run ./internal/verify/mutate -list              prints the changes, and tests none
//	go run ./internal/verify/mutate -update            also writes the summary into docs/evidence/mutation.md
//
// The changes with which the program does the same stand in equivalent.txt with
// the reason. The command fails when more than one change in fifty of a package
// survives that is not among them.
package main
