// Package memory keeps orders in maps under one mutex: the contract of
// [service.Store] written down. It is for tests and demonstrations; what
// it holds ends with the process.
//
//	service, err := service.New(memory.New())
//
// It decides nothing: [supervision.Filter.Matches] says what a search finds,
// and [supervision.Order.Listing] when an order is due. A search that names a
// buyer or a seller looks at that party's orders only; any other search, and
// Due, looks at all.
package memory
