package machine

import "slices"

// checkWays refuses a status no flow can come to, and one that no flow can
// come out of.
func (c *checker[S, E]) checkWays() {
	ahead, back := make(map[S][]S), make(map[S][]S)
	for _, r := range c.spec.Rows {
		ahead[r.From] = append(ahead[r.From], r.To)
		back[r.To] = append(back[r.To], r.From)
	}
	reachable, ending := closure(c.spec.Initial, ahead), closure(c.spec.Final, back)
	for _, s := range c.spec.Statuses {
		if len(c.spec.Initial) > 0 && !reachable[s] {
			c.fault("status %s cannot be reached from an initial one: add a row to it or drop it", c.status(s))
		}
		if len(c.spec.Final) > 0 && !ending[s] {
			c.fault("no final status can be reached from %s: add a row out of it", c.status(s))
		}
	}
}

// closure returns every status that a chain of steps leads to from the given
// ones, themselves included.
func closure[S Enum](from []S, steps map[S][]S) map[S]bool {
	seen := make(map[S]bool)
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
