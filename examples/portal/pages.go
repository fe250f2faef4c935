package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

//go:embed pages assets
var files embed.FS

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

func (v *visit) layout(title string) layout {
	l := layout{Title: title, L: v.l, Tongues: v.tongues, Who: v.who, Known: v.known, Now: v.svc.Now(),
		Path: v.r.URL.RequestURI()}
	if v.known {
		var err error
		if l.News, err = v.db.unread(v.r.Context(), v.who.ID); err != nil && v.r.Context().Err() == nil {
			v.log.Warn("unread notices cannot be counted", "error", err)
		}
		if v.demo {
			l.Leaps = leaps
		}
	}
	return l
}

type link struct{ Path, Label string }

// Nav lists where the visitor can go.
func (l layout) Nav() []link {
	orders := link{"/orders", "Service Supervision"}
	switch l.Who.Role {
	case supervision.RoleBuyer:
		return []link{orders, {"/market", "Marketplace"}}
	case supervision.RoleSeller:
		return []link{orders, {"/templates", "Request templates"}}
	case supervision.RoleManager:
		return []link{orders, {"/overview", "Overview"}}
	}
	return []link{orders}
}

// At tells whether a link leads to where the visitor is.
func (l layout) At(path string) bool {
	return l.Path == path || strings.HasPrefix(l.Path, path+"/") || strings.HasPrefix(l.Path, path+"?")
}

// render sends a page, or a part of one, whole or not at all.
func (v *visit) render(status int, name string, data any) error {
	var page bytes.Buffer
	if err := v.l.pages.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // an error means that the visitor has gone
	return nil
}

// redirect leads the browser on with a fresh request.
func (v *visit) redirect(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// serveAssets serves what is in assets, and nothing beside it.
func serveAssets(w http.ResponseWriter, r *http.Request) {
	assets, err := fs.Sub(files, "assets")
	if err != nil || strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "max-age=300")
	http.StripPrefix("/assets", http.FileServerFS(assets)).ServeHTTP(w, r)
}
