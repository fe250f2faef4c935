package main

var facts = []fact{{"stored", printStored}, {"footprint", printFootprint}, {"profile", printProfile}}

// atExit is what a program leaves behind otherwise.
var atExit []func()
