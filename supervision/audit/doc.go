// Package audit judges histories by the rules: it verifies records (R21),
// chains them into a digest, asks what another policy would have allowed,
// compares policies, and runs beside a system that still decides (R29).
//
// Everything is computed from records and orders. There is no store, clock or
// context, so that an auditor can judge on a machine of its own.
package audit
