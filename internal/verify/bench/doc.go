// Command bench sets the library beside what a user would write instead and
// prints the tables of docs/evidence/performance.md. Both sides of a comparison
// are Go benchmarks; they are run alternately in one process, and every figure
// is the ratio of two measurements that were made one after the other, so that
// a busy machine disturbs both alike.
//
//	go run ./bench                     every comparison, and the tables
//	go run ./bench -short -run apply   smaller sizes, only those whose name matches
//	go run ./bench -raw bench.txt      also every measurement, in the form that benchstat reads
//	go test -bench Contest/apply       the same sides under go test, for profiles
//
// Comparisons with a database need the server; without one they are left out,
// and the table says so.
package main
