package template

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/koogallery/serviceflow/internal/fault"
)

func anchored(pattern string) string { return "^(?:" + pattern + ")$" }

// compilePatterns returns the fields' patterns, nil where a field has none, and
// puts its faults on the list. It compiles nothing unless all patterns together
// keep to maxWork, which it computes from their syntax trees alone.
func (t Template) compilePatterns(found *fault.List) []*regexp.Regexp {
	compiled := make([]*regexp.Regexp, len(t.Fields))
	work, dearest, most := 0, 0, 0
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Pattern == "" || !f.Kind.hasLength() {
			continue
		}
		tree, p := parsePattern(f.Pattern)
		if p.Code != "" {
			found.Put(patternOf(i), p)
			continue
		}
		own := workOf(tree, f.maxLength())
		if work += own; own > most {
			dearest, most = i, own
		}
	}
	if work > maxWork {
		found.Put(patternOf(dearest), problem(CodeTooCostly,
			"repeat less or lower max_length: the template's patterns together take too long to match"))
	}
	if len(*found) > 0 {
		return compiled
	}
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Pattern != "" && f.Kind.hasLength() {
			compiled[i] = regexp.MustCompile(anchored(f.Pattern))
		}
	}
	return compiled
}

func patternOf(field int) string { return fmt.Sprintf("fields[%d].pattern", field) }

// parsePattern accepts a bounded pattern that RE2 and ECMA-262 read in the same
// way.
func parsePattern(pattern string) (*syntax.Regexp, Fault) {
	if p := fault.CheckBounds(pattern, MaxPattern); p.Code != "" {
		return nil, p
	}
	if fault.LineEnds(pattern) != pattern || strings.ContainsAny(pattern, "\t\n") {
		return nil, problem(CodeBadPattern, `write line breaks and tabs as \n and \t`)
	}
	if reason := unportable(pattern); reason != "" {
		return nil, problem(CodeBadPattern, reason)
	}
	tree, err := syntax.Parse(anchored(pattern), syntax.Perl)
	if err != nil {
		return nil, problem(CodeBadPattern, "write ranges from low to high and repeats from few to many, at most 1000")
	}
	return tree, none
}

// workOf bounds the steps that compiling a pattern and matching it once take,
// for a text of at most so many characters. A pattern that is anchored looks no
// further than the longest text it matches.
func workOf(tree *syntax.Regexp, most int) int {
	return instructions(tree) * (min(most, longest(tree)+1) + keepCost)
}

// instructions bounds the size of the compiled pattern from above. A repeat is
// compiled as so many copies of what it repeats; the parser lets nested repeats
// multiply to 1000 at most, so nothing here overflows.
func instructions(tree *syntax.Regexp) int {
	n := 0
	for _, sub := range tree.Sub {
		n += instructions(sub)
	}
	switch tree.Op {
	case syntax.OpLiteral:
		return len(tree.Rune)
	case syntax.OpConcat:
		return n
	case syntax.OpAlternate:
		return n + len(tree.Sub) - 1
	case syntax.OpRepeat:
		copies := max(1, tree.Min, tree.Max)
		return n*copies + copies - tree.Min + 2
	}
	return n + max(1, 2*len(tree.Sub)) // one character or none, a group, * + ?
}

// longest returns the characters of the longest text that a pattern matches, or
// a number beyond MaxText where there is no such text.
func longest(tree *syntax.Regexp) int {
	n := 0
	switch tree.Op {
	case syntax.OpLiteral:
		n = len(tree.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
	case syntax.OpAlternate:
		for _, sub := range tree.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range tree.Sub {
			n += longest(sub)
		}
	}
	switch {
	case tree.Op == syntax.OpStar, tree.Op == syntax.OpPlus, tree.Op == syntax.OpRepeat && tree.Max < 0:
		n *= MaxText + 1
	case tree.Op == syntax.OpRepeat:
		n *= tree.Max
	}
	return min(n, MaxText+1)
}
