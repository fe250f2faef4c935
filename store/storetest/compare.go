package storetest

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// text is what a value says, by its JSON form: what is nil and what is empty
// says the same.
func (c *check) text(v any) string {
	data, err := json.MarshalIndent(v, "", " ")
	require.NoError(c, err)
	return string(data)
}

// same compares by JSON form, instants and their zone included.
func (c *check) same(want, have any, what string) {
	require.Equal(c, c.text(want), c.text(have), what)
}

// holds checks that the store has an order, and its records, exactly as a
// history says.
func (c *check) holds(list ...*history) {
	for _, h := range list {
		order, record, err := c.Load(ctx, h.order.ID, "")
		require.NoError(c, err)
		require.Nil(c, record, "no key was asked for")
		c.same(h.order, order, "the order as loaded")
		records, err := c.Records(ctx, h.order.ID, 0, len(h.records)+1)
		require.NoError(c, err)
		c.same(h.records, records, "the order's records")
	}
}

// lacks checks that the store has nothing of an order.
func (c *check) lacks(id string) {
	_, _, err := c.Load(ctx, id, "")
	require.ErrorIs(c, err, supervision.ErrNotFound, "order %q", id)
	records, err := c.Records(ctx, id, 0, 10)
	require.NoError(c, err)
	require.Empty(c, records)
}

// sameOrders compares lists, their ids first, so that a failure can be read.
func (c *check) sameOrders(want []*history, have []supervision.Order, what string) {
	require.Equal(c, orderIDs(want), idsOf(have), what)
	for i, h := range want {
		c.same(h.order, have[i], what)
	}
}

func orderIDs(list []*history) []string {
	ids := make([]string, len(list))
	for i, h := range list {
		ids[i] = h.order.ID
	}
	return ids
}

func idsOf(orders []supervision.Order) []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

var timeType, stringType = reflect.TypeFor[time.Time](), reflect.TypeFor[string]()

// instants finds every instant in a value.
func instants(v reflect.Value, found func(time.Time)) {
	switch {
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		if !v.IsNil() {
			instants(v.Elem(), found)
		}
	case v.Type() == timeType:
		found(v.Interface().(time.Time))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				instants(v.Field(i), found)
			}
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			instants(v.Index(i), found)
		}
	}
}

// spoil overwrites every plain text and empties every map that can be reached
// from a value, as a careless caller might.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			spoil(v.MapIndex(key))
			v.SetMapIndex(key, reflect.Value{})
		}
	case reflect.String:
		// Words of an enumeration and what is absent stay, so that the value
		// can still be written as JSON.
		if v.CanSet() && v.Type() == stringType && v.Len() > 0 {
			v.SetString("spoiled")
		}
	}
}
