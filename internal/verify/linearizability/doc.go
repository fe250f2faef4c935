// Package linearizability lets real goroutines do things to a few orders on a
// real store, at the same time, and asks porcupine whether what each was
// answered can be explained by the commands' having been applied one after the
// other, each at one instant between its call and its answer, by the
// independent model of the rules.
//
// Where the answer was lost, the command may have been applied or not, then or
// at any time later; the same command may have been sent again with its key. A
// worker settles meanwhile, and the clock goes on. In the end the records are
// read, and they have to be those of the same explanation.
package linearizability
