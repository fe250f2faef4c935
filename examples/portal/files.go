package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/koogallery/serviceflow/supervision"
)

// Bounds of what people upload. How many files one operation takes is the
// library's to say.
const (
	maxFile = 5 << 20
	// maxFileName lets a reference with its digest be an answer to a template's
	// file question.
	maxFileName = supervision.MaxID - len("sha256:/") - 2*sha256.Size
	// maxFiles is how many files a party may have on one order for one
	// operation, so that nobody fills up the place of another's evidence.
	maxFiles = 60
	// maxStaged is how many bytes an account may have in forms that it has not
	// sent, stagedFor how long they are kept.
	maxStaged = 200 << 20
	stagedFor = 24 * time.Hour
)

// file is something uploaded for an order. Its content is found by its digest,
// so that evidence cannot be exchanged unnoticed; its name belongs to the
// reference, so that nobody names another's file.
type file struct {
	Digest, Name string
	order        string // whose record refers to it
}

// Ref is how forms, and the file questions of a template, refer to a file.
func (f file) Ref() string { return f.Digest + "/" + f.Name }

// parseRef tells a file that the portal keeps from other references.
func parseRef(ref string) (file, bool) {
	digest, name, _ := strings.Cut(ref, "/")
	return file{Digest: digest, Name: name}, strings.HasPrefix(digest, "sha256:") && name != ""
}

func (f file) Path() string {
	return address(f.order) + "/files/" + f.Digest + "/" + url.PathEscape(f.Name)
}

// staged names the form for which a file has been uploaded. Only that form, of
// that account, can refer to the file until the operation is recorded.
type staged struct {
	order, account, form string
	operation            supervision.Operation
}

// stage keeps a file for a form, or says in a word why not.
func (db *database) stage(ctx context.Context, s staged, name string, r io.Reader) (f file,
	refused supervision.FaultCode, err error) {
	content, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return file{}, "", err
	case len(content) > maxFile:
		return file{}, "file_large", nil
	case len(content) == 0:
		return file{}, "file_empty", nil
	}
	var held, unsent int64
	_, err = db.get(ctx, []any{&held, &unsent}, `SELECT
		(SELECT count(*) FROM portal_upload WHERE order_id = $1 AND account = $2 AND operation = $3),
		(SELECT coalesce(sum(size), 0) FROM portal_upload WHERE account = $2 AND kept = 0)`,
		s.order, s.account, s.operation)
	if err != nil {
		return file{}, "", err
	}
	if held >= maxFiles || unsent+int64(len(content)) > maxStaged {
		return file{}, "file_many", nil
	}
	f = file{Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(content)), Name: fileName(name)}
	return f, "", db.exec(ctx, `INSERT INTO portal_upload
		(order_id, account, operation, form, digest, name, size, content, kept, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT DO NOTHING`,
		s.order, s.account, s.operation, s.form, f.Digest, f.Name, len(content), content, time.Now().UnixMicro())
}

// unstage keeps for good what an operation that is recorded now refers to, and
// removes what else was uploaded for its form.
func (db *database) unstage(ctx context.Context, s staged, list inputs) error {
	for _, in := range list {
		for _, f := range in.Files {
			err := db.exec(ctx, `UPDATE portal_upload SET kept = 1
				WHERE order_id = $1 AND account = $2 AND form = $3 AND digest = $4 AND name = $5`,
				s.order, s.account, s.form, f.Digest, f.Name)
			if err != nil {
				return err
			}
		}
	}
	return db.exec(ctx, `DELETE FROM portal_upload WHERE order_id = $1 AND account = $2 AND form = $3 AND kept = 0`,
		s.order, s.account, s.form)
}

// sweep removes what was uploaded long ago for forms that were never sent. What
// a record refers to is found by the record, not by whoever sent it: a process
// that stops between the two loses no evidence.
func (p *portal) sweep(ctx context.Context, now time.Time) error {
	err := p.db.exec(ctx, `DELETE FROM portal_kept WHERE at < $1 AND subject LIKE '/%'`, now.Add(-keptFor).UnixMicro())
	before := now.Add(-stagedFor).UnixMicro()
	stale, failed := list(ctx, p.db, func(f *file) []any { return []any{&f.order, &f.Digest} },
		`SELECT DISTINCT order_id, digest FROM portal_upload WHERE kept = 0 AND at < $1`, before)
	err = errors.Join(err, failed)
	for _, s := range stale {
		order, failed := p.svc.Order(ctx, s.order, supervision.System())
		referred, lost := p.referred(ctx, order, supervision.System())
		if failed = cmp.Or(failed, lost); failed != nil {
			err = errors.Join(err, failed) // its files stay, and hold up no other's
			continue
		}
		statement := `DELETE FROM portal_upload WHERE order_id = $1 AND digest = $2 AND kept = 0 AND at < $3`
		if slices.ContainsFunc(referred, func(f file) bool { return f.Digest == s.Digest }) {
			statement = `UPDATE portal_upload SET kept = 1 WHERE order_id = $1 AND digest = $2 AND at < $3`
		}
		err = errors.Join(err, p.db.exec(ctx, statement, s.order, s.Digest, before))
	}
	return err
}

// referred are the files to which an order's records refer, as far as the actor
// may see them.
func (p *portal) referred(ctx context.Context, o supervision.Order, actor supervision.Actor) (list []file, err error) {
	history, err := p.history(ctx, o, actor)
	records, failed := p.views(ctx, p.Tongues[0], o, history)
	for _, r := range records {
		for _, fact := range r.Facts {
			list = append(list, fact.Files...)
		}
	}
	return list, cmp.Or(err, failed)
}

func (v *visit) mayRefer(s staged, f file) bool {
	var size int64
	ok, err := v.db.get(v.ctx(), []any{&size}, `SELECT size FROM portal_upload
		WHERE order_id = $1 AND account = $2 AND form = $3 AND digest = $4 AND name = $5`,
		s.order, s.account, s.form, f.Digest, f.Name)
	if ok || err != nil {
		v.err = cmp.Or(v.err, err)
		return ok
	}
	referred, err := v.referred(v.ctx(), v.order, v.actor())
	v.readable(err)
	return slices.ContainsFunc(referred, func(r file) bool { return r.Ref() == f.Ref() })
}

// download sends a file to whoever may see a record that refers to it, under
// the name that it has there; never for the browser to open.
func (v *visit) download() error {
	name, digest := v.r.PathValue("name"), v.r.PathValue("digest")
	referred, err := v.referred(v.ctx(), v.order, v.actor())
	v.readable(err)
	if !slices.ContainsFunc(referred, func(f file) bool { return f.Digest == digest && f.Name == name }) {
		return cmp.Or(v.err, v.notFound())
	}
	var content []byte
	found, err := v.db.get(v.ctx(), []any{&content},
		`SELECT content FROM portal_upload WHERE order_id = $1 AND digest = $2 LIMIT 1`, v.order.ID, digest)
	if err != nil || !found {
		return cmp.Or(err, v.notFound())
	}
	return v.saveAs("application/octet-stream", name, content)
}

// saveAs sends content for the browser to save under a name.
func (v *visit) saveAs(kind, name string, content []byte) error {
	if v.err == nil {
		attached := mime.FormatMediaType("attachment", map[string]string{"filename": name})
		v.w.Header().Set("Content-Type", kind)
		v.w.Header().Set("Content-Disposition", attached)
		http.ServeContent(v.w, v.r, name, time.Time{}, bytes.NewReader(content))
	}
	return v.err
}

// fileName keeps of a posted name what is a name, and no path.
func fileName(posted string) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(posted, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	if runes, end := []rune(name), []rune(path.Ext(name)); len(runes) > maxFileName {
		end = end[:min(len(end), 8)]
		name = strings.TrimSpace(string(runes[:maxFileName-len(end)])) + string(end)
	}
	if name == "" || name == "." || name == ".." || name == "/" {
		return "file"
	}
	return name
}
