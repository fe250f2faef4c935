package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mutant is one planted bug.
type mutant struct {
	rule string // the rule or guarantee it breaks
	what string // what the mutated library does, in words; unique
	old  string // what is replaced: occurs exactly once in the file
	new  string
}

// plot is a file with its mutants.
type plot struct {
	file    string   // from the root of the repository
	tests   []string // the packages whose tests have to kill them, cheapest first
	mutants []mutant
}

// planted is a mutant with where it stands.
type planted struct {
	mutant
	file  string
	tests []string
}

// all lists every planted bug.
func all() []planted {
	var list []planted
	for _, plots := range [][]plot{appeals, machines, templates, inputs, flows, services, documents, memories,
		databases, retentions, adoptions} {
		for _, p := range plots {
			for _, m := range p.mutants {
				list = append(list, planted{m, p.file, p.tests})
			}
		}
	}
	return list
}

// apply returns the mutated file.
func (p planted) apply(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, p.file))
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.what, err)
	}
	if n := strings.Count(string(text), p.old); n != 1 {
		return "",
			fmt.Errorf("%s: %s has the text to be replaced %d times instead of once: %q", p.what, p.file, n, p.old)
	}
	return strings.Replace(string(text), p.old, p.new, 1), nil
}
