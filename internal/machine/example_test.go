package machine_test

import (
	"errors"
	"fmt"

	"github.com/koogallery/serviceflow/internal/machine"
)

func ExampleCompile() {
	m, err := machine.Compile(machine.Spec{
		Initial: []string{"Off"},
		Final:   []string{"Broken"},
		Rows: []machine.Row{
			{From: "Off", Event: "press", To: "On", By: "anyone"},
			{From: "On", Event: "press", To: "Off", By: "anyone"},
			{From: "On", Event: "burn_out", To: "Broken", Timer: "Lifetime"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Allows("Off", "burn_out"), m.Fire("Off", "press", "On"))
	fmt.Println(errors.Is(m.Fire("Off", "burn_out", "Broken"), machine.ErrNoTransition))
	fmt.Print(m.Mermaid())
	// Output:
	// false <nil>
	// true
	// stateDiagram-v2
	//     [*] --> Off
	//     Off --> On: press (anyone)
	//     On --> Off: press (anyone)
	//     On --> Broken: burn_out (after Lifetime)
	//     Broken --> [*]
}

func ExampleCompile_faults() {
	_, err := machine.Compile(machine.Spec{
		Initial: []string{"Off", "Off"},
		Rows:    []machine.Row{{From: "Off", Event: "press", To: "Off"}},
	})
	fmt.Println(err)
	// Output:
	// machine: faulty transition table:
	// initial status "Off" is listed twice: list it once
	// there is no final status: name at least one
}
