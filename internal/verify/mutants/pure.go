package main

var (
	appealTests   = []string{"./appeal"}
	machineTests  = []string{"./internal/machine"}
	templateTests = []string{"./supervision/template"}
)

// appeals are bugs in the pure rules of appeals.
var appeals = []plot{
	{"appeal/verdict.go", appealTests, []mutant{
		{"R09", "silence of exactly the policy's length opens an appeal", `p.Silence + Tick`, `p.Silence`},
		{"R09", "a party is silent while it is not its turn", `if facts.Turn != party {`, `if facts.Turn == "" {`},
		{"R10", "one rejection more than the policy's is needed", `if count < p.Rejections {`, `if count <= p.Rejections {`},
		{"R10", "the ground of rejected requests reads the other counter", `p.rejected(facts.RequestRejections)`, `p.rejected(facts.ProductRejections)`},
		{"R11", "the grounds of one party are those of both", "if !p.Grounds(party).Has(ground) {\n		v.", "if !(p.Buyer | p.Seller).Has(ground) {\n		v."},
		{"R14", "the blackout includes its end", `ok && first.Before(end) {`, `ok && !first.After(end) {`},
		{"R14", "the blackout excludes its beginning", `if first.Before(begins) {`, `if !first.After(begins) {`},
		{"R18", "the finding of a silence does not say since when", `Finding{Since: facts.Since}`, `Finding{}`},
		{"R24", "an appeal is promised a tick too early", `v.From, v.Finding = first, Finding{}`, `v.From, v.Finding = first.Add(-Tick), Finding{}`},
	}},
	{"appeal/appeal.go", appealTests, []mutant{
		{"R19", "a ruling is late at exactly the last instant that is on time", `at.After(a.HandleBy)`, `!at.Before(a.HandleBy)`},
		{"R21", "a copy of an appeal shares its notes", `	c.Notes = slices.Clone(a.Notes)` + "\n", ``},
	}},
	{"appeal/policy_json.go", appealTests, []mutant{
		{"R25", "a policy with fields nobody knows is read", `	decoder.DisallowUnknownFields()` + "\n", ``},
	}},
}

// machines are bugs in the transition table's compiler and runner.
var machines = []plot{
	{"internal/machine/runner.go", machineTests, []mutant{
		{"one table", "a transition need not end where the table says", `at != t.to {`, `at == "" {`},
	}},
	{"internal/machine/check.go", machineTests, []mutant{
		{"one table", "a final status may have exits", `slices.Contains(c.spec.Final, r.From)`, `slices.Contains(c.spec.Final, r.From) && false`},
	}},
}

// templates are bugs in request templates.
var templates = []plot{
	{"supervision/template/check.go", templateTests, []mutant{
		{"R03", "the bounds of numbers are exclusive", `compareNumbers(s, f.Max) > 0`, `compareNumbers(s, f.Max) >= 0`},
		{"R04", "only one fault of a form is reported", `		known++` + "\n			found.add(f.Key, f.check(value))", `		known++` + "\n			if len(found) == 0 {\n				found.add(f.Key, f.check(value))\n			}"},
		{"R04", "fields that a template does not have are accepted", `if known < len(v) {`, `if known > len(v) {`},
	}},
	{"supervision/template/text.go", templateTests, []mutant{
		{"bad input", "of eight characters a DEL is let through", `|(bytes+each))`, `)`},
	}},
	{"supervision/template/pattern.go", templateTests, []mutant{
		{"R03", "a pattern need match only the end of a value", `"^(?:" + pattern`, `"(?:" + pattern`},
	}},
}
