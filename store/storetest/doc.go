// Package storetest checks an implementation of [service.Store] against every
// sentence of its contract. Each sentence is a subtest of its own, and a
// failure quotes it.
//
// A store of your own is checked by one test, next to it:
//
//	package mystore_test
//
//	import (
//		"testing"
//
//		"github.com/koogallery/serviceflow/store/storetest"
//		"github.com/koogallery/serviceflow/supervision"
//
//		"example.com/shop/mystore"
//	)
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) service.Store {
//			store, err := mystore.Open(t.TempDir())
//			if err != nil {
//				t.Fatal(err)
//			}
//			t.Cleanup(func() { store.Close() })
//			return store
//		})
//	}
//
// Run it with -race. One sentence is picked as any subtest is: go test -run
// 'TestStore/Save/conflict'.
//
// The orders in the cases are genuine: they come from [supervision.Open] and
// [supervision.Order.Apply]. What the core refuses, such as a NUL in a text or
// an instant that is not UTC in an order, no store is ever asked to keep. What
// only a damaged or a newer database can show, such as
// [supervision.ErrMalformed], is left to the tests of the store itself.
package storetest
