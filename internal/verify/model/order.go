package model

// Order is an order as the model remembers it. Instants are microseconds since
// 1970, 0 for none. An Order is a value: what its pointers point at is never
// changed.
type Order struct {
	ID, Product, Buyer, Seller string
	Policy                     *Policy
	// RequestTemplate and DeliveryTemplate are the versions of the templates it
	// is pinned to; 0 for free text (R04).
	RequestTemplate, DeliveryTemplate int
	// TemplateSeller is whose they are where an amendment has changed the seller
	// (R31).
	TemplateSeller string
	// Paid is what was paid, in minor units of the one currency there is here;
	// 0 for unknown (R32).
	Paid int64

	// Rejected is the last rejection (R05, R08), ReminderText the text of the
	// last reminder (R20).
	Rejected     Rejection
	ReminderText string

	Status, FrozenFrom                                                  string
	Version                                                             int
	Bought, Opened, Updated, TurnSince, End, Reminded, Accepted, Closed int64
	// Received is from when a reported receipt counts (R27).
	Received int64
	// Erased is when the texts were erased (R35).
	Erased int64
	// Proposal is the refund proposed at present, and by whom Canceled says how
	// and where a canceled order ended (R32).
	Proposal                 Proposal
	Refund                   Refund
	CanceledBy, CanceledFrom string
	// SilentSince is from when silence is measured (R09, R16, R17); TurnSince
	// from when the timers run.
	SilentSince                          int64
	RequestRejections, ProductRejections int
	// Happened are the steps that have happened (R15).
	Happened map[string]bool

	Request  *Request
	Delivery *Delivery
	Appeal   *Appeal
}

// Rejection is by which operation, why, by whom and when something came back;
// none where At is 0.
type Rejection struct {
	Op, Reason, By string
	At             int64
}

// Proposal is a proposed refund; none where At is 0.
type Proposal struct {
	Amount int64
	Reason string
	At     int64
}

// Refund is what the host pays, by which operation; none where At is 0.
type Refund struct {
	Amount int64
	By     string
	At     int64
}

// Request and Delivery are what was submitted last, and when.
type Request struct {
	Text  string
	Form  int
	Files int
	At    int64
}

// Delivery is what was delivered last, and when.
type Delivery struct {
	Text  string
	Form  int
	Files int
	At    int64
}

// Appeal is the last appeal, or the last intervention, which has a Manager and
// neither By nor Ground nor Demand (R30).
type Appeal struct {
	By, Ground, Reason, Demand string
	Manager                    string
	Files, Count               int
	Since, Raised, HandleBy    int64
	Notes                      []Note
	Ruling                     *Ruling
}

// Note is a manager's note; the parties see it where it is shared (R34).
type Note struct {
	At       int64
	By, Text string
	Files    int
	Shared   bool
}

// Ruling is a manager's decision.
type Ruling struct {
	Outcome, ResumedAt, Decision, By string
	Upheld                           bool
	Files                            int
	Refund                           int64
	At                               int64
}

// Record is one operation record.
type Record struct {
	Seq      int
	At       int64
	From, To string
	// Command is what was done and by whom, its texts trimmed.
	Command
	// Count and Since are the finding of an appeal (R18).
	Count int
	Since int64
}

// Command is what somebody wants done.
type Command struct {
	Role, Actor, Op string
	// User is the person who acts for the account; it decides nothing (R22).
	User string
	// Text is the text, reason, result or decision of the operation, Demand an
	// appeal's demand.
	Text, Demand string
	// Files is the number of attachments.
	Files int
	// Form says for which version of the operation's template a form is filled
	// in correctly, and then there is no Text; 0 for free text.
	Form int
	// Ground is an appeal's; Outcome, ResumeAt and Upheld are a ruling's.
	Ground, Outcome, ResumeAt string
	Upheld                    bool
	// Shared is a note's.
	Shared bool
	// Amount is a proposal's, an agreement's or a ruling's.
	Amount int64
	// Policy, End, Buyer and Seller are what an amendment changes besides, the
	// policy by its name.
	Policy, Buyer, Seller string
	End                   int64
	// Clock says that an amendment turns the order's clock back.
	Clock bool
	// Received is a receipt's.
	Received int64
}

// Answer is what came of a command.
type Answer struct {
	// Kind is "done", "refused", "invalid" or "not_found".
	Kind string
	// Records are the records it adds when done.
	Records []Record
	// Faults are the faulty fields when invalid.
	Faults []string
	// The rest describes a refusal.
	Rule, Reason, Status string
	At, From             int64
}

// Open opens an order (R01); end 0 stands for the policy's period.
func Open(id, product, buyer, seller string, policy *Policy, request, delivery int, paid, bought, end, at int64) (Order,
	Record) {
	if bought == 0 {
		bought = at
	}
	if end == 0 {
		end = at + policy.Period
	}
	o := Order{
		ID: id, Product: product, Buyer: buyer, Seller: seller, Policy: policy,
		RequestTemplate: request, DeliveryTemplate: delivery, Paid: paid,
		Status: policy.Start, Version: 1, Bought: bought, Opened: at, Updated: at, TurnSince: at, SilentSince: at,
		End: end,
	}
	return o, Record{Seq: 1, At: at, To: policy.Start, Command: bySystem("open")}
}

// Repeats says whether a command is another one again, whoever sends it for the
// account (R22, R28).
func (c Command) Repeats(other Command) bool {
	c.User = other.User
	return c == other
}

func bySystem(op string) Command { return Command{Role: "system", Actor: "system", Op: op} }

// Form is the version of the template that an operation fills in (R04).
func (o Order) Form(op string) int {
	if op == "deliver" {
		return o.DeliveryTemplate
	}
	return o.RequestTemplate
}

// Turn is whose turn it is; "" for nobody's.
func (o Order) Turn() string {
	switch o.Status {
	case "awaiting_request", "awaiting_acceptance":
		return "buyer"
	case "awaiting_confirmation", "awaiting_delivery":
		return "seller"
	case "frozen":
		return "manager"
	}
	return ""
}

// happened is the order with one more step that has happened.
func (o Order) happened(step string) Order {
	all := map[string]bool{step: true}
	for s := range o.Happened {
		all[s] = true
	}
	o.Happened = all
	return o
}

// Steps are the states of the flow's steps (R15): what never happened is
// skipped, not done.
func (o Order) Steps(at int64) (states []string) {
	o = o.at(at)
	flow := []string{"awaiting_request", "awaiting_confirmation", "awaiting_delivery", "awaiting_acceptance",
		"accepted", "completed"}
	if o.Policy.Start == "awaiting_delivery" {
		flow = flow[2:]
	}
	stands, state := o.Status, "current"
	switch o.Status {
	case "frozen":
		stands, state = o.FrozenFrom, o.Status
	case "canceled":
		stands, state = o.CanceledFrom, o.Status
	case "completed":
		state = "done"
	}
	behind := true
	for _, step := range flow {
		switch {
		case step == stands:
			states, behind = append(states, state), false
		case !behind:
			states = append(states, "waiting")
		case o.Happened[step]:
			states = append(states, "done")
		default:
			states = append(states, "skipped")
		}
	}
	return states
}

func (o Order) waiting() bool { return o.Turn() == "buyer" || o.Turn() == "seller" }

func (o Order) final() bool { return o.Status == "completed" || o.Status == "canceled" }

// SeenBy is the order as a role sees it: a party gets no note that is not
// shared (R34).
func (o Order) SeenBy(role string) Order {
	if o.Appeal == nil || role != "buyer" && role != "seller" {
		return o
	}
	a := *o.Appeal
	a.Notes = nil
	for _, n := range o.Appeal.Notes {
		if n.Shared {
			a.Notes = append(a.Notes, n)
		}
	}
	o.Appeal = &a
	return o
}

// SeenBy is the record as a role sees it: a party gets an empty one of a note
// that is not shared (R34).
func (r Record) SeenBy(role string) Record {
	if (role == "buyer" || role == "seller") && r.Op == "add_note" && !r.Shared {
		r.Text, r.Files = "", 0
	}
	return r
}

// Sees says whether the order exists for an actor (R22).
func (o Order) Sees(role, actor string) bool {
	switch role {
	case "buyer":
		return actor == o.Buyer
	case "seller":
		return actor == o.Seller
	}
	return true
}
