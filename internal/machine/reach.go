package machine

import "slices"

// checkReach refuses a status that no flow can reach, and one that no flow can
// leave for an end.
func (c *checker) checkReach() {
	next, previous := make(map[string][]string), make(map[string][]string)
	for _, r := range c.spec.Rows {
		next[r.From] = append(next[r.From], r.To)
		previous[r.To] = append(previous[r.To], r.From)
	}
	reachable, ending := closure(c.spec.Initial, next), closure(c.spec.Final, previous)
	for _, s := range c.statuses {
		if len(c.spec.Initial) > 0 && !reachable[s] {
			c.fault("status %q cannot be reached from an initial one: add a row to it or drop it", s)
		}
		if len(c.spec.Final) > 0 && !ending[s] {
			c.fault("no final status can be reached from %q: add a row out of it", s)
		}
	}
}

// closure returns the given statuses and all that steps lead to from them.
func closure(from []string, steps map[string][]string) map[string]bool {
	seen := make(map[string]bool)
	for open := slices.Clone(from); len(open) > 0; {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if !seen[s] {
			seen[s] = true
			open = append(open, steps[s]...)
		}
	}
	return seen
}
