package service_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// What could not be read again is refused before it is stored.
func TestChange_Validate(t *testing.T) {
	order, record, err := supervision.Open(anOpening(supervision.Guide()), bought)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		damage func(*service.Change)
		want   error
	}{
		"whole":          {func(*service.Change) {}, nil},
		"an order":       {func(c *service.Change) { c.Order.Buyer = "" }, supervision.ErrMalformed},
		"no record":      {func(c *service.Change) { c.Records = nil }, service.ErrNoRecords},
		"a later record": {func(c *service.Change) { c.Records[1].Action = nil }, supervision.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			change := service.Change{Order: order, Records: []supervision.Record{record, record}}
			c.damage(&change)
			assert.ErrorIs(t, change.Validate(), c.want)
		})
	}
}

func TestPublishedTemplate_Validate(t *testing.T) {
	whole := service.PublishedTemplate{TemplateID: at(requestOf("p-1"), 1), PublishedAt: bought, Template: seats()}
	for name, c := range map[string]struct {
		damage func(*service.PublishedTemplate)
		want   error
	}{
		"whole":        {func(*service.PublishedTemplate) {}, nil},
		"a withdrawal": {func(p *service.PublishedTemplate) { p.Template = template.Template{} }, nil},
		"no seller":    {func(p *service.PublishedTemplate) { p.Seller = "" }, supervision.ErrMalformed},
		"no product":   {func(p *service.PublishedTemplate) { p.Product = "" }, supervision.ErrMalformed},
		"no operation": {func(p *service.PublishedTemplate) { p.Operation = "" }, supervision.ErrMalformed},
		"a kind that is unknown": {func(p *service.PublishedTemplate) { p.Template.Fields[0].Kind = "novel" },
			supervision.ErrMalformed},
		"what cannot be written": {func(p *service.PublishedTemplate) { p.Template.Fields[0].Default = func() {} },
			supervision.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			published := whole
			published.Template = whole.Template.Clone()
			c.damage(&published)
			assert.ErrorIs(t, published.Validate(), c.want)
		})
	}
}

// Records of all orders lie by instant, those of one instant by order and then
// by sequence.
func TestRecordPlace_Compare(t *testing.T) {
	place := func(ticks time.Duration, order string, seq int64) service.RecordPlace {
		return service.RecordPlace{At: bought.Add(ticks * tick), RecordID: supervision.RecordID{Order: order, Seq: seq}}
	}
	sorted := []service.RecordPlace{place(0, "b", 2), place(1, "a", 1), place(1, "a", 2), place(1, "b", 1)}
	mixed := []service.RecordPlace{sorted[3], sorted[1], sorted[0], sorted[2]}
	slices.SortFunc(mixed, service.RecordPlace.Compare)
	assert.Equal(t, sorted, mixed)
}
