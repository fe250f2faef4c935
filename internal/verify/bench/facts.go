package main

var facts = []fact{{"stored", printStored}, {"footprint", printFootprint}, {"profile", printProfile}}

// atExit drops the tables that the program would leave behind otherwise.
var atExit []func()

func leave() {
	for _, drop := range atExit {
		drop()
	}
}
