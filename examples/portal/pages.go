package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

//go:embed pages assets
var files embed.FS

// pages are the parsed templates by name, each with the layout around it.
type pages map[string]*template.Template

// parsePages reads pages/*.html; files in pages/parts are shared by all of
// them.
func parsePages(l *tongue) (pages, error) {
	shared, err := template.New("layout").Funcs(l.functions()).ParseFS(files, "pages/parts/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	all := make(pages, len(names))
	for _, name := range names {
		page, err := template.Must(shared.Clone()).ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return all, nil
}

// layout is what every page shows around its own content.
type layout struct {
	Title   string
	L       *tongue
	Tongues tongues
	Who     account
	Known   bool
	Now     time.Time
	Path    string
	Leaps   []leap // the demonstration clock's; none outside a demonstration
	News    int    // how many notices are unread
	Live    string // the event stream the page follows; empty for none
}

func (v *visit) layout(title string, args ...any) layout {
	l := layout{Title: v.l.t(title, args...), L: v.l, Tongues: v.tongues, Who: v.who, Known: v.known, Now: v.svc.Now(),
		Path: v.r.URL.RequestURI()}
	if v.demo && v.known {
		l.Leaps = leaps
	}
	if v.known {
		var err error
		if l.News, err = v.db.unread(v.r.Context(), v.who.ID); err != nil && v.r.Context().Err() == nil {
			v.log.Warn("unread notices cannot be counted", "error", err)
		}
	}
	return l
}

// Nav lists where the visitor can go.
func (l layout) Nav() []link {
	if !l.Known {
		return nil
	}
	nav := map[supervision.Role][]link{
		supervision.RoleBuyer:  {{"/orders", "Service Supervision"}, {"/market", "Marketplace"}},
		supervision.RoleSeller: {{"/orders", "Service Supervision"}, {"/templates", "Request templates"}},
		supervision.RoleManager: {{"/appeals", "Appeals"}, {"/orders", "Service Supervision"},
			{"/overview", "Overview"}},
	}
	return nav[l.Who.Role]
}

// At tells whether a link leads to where the visitor is.
func (l layout) At(path string) bool {
	return l.Path == path || strings.HasPrefix(l.Path, path+"/") || strings.HasPrefix(l.Path, path+"?")
}

type link struct{ Path, Label string }

// render sends a page whole or not at all.
func (v *visit) render(status int, name string, data any) error {
	return v.renderPart(status, name, "layout", data)
}

func (v *visit) renderPart(status int, name, part string, data any) error {
	var page bytes.Buffer
	if err := v.l.pages[name].ExecuteTemplate(&page, part, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // an error means that the visitor has gone
	return nil
}

// serveAssets serves what is in assets, and nothing beside it.
func serveAssets() http.Handler {
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // the name is a constant
	}
	server := http.StripPrefix("/assets", http.FileServerFS(assets))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=300")
		server.ServeHTTP(w, r)
	})
}
