package supervision

// Operation names what can be done to an order. Each is declared in the file
// of its action; the zero value is no operation.
type Operation string

// Operations lists every operation in its declared order.
func Operations() []Operation { return append([]Operation(nil), operations[:]...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (o *Operation) UnmarshalText(text []byte) error {
	return parseWord(o, "operation", text, operations[:])
}

// Rule returns the rule that the operation's rows of the transition table stand
// under; of what makes an order, which has no row, that of opening or adopting.
func (o Operation) Rule() Rule {
	for _, t := range transitions {
		if t.Operation == o {
			return t.Rule
		}
	}
	if o == OpAdopt {
		return R29
	}
	return R01
}

// By returns the roles that perform the operation, as the transition table has
// them.
func (o Operation) By() []Role { return append([]Role(nil), performers[o]...) }
