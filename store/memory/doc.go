// Package memory keeps orders in the process's memory. It is the reference implementation of [supervision.Store] and the default of
// everything that needs no database: tests, examples, trials. What it holds ends with the process.
//
//	service, err := supervision.New(memory.New())
//
// It decides nothing: what belongs to a result is told by [supervision.Filter.Matches], and the statuses that time leads to are read off
// [supervision.Flow]. It never looks at all orders where a filter names a party, a product, a status, a turn, a silence or an appeal: every
// order is listed by its opening with all orders and with its buyer's, its seller's and its product's. Each list knows, for blocks of orders and for stretches of blocks, which are stored
// under which status, so a search steps over the others by the stretch, along the shortest of the lists that can hold its result, until the
// page is full. Due orders and waiting records have lists of their own.
//
// Orders are locked one by one, and lists for the length of one insertion or of reading one batch, so that operations on different orders
// run side by side.
package memory
