package main

import (
	"fmt"
	"strings"
)

// change is one change of a file's text.
type change struct {
	file       string // from the root of the repository
	function   string // the function or the variable in which it stands
	line       int
	begin, end int // what is replaced, in bytes
	old, new   string
	nth        int // of several with the same texts in one function, from 1
}

// String is the change's name: it stays the same wherever in its file the
// function moves.
func (c change) String() string {
	name := fmt.Sprintf("%s %s: %s => %s", c.file, c.function, oneLine(c.old), oneLine(c.new))
	if c.nth > 1 {
		name += fmt.Sprintf(" (%d)", c.nth)
	}
	return name
}

func oneLine(s string) string {
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return "nothing"
	}
	return s
}

// apply returns the file's text with the change.
func (c change) apply(text string) string { return text[:c.begin] + c.new + text[c.end:] }

// number tells changes apart that would have the same name.
func number(changes []change) {
	seen := make(map[string]int)
	for i := range changes {
		name := changes[i].String()
		seen[name]++
		changes[i].nth = seen[name]
	}
}
