package storetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

const (
	saysPut     = "PutTemplate stores a version."
	saysFollows = "It returns [ErrConflict] unless the version is one above the latest, or 1 where there is none."
	saysVersion = "Template returns a version."
	saysNone    = "It returns [supervision.ErrNotFound] where there is none."
	saysLatest  = "LatestTemplates returns the latest version of each template of a seller's product, sorted by " +
		"operation."
)

var aboutTemplates = []sentence{
	{"stores versions, each as it was published", saysPut, func(c *check) {
		for version := 1; version <= 12; version++ {
			require.NoError(c, c.PutTemplate(ctx, published(version)))
		}
		for version := 1; version <= 12; version++ {
			c.template(published(version))
		}
	}},
	{"stores withdrawals among them", saysVersion, func(c *check) {
		for version := 1; version <= 3; version++ {
			t := published(version)
			if version == 2 {
				t.Template = template.Template{}
			}
			require.NoError(c, c.PutTemplate(ctx, t))
			c.latest("seller", "product", t)
			c.template(t)
		}
	}},
	{"returns the latest", saysLatest, func(c *check) {
		for version := 1; version <= 12; version++ {
			require.NoError(c, c.PutTemplate(ctx, published(version)))
			c.latest("seller", "product", published(version))
		}
	}},
	{"returns the latest for each operation, sorted", saysLatest, func(c *check) {
		c.latest("seller", "product")
		for version := 1; version <= 3; version++ {
			require.NoError(c, c.PutTemplate(ctx, published(version)))
		}
		c.latest("seller", "product", published(3))
		require.NoError(c, c.PutTemplate(ctx, delivering(1)))
		c.latest("seller", "product", delivering(1), published(3))
		require.NoError(c, c.PutTemplate(ctx, delivering(2)))
		c.latest("seller", "product", delivering(2), published(3))
	}},
	{"refuses a version that does not follow", saysFollows, func(c *check) {
		for _, version := range []int{2, 0, -1} {
			require.ErrorIs(c, c.PutTemplate(ctx, published(version)), service.ErrConflict, "version %d as the first",
				version)
		}
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		require.ErrorIs(c, c.PutTemplate(ctx, published(3)), service.ErrConflict, "version 3 after 1")
		c.noTemplate(published(3).TemplateID)
		require.ErrorIs(c, c.PutTemplate(ctx, delivering(2)), service.ErrConflict, "of another operation")
	}},
	{"never changes a version", saysFollows, func(c *check) {
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		require.NoError(c, c.PutTemplate(ctx, published(2)))
		for _, version := range []int{1, 2} {
			other := published(version)
			other.Template.Title = "Another"
			require.ErrorIs(c, c.PutTemplate(ctx, other), service.ErrConflict, "version %d again", version)
			other.Template = template.Template{}
			require.ErrorIs(c, c.PutTemplate(ctx, other), service.ErrConflict, "version %d withdrawn", version)
			c.template(published(version))
		}
	}},
	{"one of many who publish a version wins", saysFollows, func(c *check) {
		for version := 1; version <= 5; version++ {
			rivals := make([]service.PublishedTemplate, racers)
			for i := range rivals {
				rivals[i] = published(version)
				rivals[i].PublishedAt = day0.Add(time.Duration(i) * tick)
			}
			errs := together(racers, func(i int) error { return c.PutTemplate(ctx, rivals[i]) })
			c.template(rivals[c.onlyWinner(errs, service.ErrConflict)])
		}
	}},
	{"are kept by seller, product and operation", "by seller, product, operation and version", func(c *check) {
		pairs := [][2]string{{"a", "b"}, {"b", "a"}, {"a", "a"}, {"A", "b"}, {"a", "B"}, {"a/", "b"}, {"a", "/b"},
			{"a b", "c"}, {"a", "b c"},
			{"é", "b"}, {"e\u0301", "b"},
			{strings.Repeat("😀", supervision.MaxID), strings.Repeat("😁", supervision.MaxID)}}
		for i, pair := range pairs {
			for version := 1; version <= 1+i/2%2; version++ {
				require.NoError(c, c.PutTemplate(ctx, offered(pair, published(version))))
				require.NoError(c, c.PutTemplate(ctx, offered(pair, delivering(version))))
			}
		}
		for i, pair := range pairs {
			for _, t := range []service.PublishedTemplate{published(1), published(1 + i/2%2), delivering(1)} {
				c.template(offered(pair, t))
			}
			c.latest(pair[0], pair[1], offered(pair, delivering(1+i/2%2)), offered(pair, published(1+i/2%2)))
		}
	}},
	{"returns ErrNotFound where there is none", saysNone, func(c *check) {
		c.noTemplate(published(1).TemplateID)
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		for _, version := range []int{2, 0, -1} {
			c.noTemplate(published(version).TemplateID)
		}
		c.noTemplate(delivering(1).TemplateID)
		for _, pair := range [][2]string{{"Seller", "product"}, {"seller", "product "}, {"product", "seller"}} {
			c.noTemplate(offered(pair, published(1)).TemplateID)
			c.latest(pair[0], pair[1])
		}
	}},
	{"refuses what could not be read again", saysRefused, func(c *check) {
		for _, spoil := range []func(*service.PublishedTemplate){
			func(t *service.PublishedTemplate) { t.Seller = "" },
			func(t *service.PublishedTemplate) { t.Product = "a\x00" },
			func(t *service.PublishedTemplate) { t.Operation = "" },
			func(t *service.PublishedTemplate) { t.Template.Fields[0].Kind = "novel" },
			func(t *service.PublishedTemplate) { t.Template.Fields[0].Default = make(chan int) },
		} {
			t := published(1)
			spoil(&t)
			require.ErrorIs(c, c.PutTemplate(ctx, t), supervision.ErrMalformed)
		}
		c.noTemplate(published(1).TemplateID)
	}},
}

// published is a version of the form, for requests.
func published(version int) service.PublishedTemplate {
	return service.PublishedTemplate{
		TemplateID: supervision.TemplateID{
			Seller: "seller", Product: "product", Operation: supervision.OpSubmitRequest, Version: version,
		},
		PublishedAt: day0.Add(time.Duration(version) * tick), Template: form.Clone(),
	}
}

// delivering is a version of another form, for deliveries.
func delivering(version int) service.PublishedTemplate {
	t := published(version)
	t.Operation, t.Template.Title = supervision.OpDeliver, "Acceptance criteria"
	return t
}

func offered(pair [2]string, t service.PublishedTemplate) service.PublishedTemplate {
	t.Seller, t.Product = pair[0], pair[1]
	return t
}

// template finds a version as it was published.
func (c *check) template(want service.PublishedTemplate) {
	have, err := c.Template(ctx, want.TemplateID)
	require.NoError(c, err)
	c.same(want, have, "the template")
}

// latest finds the latest versions of a product, and no others.
func (c *check) latest(seller, product string, want ...service.PublishedTemplate) {
	have, err := c.LatestTemplates(ctx, seller, product)
	require.NoError(c, err)
	require.Len(c, have, len(want))
	for i := range want {
		c.same(want[i], have[i], "the latest template")
	}
}

func (c *check) noTemplate(id supervision.TemplateID) {
	_, err := c.Template(ctx, id)
	require.ErrorIs(c, err, supervision.ErrNotFound, "%+v", id)
}
