package main

import (
	"cmp"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

var said = regexp.MustCompile(`\bt\(? ?"((?:[^"\\]|\\.)*)"|(?:Label|Help|Title): "((?:[^"\\]|\\.)*)"`)

// TestTongues: everything that a page, a form or a list says of its own is
// there in Chinese, and has the same blanks to fill in.
func TestTongues(t *testing.T) {
	all := parseTongues()
	chinese := all.find("zh")
	sources, err := fs.Glob(files, "pages/*.html")
	require.NoError(t, err)
	parts, err := fs.Glob(files, "pages/parts/*.html")
	require.NoError(t, err)
	code, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var keys []string
	for _, name := range append(append(sources, parts...), append(code, "pages/mail.txt")...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range said.FindAllStringSubmatch(string(data), -1) {
			keys = append(keys, strings.Join(m[1:], ""))
		}
	}
	for _, task := range forms.Decisions {
		keys = append(keys, task.Label)
	}
	for _, f := range slices.Concat(forms.Search.Fields, forms.Head.Fields, forms.Settings.Fields) {
		keys = append(keys, f.Label, f.Help)
	}
	for _, q := range forms.Queues {
		keys = append(keys, q.Label)
	}
	for key := range all[0].own {
		keys = append(keys, key)
	}
	for _, a := range market.Accounts {
		keys = append(keys, a.About)
	}
	for _, p := range market.Products {
		keys = append(keys, p.About)
	}
	for _, op := range supervision.Operations() {
		for _, role := range op.By() {
			if role != supervision.RoleSystem {
				keys = append(keys, "question "+string(op))
				assert.NotEmpty(t, all[0].own["question "+string(op)], op)
			}
		}
	}
	for _, key := range keys {
		if key == "" || strings.HasSuffix(key, " ") {
			continue
		}
		if assert.NotEmpty(t, chinese.own[key], key) {
			text := cmp.Or(all[0].own[key], key)
			assert.Equal(t, strings.Count(text, "%"), strings.Count(chinese.own[key], "%"), key)
		}
	}
	assert.Equal(t, "en", all.find("fr, xx").Tag)
	assert.Equal(t, "zh-Hans", all.find("zh-CN;q=0.9").Tag)
	assert.Equal(t, "zh-Hans", all.find(" zh").Tag)
	assert.Equal(t, "en", all.find("").Tag)
}

var english = regexp.MustCompile(`>[^<]*\b(the|your|you|this|has|and|or|of)\b[^<]*<`)

// TestChinese: no page speaks English to who reads Chinese, but for what people
// wrote, and the choice is kept.
func TestChinese(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, who := range []string{harbor, "seller-cloudline", "manager-mei", "system"} {
		p := s.as(t, who)
		back := p.post("/language", url.Values{"language": {"zh-Hans"}, "next": {"/orders"}})
		require.Equal(t, "/orders", back.Header.Get("Location"))
		paths := []string{"/orders", "/notices", "/market", "/templates", "/templates/data-migration/deliver",
			"/many/deliver", "/orders?appeal=pending", "/login", "/nowhere", "/overview",
			"/orders?bought_from=never", "/orders/KG-1024/record"}
		for _, id := range []string{"KG-1031", "KG-1027", "KG-1024", "KG-1021", "KG-1018"} {
			paths = append(paths, "/orders/"+id)
			for _, task := range tasks() {
				paths = append(paths, "/orders/"+id+"/"+task.Slug)
			}
		}
		for _, path := range paths {
			body := p.get(path).body
			assert.Contains(t, body, `<html lang="zh-Hans"`, path)
			main, _, _ := strings.Cut(body, `<script type="application/json"`)
			for _, text := range english.FindAllString(byPeople.ReplaceAllString(main, ">"), -1) {
				assert.Fail(t, "English", "%s at %s: %s", who, path, text)
			}
		}
	}
	assert.Contains(t, s.as(t, harbor).get("/orders").body, `<html lang="en"`, "in another browser")
	r, err := http.NewRequest(http.MethodGet, s.url+"/login", nil)
	require.NoError(t, err)
	r.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	assert.Contains(t, s.visitor(t).do(r, nil).body, `<html lang="zh-Hans"`)
}

// byPeople is what people wrote: dir="auto" says so.
var byPeople = regexp.MustCompile(`(?s)dir="auto">[^<]*<|<legend>[^<]*|<label for="values[^<]*<|` +
	`<p class="(intro|hint)"[^<]*<|<dt>[^<]*`)

// TestDays: a day is one of UTC, written as in the language.
func TestDays(t *testing.T) {
	at := time.Date(2026, time.March, 2, 23, 59, 0, 0, time.FixedZone("", -3600))
	for tag, want := range map[string]string{"en": "3 Mar 2026", "zh-Hans": "2026年3月3日"} {
		assert.Equal(t, want, parseTongues().find(tag).functions()["day"].(func(time.Time) string)(at))
	}
}

// TestTexts_FillIn: a text says in its own order what it is filled in with, and
// one without blanks is not filled in.
func TestTexts_FillIn(t *testing.T) {
	l := &tongue{own: map[string]string{"%d of %d": "%[2]d中的%[1]d"}}
	assert.Equal(t, "3中的2", l.t("%d of %d", 2, 3))
	assert.Equal(t, "100 % sure", l.t("100 % sure"), "a text without blanks is not filled in")
}
