// Api serves orders as JSON over HTTP: what an order is, what may be done to
// it now, and doing it, with an OpenAPI document that says so. A key makes a
// command repeatable, an entity tag keeps it from an order that has changed,
// and errors are problem details that name each fault.
package main

import (
	"log"
	"net/http"
	"time"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func main() {
	svc, err := service.New(memory.New())
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Addr: "127.0.0.1:8080", Handler: newAPI(svc, basic), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// basic takes the role and the account from Basic authentication, such as
// buyer:ben. A host authenticates before it trusts either.
func basic(r *http.Request) (supervision.Actor, error) {
	role, id, ok := r.BasicAuth()
	if !ok {
		return supervision.Actor{}, errUnknownCaller
	}
	return supervision.Actor{Role: supervision.Role(role), ID: id}, nil
}
