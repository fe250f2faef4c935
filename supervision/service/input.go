package service

import (
	"github.com/koogallery/serviceflow/internal/fault"
)

// faults collects everything wrong with an input, so that it is refused whole.
type faults struct{ fault.List }

// join takes over the faults of an error that lists some.
func (f *faults) join(err error) { f.List = append(f.List, fault.Of(err)...) }

func (f *faults) err() error { return f.Err("service", nil) }
