package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysPut      = "PutTemplate stores a version."
	saysFollows  = "It returns [ErrConflict] unless the version is one above the latest, or 1 where there is none."
	saysTemplate = "Template returns a version, or the latest for version 0."
	saysNone     = "It returns [supervision.ErrNotFound] where there is none."
)

var aboutTemplates = []sentence{
	{"stores versions, each as it was published", saysPut, func(c *check) {
		for version := 1; version <= 12; version++ {
			require.NoError(c, c.PutTemplate(ctx, published(version)))
		}
		for version := 1; version <= 12; version++ {
			c.template("seller", "product", version, published(version))
		}
	}},
	{"returns the latest for version 0", saysTemplate, func(c *check) {
		for version := 1; version <= 12; version++ {
			require.NoError(c, c.PutTemplate(ctx, published(version)))
			c.template("seller", "product", 0, published(version))
		}
	}},
	{"refuses a version that does not follow", saysFollows, func(c *check) {
		for _, version := range []int{2, 0, -1} {
			require.ErrorIs(c, c.PutTemplate(ctx, published(version)), service.ErrConflict, "version %d as the first",
				version)
		}
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		require.ErrorIs(c, c.PutTemplate(ctx, published(3)), service.ErrConflict, "version 3 after 1")
		_, err := c.Template(ctx, "seller", "product", 3)
		require.ErrorIs(c, err, supervision.ErrNotFound)
	}},
	{"never changes a version", saysFollows, func(c *check) {
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		require.NoError(c, c.PutTemplate(ctx, published(2)))
		for _, version := range []int{1, 2} {
			other := published(version)
			other.Template.Title = "Another"
			require.ErrorIs(c, c.PutTemplate(ctx, other), service.ErrConflict, "version %d again", version)
			c.template("seller", "product", version, published(version))
		}
	}},
	{"one of many who publish a version wins", saysFollows, func(c *check) {
		for version := 1; version <= 5; version++ {
			rivals := make([]service.RequestTemplate, racers)
			for i := range rivals {
				rivals[i] = published(version)
				rivals[i].PublishedAt = day0.Add(time.Duration(i) * tick)
			}
			errs := together(racers, func(i int) error { return c.PutTemplate(ctx, rivals[i]) })
			c.template("seller", "product", 0, rivals[c.onlyWinner(errs, service.ErrConflict)])
		}
	}},
	{"are kept by seller and product", "by seller, product and version", func(c *check) {
		pairs := [][2]string{{"a", "b"}, {"b", "a"}, {"a", "a"}, {"A", "b"}, {"a", "B"}, {"a/", "b"}, {"a", "/b"},
			{"a b", "c"}, {"a", "b c"},
			{"é", "b"}, {"e\u0301", "b"}}
		for i, pair := range pairs {
			for version := 1; version <= 1+i%2; version++ {
				require.NoError(c, c.PutTemplate(ctx, offered(pair, version)))
			}
		}
		for i, pair := range pairs {
			c.template(pair[0], pair[1], 0, offered(pair, 1+i%2))
		}
	}},
	{"returns ErrNotFound where there is none", saysNone, func(c *check) {
		c.noTemplate("seller", "product", 0)
		c.noTemplate("seller", "product", 1)
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		for _, version := range []int{2, -1} {
			c.noTemplate("seller", "product", version)
		}
		for _, version := range []int{0, 1} {
			c.noTemplate("Seller", "product", version)
			c.noTemplate("seller", "product ", version)
			c.noTemplate("product", "seller", version)
		}
	}},
}

// published is a version of the form.
func published(version int) service.RequestTemplate {
	return service.RequestTemplate{
		Seller: "seller", Product: "product", Version: version, PublishedAt: day0.Add(time.Duration(version) * tick),
		Template: form.Clone(),
	}
}

func offered(pair [2]string, version int) service.RequestTemplate {
	t := published(version)
	t.Seller, t.Product = pair[0], pair[1]
	return t
}

func (c *check) template(seller, product string, version int, want service.RequestTemplate) {
	c.Helper()
	have, err := c.Template(ctx, seller, product, version)
	require.NoError(c, err)
	c.same(want, have, "the template")
}

func (c *check) noTemplate(seller, product string, version int) {
	c.Helper()
	_, err := c.Template(ctx, seller, product, version)
	require.ErrorIs(c, err, supervision.ErrNotFound, "version %d of %q for %q", version, seller, product)
}
