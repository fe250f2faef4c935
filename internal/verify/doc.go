// Package verify is a module of its own that checks the library against real
// databases, other implementations and simulated faults. What it needs for that
// stays out of the library's dependencies.
package verify
