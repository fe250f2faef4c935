package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
)

// TestDocument: every record of the market holds by the rules; the digest on
// the page is that of the export, so that whoever has it can check it (R21).
func TestDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	list, err := s.svc.SearchWhole(t.Context(), supervision.Manager("m"),
		supervision.Query{Limit: supervision.MaxPage})
	require.NoError(t, err)
	people := s.everybody(t)
	for _, o := range list.Orders {
		for _, who := range []string{o.Buyer, o.Seller, "manager-mei"} {
			shown := people[who].get(at(o, "record"))
			require.Equal(t, http.StatusOK, shown.StatusCode)
			assert.Contains(t, shown.body, "Each could have been made as it stands.", "%s for %s", o.ID, who)
			var records []supervision.Record
			require.NoError(t, json.Unmarshal([]byte(people[who].get(at(o, "record.json")).body), &records))
			assert.Len(t, records, int(o.Version))
			digest, err := audit.DigestOf(records)
			require.NoError(t, err)
			assert.Contains(t, shown.body, digest.String())
		}
	}
}

// TestDocument_Altered: what the rules could not have made is named, be it a
// record, the end of the history or the order (R21).
func TestDocument_Altered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change, want, chinese string
	}{
		"a record of somebody else's": {`UPDATE serviceflow_records
			SET document = replace(document, 'seller-cloudline', 'somebody')
			WHERE order_id = 'KG-1024' AND seq = 4 AND document LIKE '%seller-cloudline%'`,
			"<li>Record 4: the rules did not allow the actor to do this. (R22)</li>",
			"<li>第4条记录：按规则，操作人不得执行该操作。 (R22)</li>"},
		"no last record": {`DELETE FROM serviceflow_records AS r WHERE order_id = 'KG-1024'
			AND seq = (SELECT max(seq) FROM serviceflow_records WHERE order_id = r.order_id)`,
			"are missing from number", "条起缺少记录。 (R21)</li>"},
		"an order of other words": {`UPDATE serviceflow_orders SET document = replace(document, 'half way', 'at once')
			WHERE id = 'KG-1024'`,
			"<li>The order as stored differs from what its records make: Last rejection. (R21)</li>",
			"<li>所存订单与按记录应得的订单不一致：最近一次驳回。 (R21)</li>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			changed, err := s.db.Exec(c.change)
			require.NoError(t, err)
			n, err := changed.RowsAffected()
			require.NoError(t, err)
			require.EqualValues(t, 1, n)
			p := s.as(t, harbor)
			page := p.get("/orders/KG-1024/record").body
			assert.Contains(t, page, "Not all of this could have been made by the rules:")
			assert.Contains(t, page, c.want)
			p.post("/language", url.Values{"language": {"zh-Hans"}, "next": {"/orders"}})
			assert.Contains(t, p.get("/orders/KG-1024/record").body, c.chinese)
		})
	}
}

// TestExportCSV: the table opens as text, whatever was written.
func TestExportCSV(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.\nSoon, please.")))
	answer := s.as(t, harbor).get(at(order, "record.csv"))
	rows, err := csv.NewReader(strings.NewReader(answer.body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	assert.Equal(t, "Request: Move it.\nSoon, please.", rows[2][8])
	assert.Equal(t, "attachment; filename=record.csv", answer.Header.Get("Content-Disposition"))
	for id, want := range map[string]string{"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "a=1": "a=1"} {
		formula := s.open(t, id, "data-migration", harbor)
		assert.Contains(t, s.as(t, harbor).get(at(formula, "record.csv")).body, "\n"+want+",1,")
	}
	_, err = s.svc.PublishTemplate(t.Context(), supervision.Seller(order.Seller), requestTemplate("crm"),
		template.Template{Fields: []template.Field{{Key: "a", Label: "=1+1", Kind: template.Line}}})
	require.NoError(t, err)
	asked := s.open(t, "T-asked", "crm", harbor,
		byBuyer(supervision.SubmitRequest{Values: template.Values{"a": "x"}}))
	end := asked.ScheduledEnd.Add(supervision.Day)
	_, err = s.svc.Do(t.Context(), asked.ID, supervision.Manager("manager-mei"),
		supervision.Amend{ScheduledEnd: end, Reason: "Both asked for it."})
	require.NoError(t, err)
	table := s.as(t, harbor).get(at(asked, "record.csv")).body
	assert.Contains(t, table, ",'=1+1: x\n", "a seller's question is none either")
	assert.Contains(t, table, ": "+stamp(end), "instants are for machines")
}

// TestHistory_IsWhole: a history has all of an order's records and, while the
// order goes on, none after those that made it.
func TestHistory_IsWhole(t *testing.T) {
	env := supervisiontest.New()
	order, err := env.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingDelivery)
	require.NoError(t, err)
	for order.Version <= supervision.MaxPage {
		result, err := env.Service.Do(t.Context(), order.ID, supervision.Seller(order.Seller),
			supervision.ReportProgress{Text: "Half of it."})
		require.NoError(t, err)
		order = result.Order
	}
	p := &portal{svc: env.Service}
	for _, version := range []int64{1, supervision.MaxPage - 1, supervision.MaxPage, supervision.MaxPage + 1} {
		order.Version = version
		records, err := p.history(t.Context(), order, supervision.System())
		require.NoError(t, err)
		require.Len(t, records, int(version))
		assert.Equal(t, version, records[version-1].Seq)
	}
}

// TestDocument_Print: the browser's print has the whole record, opened, and
// nothing of the screen's frame.
func TestDocument_Print(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.logIn(t, harbor)
	for _, path := range []string{"/orders/KG-1024/record", "/orders/KG-1024"} {
		b.open(path)
		pdf := b.pdf()
		require.True(t, strings.HasPrefix(string(pdf), "%PDF-"))
		file := filepath.Join(t.TempDir(), "record.pdf")
		require.NoError(t, os.WriteFile(file, pdf, 0o600))
		if *screens != "" {
			require.NoError(t,
				os.WriteFile(filepath.Join(*screens, strings.ReplaceAll(path[1:], "/", "-")+".pdf"), pdf, 0o600))
		}
		text, err := exec.Command("pdftotext", "-layout", file, "-").Output()
		if err != nil {
			t.Logf("the text of the PDF is not looked at: %v", err)
			continue
		}
		if strings.HasSuffix(path, "/record") {
			assert.Regexp(t, `Bought +\d+ \w+ \d+, \d\d:\d\d UTC`, string(text), "paper has nothing to point at")
		}
		for _, want := range []string{"Cloudline Software", "The import stops half way.", "Harbor Retail Outlet",
			"Product purchased"} {
			assert.Contains(t, string(text), want, path)
		}
		for _, frame := range []string{"Log out", "+5 days", "Marketplace"} {
			assert.NotContains(t, string(text), frame, path)
		}
	}
}

// pdf prints the page as the browser does.
func (b *tab) pdf() (data []byte) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		printed, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{})
		if err == nil {
			data = printed.Data
		}
		return err
	}))
	return data
}
