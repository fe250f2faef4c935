// Command rulebook writes the rule book as data, for hosts and front ends in
// other languages: docs/rules.json has the rules, the transition table, the
// presets and every word; docs/vectors.json has what the library answers to
// thousands of questions about orders in every situation.
//
//	go run ./internal/verify/rulebook
//
// Both are taken from the library itself, so after any change of the rules that
// command is all there is to do; a test says when. check.mjs, in another
// language, answers the questions anew from rules.json alone.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const command = "go run ./internal/verify/rulebook"

// files are what the command writes, from the root of the repository.
var files = map[string]func() ([]byte, error){
	"docs/rules.json":   book,
	"docs/vectors.json": vectors,
}

func main() {
	for name, make := range files {
		data, err := make()
		if err == nil {
			err = os.WriteFile(filepath.FromSlash(name), data, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
