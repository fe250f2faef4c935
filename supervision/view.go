package supervision

// Whoever reads an order or a record is handed its view (R34). The whole is
// for the rules, the store and the host.

// For returns the order as the actor may see it, or [ErrNotFound] where the
// actor has no part in it (R22): for a party, without the notes that managers
// keep to themselves.
func (o Order) For(actor Actor) (Order, error) {
	if !o.exists(actor) {
		return Order{}, NotFound(o.ID)
	}
	if !actor.seesAll() {
		o.Appeal = o.Appeal.Shared()
	}
	return o, nil
}

// For returns the record as the actor may see it; whether the actor may see
// the order at all is [Order.For]'s to say. The key is only its owner's and the
// host's. For a party, the note that a manager keeps to itself is empty: that
// there was one still shows, so that a party's records have no gap and their
// replay is, as a party sees it, the order. So it is with what an adoption
// quotes.
func (r Record) For(actor Actor) Record {
	if actor.Role != RoleSystem && !actor.is(r.Actor) {
		r.Key = ""
	}
	if a, ok := r.Action.(guarded); ok && !actor.seesAll() {
		if shared, less := a.public(); less {
			r.Action, r.Salt = shared, "" // with the salt texts could be tried
		}
	}
	return r
}

// guarded is an action of which the parties may see less than managers do.
type guarded interface {
	// public returns what the parties see, and whether it is less.
	public() (Action, bool)
}

// exists reports whether the order exists for the actor (R22).
func (o *Order) exists(a Actor) bool {
	return a.seesAll() || a.is(Buyer(o.Buyer)) || a.is(Seller(o.Seller))
}

// seesAll reports whether the actor sees every order, and whole.
func (a Actor) seesAll() bool { return a.Role == RoleManager || a.Role == RoleSystem }
