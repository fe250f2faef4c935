package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
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
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// startSession returns the token of a new session and forgets the ones that
// have ended.
func (db *database) startSession(ctx context.Context, a account, now time.Time) (string, error) {
	if _, err := db.ExecContext(ctx, `DELETE FROM portal_session WHERE expires <= $1`, now.UnixMicro()); err != nil {
		return "", err
	}
	token := rand.Text()
	_, err := db.ExecContext(ctx, `INSERT INTO portal_session (token, account, expires) VALUES ($1, $2, $3)`,
		hashed(token), a.ID, now.Add(sessionLength).UnixMicro())
	return token, err
}

// session returns whose a session is; false for none.
func (db *database) session(ctx context.Context, session string, now time.Time) (account, bool, error) {
	var id string
	err := db.QueryRowContext(ctx, `SELECT account FROM portal_session WHERE token = $1 AND expires > $2`,
		session, now.UnixMicro()).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return account{}, false, nil
	}
	a, ok := findAccount(id)
	return a, ok, err
}

func (db *database) endSession(ctx context.Context, session string) error {
	_, err := db.ExecContext(ctx, `DELETE FROM portal_session WHERE token = $1`, session)
	return err
}

func (p *portal) cookie(name, value, path string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.https,
	}
}

// say leaves word of what was done for the page that comes next, and said takes
// it from there: an address cannot be made to say it.
func (v *visit) say(path, done string) {
	http.SetCookie(v.w, v.cookie(doneCookie, done, path, time.Minute))
}

func (v *visit) said(path string) string {
	cookie, err := v.r.Cookie(doneCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(v.w, v.cookie(doneCookie, "", path, -time.Second))
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
	v.who, v.known, err = v.db.session(v.r.Context(), v.session, time.Now())
	return err
}

type loginPage struct {
	layout
	Accounts []account
	Next     string
}

func (v *visit) showLogin() error {
	return v.render(http.StatusOK, "login", loginPage{v.layout("Log in"), accounts, localPath(v.r.FormValue("next"))})
}

func (v *visit) login() error {
	if err := v.readForm(smallForm); err != nil {
		return err
	}
	a, ok := findAccount(v.r.PostFormValue("account"))
	if !ok {
		return v.showLogin()
	}
	if err := v.db.endSession(v.r.Context(), v.session); err != nil {
		return err
	}
	token, err := v.db.startSession(v.r.Context(), a, time.Now())
	if err != nil {
		return err
	}
	http.SetCookie(v.w, v.cookie(sessionCookie, token, "/", sessionLength))
	http.Redirect(v.w, v.r, localPath(v.r.PostFormValue("next")), http.StatusSeeOther)
	return nil
}

func (v *visit) logout() error {
	if err := v.db.endSession(v.r.Context(), v.session); err != nil {
		return err
	}
	http.SetCookie(v.w, v.cookie(sessionCookie, "", "/", -time.Second))
	http.Redirect(v.w, v.r, "/login", http.StatusSeeOther)
	return nil
}

// localPath keeps a redirect on this host.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
