package main

var facts = []fact{}
