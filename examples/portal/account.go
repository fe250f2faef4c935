package main

import "github.com/koogallery/serviceflow/supervision"

// account is somebody who can log in. A real host has a directory of its own;
// the demonstration has this list.
type account struct {
	ID, Name, About string
	Role            supervision.Role
}

var accounts = []account{
	{"buyer-harbor", "Harbor Retail", "Buys an ERP suite and its data migration.", supervision.RoleBuyer},
	{"buyer-northwind", "Northwind Clinics", "Buys a help desk and its licenses.", supervision.RoleBuyer},
	{"seller-cloudline", "Cloudline Software", "Sells the ERP suite, CRM and data migration.", supervision.RoleSeller},
	{"seller-brightdesk", "Brightdesk Systems", "Sells the help desk and endpoint licenses.", supervision.RoleSeller},
	{"manager-mei", "Mei Tanaka", "Handles appeals for the marketplace.", supervision.RoleManager},
	{"manager-tomas", "Tomás Vega", "Handles appeals for the marketplace.", supervision.RoleManager},
	{supervision.System().ID, "KooGallery", "The marketplace itself: reports receipts, erases texts.",
		supervision.RoleSystem},
}

func findAccount(id string) (account, bool) {
	for _, a := range accounts {
		if a.ID == id {
			return a, true
		}
	}
	return account{}, false
}

// mail is where notices are sent.
func (a account) mail() string { return a.ID + "@portal.example" }

// actor is who the account is to the library, which decides what it may see and
// do.
func (a account) actor() supervision.Actor { return supervision.Actor{Role: a.Role, ID: a.ID} }

// accountName is what people read where the library knows an id.
func accountName(id string) string {
	if a, ok := findAccount(id); ok {
		return a.Name
	}
	return id
}
