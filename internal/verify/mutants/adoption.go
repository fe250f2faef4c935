package main

// adoptions are bugs in taking over what another system has led.
var adoptions = []plot{
	{"supervision/adopt.go", coreTests, []mutant{
		{"R29", "silence counts from the adoption", `o.TurnSince = a.TurnSince`, `o.TurnSince = a.AdoptedAt`},
		{"R29", "what was due before an adoption happens at it", `At: adoption.last()`, `At: at`},
	}},
	{"supervision/service/adopt.go", serviceTests, []mutant{
		{"R29", "an adoption that is repeated later differs", `	same.AdoptedAt = was.AdoptedAt` + "\n", ``},
	}},
}
