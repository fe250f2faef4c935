package machine_test

import (
	"errors"
	"fmt"

	"github.com/koogallery/serviceflow/internal/machine"
)

type lamp uint8

const (
	off lamp = iota + 1
	on
	broken
)

func (l lamp) String() string { return [...]string{"", "Off", "On", "Broken"}[l] }

type act uint8

const (
	press act = iota + 1
	burnOut
)

func (a act) String() string { return [...]string{"", "press", "burn_out"}[a] }

func ExampleCompile() {
	m, err := machine.Compile(machine.Spec[lamp, act]{
		Initial:  []lamp{off},
		Final:    []lamp{broken},
		Statuses: []lamp{off, on, broken},
		Events:   []act{press, burnOut},
		Rows: []machine.Row[lamp, act]{
			{From: off, Event: press, To: on, By: "anyone"},
			{From: on, Event: press, To: off, By: "anyone"},
			{From: on, Event: burnOut, To: broken, Timer: "Lifetime"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Allows(off, burnOut), m.Fire(off, press, on))
	fmt.Println(errors.Is(m.Fire(off, burnOut, broken), machine.ErrNoTransition))
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

func ExampleTableError() {
	_, err := machine.Compile(machine.Spec[lamp, act]{
		Initial:  []lamp{off},
		Statuses: []lamp{off, on},
		Events:   []act{press},
		Rows:     []machine.Row[lamp, act]{{From: off, Event: press, To: off}},
	})
	var table *machine.TableError
	if errors.As(err, &table) {
		for _, fault := range table.Faults {
			fmt.Println(fault)
		}
	}
	// Output:
	// there is no final status: name at least one
	// status On cannot be reached from an initial one: add a row to it or drop it
}
