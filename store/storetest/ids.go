package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const saysBytes = "ids are compared byte by byte"

var aboutIDs = []sentence{
	{"ids that look alike are different orders", saysBytes, func(c *check) {
		var list []*history
		for i, id := range alike {
			o := opening(id)
			o.Buyer, o.Seller, o.Product = id, id, id
			h := c.open(o, day0.Add(time.Duration(i)*tick)).request().key(id)
			c.create(h)
			list = append(list, h)
		}
		c.holds(list...)
		for _, h := range list {
			id := h.order.ID
			for _, criteria := range []supervision.Criteria{
				{Orders: []string{id}}, {Buyers: []string{id}}, {Sellers: []string{id}}, {Products: []string{id}},
			} {
				found, err := c.Search(ctx, supervision.Filter{Criteria: criteria, At: day0, Limit: 100})
				require.NoError(c, err)
				c.sameOrders([]*history{h}, found, fmt.Sprintf("the answer to %+v", criteria))
			}
		}
	}},
	{"an id that only looks like a stored one is unknown", saysBytes, func(c *check) {
		h := c.begin("R1")
		c.begin("caf\u00e9")
		for _, id := range []string{"r1", "R1 ", " R1", "R1\t", "R01", "Ｒ1", "R%", "R_", "cafe\u0301", "cafe",
			"CAF\u00c9"} {
			c.lacks(id)
			want := service.ErrConflict
			if strings.TrimSpace(id) != id { // it is none
				want = supervision.ErrMalformed
			}
			require.ErrorIs(c, c.Save(ctx, renamed(h.rival().request(), id).change()), want, "order %q", id)
		}
		c.lacks("")
		c.holds(h)
	}},
	{"keys that look alike are different keys", saysBytes, func(c *check) {
		h := c.begin("order").request().key("K1")
		c.save(h)
		for _, key := range []string{"k1", "K1 ", " K1", "K%", "Ｋ1"} {
			require.Nil(c, c.keyed("order", buyer, key), "key %q", key)
		}
	}},
}

// alike are ids that a careless comparison takes for one another, and ids that
// a careless query takes apart.
var alike = []string{
	"R1", "r1", "R 1", "R  1", "R\u00a01", "Ｒ1", "R1\u0301", "R01",
	"caf\u00e9", "cafe\u0301", "cafe", "CAFE", "\u212b", "\u00c5", "A\u030a", "ß", "ss", "SS", "ẞ", "ﬁ", "fi", "I", "i",
	"İ", "ı",
	"100%", "100_", "100", "o'r", `o"r`, `o\r`, `o\\r`, "o;--", "$1", "?", "NULL", "null", "0", "00", "0x0", "1e2",
	"😀", "😁", "𐍈", "ŝ", "s", strings.Repeat("😀", supervision.MaxID), strings.Repeat("😀", supervision.MaxID-1),
}

// renamed turns a history into one of another order.
func renamed(h *history, id string) *history {
	h.order.ID = id
	for i := range h.records {
		h.records[i].Order = id
	}
	return h
}
