package main

var facts = []fact{{"stored", printStored}, {"footprint", printFootprint}}

// atExit is what a program leaves behind otherwise.
var atExit []func()
