package template

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// compiled keeps the patterns that were compiled, because a Template is a value and has no place for them.
var compiled struct {
	sync.RWMutex
	forms map[string]*regexp.Regexp
}

// compilePattern returns the pattern of a field, anchored at both ends.
func compilePattern(pattern string) (*regexp.Regexp, problem) {
	compiled.RLock()
	form := compiled.forms[pattern]
	compiled.RUnlock()
	if form != nil {
		return form, none
	}
	if p := checkPattern(pattern); p != none {
		return nil, p
	}
	form = regexp.MustCompile(anchored(pattern))
	compiled.Lock()
	defer compiled.Unlock()
	if compiled.forms == nil || len(compiled.forms) >= maxCompiled {
		compiled.forms = make(map[string]*regexp.Regexp)
	}
	compiled.forms[pattern] = form
	return form, none
}

func anchored(pattern string) string { return "^(?:" + pattern + ")$" }

// checkPattern accepts a bounded pattern that RE2 and ECMA-262 read in the same way.
func checkPattern(pattern string) problem {
	if p := boundedText(pattern, MaxPattern); p != none {
		return p
	}
	if strings.ContainsAny(pattern, "\t\n"+otherLineEnds) {
		return problem{CodeBadPattern, `write line breaks and tabs as \n and \t`}
	}
	if reason := unportable(pattern); reason != "" {
		return problem{CodeBadPattern, reason}
	}
	tree, err := syntax.Parse(anchored(pattern), syntax.Perl)
	if err != nil {
		return problem{CodeBadPattern, "write ranges from low to high and repeats from few to many, at most 1000"}
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return problem{CodeBadPattern, "repeat less: the pattern takes too long to match"}
	}
	return none
}
