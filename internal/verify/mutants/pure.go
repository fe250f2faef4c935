package main

var (
	appealTests   = []string{"./appeal"}
	machineTests  = []string{"./internal/machine"}
	templateTests = []string{"./supervision/template"}
	faultTests    = []string{"./internal/fault"}
)

// appeals are bugs in the pure rules of appeals.
var appeals = []plot{
	{"appeal/verdict.go", appealTests, []mutant{
		{"R09", "silence of exactly the policy's length opens an appeal", `v.Measure.Length + Tick`,
			`v.Measure.Length`},
		{"R09", "a party is silent while it is not its turn", `if facts.Turn != party {`, `if facts.Turn == "" {`},
		{"R10", "the ground of rejected requests reads the other counter", `p.rejected(facts.RequestRejections)`,
			`p.rejected(facts.ProductRejections)`},
		{"R11", "the grounds of one party are those of both", "if !p.Grounds(party).Has(ground) {\n		v.",
			"if !(p.Buyer | p.Seller).Has(ground) {\n		v."},
		{"R24", "an appeal is promised a tick too early", `v.From = first`, `v.From = first.Add(-Tick)`},
	}},
	{"appeal/policy_json.go", appealTests, []mutant{
		{"R25", "a policy with fields nobody knows is read", `fault.Decode("appeal: policy", data, &wire)`,
			`json.Unmarshal(data, &wire)`},
	}},
}

// machines are bugs in the transition table's compiler and runner.
var machines = []plot{
	{"internal/machine/runner.go", machineTests, []mutant{
		{"one table", "a transition need not end where the table says", `at != t.to {`, `at == "" {`},
	}},
	{"internal/machine/check.go", machineTests, []mutant{
		{"one table", "a final status may have exits", `slices.Contains(c.spec.Final, r.From)`,
			`slices.Contains(c.spec.Final, r.From) && false`},
	}},
}

// templates are bugs in request templates.
var templates = []plot{
	{"supervision/template/form.go", templateTests, []mutant{
		{"R04", "only one fault of a form is reported",
			`			found.Put(field.Key, field.check(value, f.patterns[i]))`,
			"			if len(found) == 0 {\n				found.Put(field.Key, field.check(value, " +
				"f.patterns[i]))\n			}"},
		{"R04", "fields that a template does not have are accepted", `if known < len(v) {`, `if known > len(v) {`},
	}},
	{"supervision/template/pattern.go", templateTests, []mutant{
		{"R03", "a pattern need match only the end of a value", `"^(?:" + pattern`, `"(?:" + pattern`},
	}},
}

// inputs are bugs in the checks of input and in the strict reading of
// documents, which all packages share.
var inputs = []plot{
	{"internal/fault/text.go", faultTests, []mutant{
		{"bad input", "of eight characters a DEL is let through", `|(bytes+each))`, `)`},
	}},
	{"internal/fault/decode.go", faultTests, []mutant{
		{"JSON", "a document of a newer format is read", `case head.Format > Newest:`, `case head.Format > Newest+1:`},
		{"JSON", "a decoder goes back to be lent with what is left in it", `	case len(rest) == 0 &&`,
			`	case len(bytes.TrimLeft(rest, " \t\r\n")) == 0 &&`},
		{"JSON", "what follows a document is ignored", `	case len(bytes.TrimLeft(rest, " \t\r\n")) > 0:`,
			`	case len(bytes.TrimLeft(rest, " \t\r\n")) > 1<<20:`},
	}},
}
