package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	sessionCookie = "portal_session"
	doneCookie    = "portal_done"
	sessionLength = 12 * time.Hour
)

// hashed is how a session's token is stored, so that the database lets nobody
// log in.
func hashed(token string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(token)))
}

// startSession returns the token of a new session in place of one before, and
// forgets those that have ended.
func (db *database) startSession(ctx context.Context, a account, before string, now time.Time) (string, error) {
	token := rand.Text()
	err := db.exec(ctx, `DELETE FROM portal_session WHERE expires <= $1 OR token = $2`, now.UnixMicro(), before)
	if err == nil {
		err = db.exec(ctx, `INSERT INTO portal_session (token, account, expires) VALUES ($1, $2, $3)`,
			hashed(token), a.ID, now.Add(sessionLength).UnixMicro())
	}
	return token, err
}

func (db *database) session(ctx context.Context, session string, now time.Time) (a account, ok bool, err error) {
	_, err = db.get(ctx, []any{&a.ID}, `SELECT account FROM portal_session WHERE token = $1 AND expires > $2`,
		session, now.UnixMicro())
	a, ok = accounts[a.ID]
	return a, ok, err
}

func (v *visit) setCookie(name, value, path string, life time.Duration) {
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: path, MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.https})
}

// say leaves word of what was done for the page that comes next, and said takes
// it from there: an address cannot be made to say it.
func (v *visit) say(path, done string) error {
	if v.err == nil {
		v.setCookie(doneCookie, done, path, time.Minute)
	}
	return v.redirect(path)
}

func (v *visit) said(path string) string {
	cookie, err := v.r.Cookie(doneCookie)
	if err != nil {
		return ""
	}
	v.setCookie(doneCookie, "", path, -time.Second)
	return cookie.Value
}

// identify finds out who visits. Sessions end by the wall clock: the
// demonstration clock logs nobody out.
func (v *visit) identify() error {
	cookie, err := v.r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	v.session = hashed(cookie.Value)
	v.Who, v.Known, err = v.db.session(v.ctx(), v.session, time.Now())
	return err
}

func (v *visit) showLogin() error { return v.render(http.StatusOK, "login.html", v) }

// Next is where a form leads that comes from anywhere.
func (v *visit) Next() string { return localPath(v.r.FormValue("next")) }

func (v *visit) login() error {
	a, ok := accounts[v.r.PostFormValue("account")]
	if !ok {
		return v.showLogin()
	}
	token, err := v.db.startSession(v.ctx(), a, v.session, time.Now())
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, "/", sessionLength)
	return v.redirect(v.Next())
}

func (v *visit) logout() error {
	v.err = v.db.exec(v.ctx(), `DELETE FROM portal_session WHERE token = $1`, v.session)
	v.setCookie(sessionCookie, "", "/", -time.Second)
	return v.redirect("/login")
}

// localPath keeps a redirect on this host.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
