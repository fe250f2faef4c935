package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
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
	// sent.
	maxStaged = 200 << 20
	// stagedFor is how long such a file is kept.
	stagedFor = 24 * time.Hour
)

// file is something uploaded for an order. Its content is found by its digest,
// so that evidence cannot be exchanged unnoticed; its name belongs to the
// reference, so that nobody names another's file.
type file struct {
	Digest, Name string
	Size         int64
}

func (f file) attachment() supervision.Attachment {
	return supervision.Attachment{Name: f.Name, Ref: f.Digest, Digest: f.Digest}
}

// Ref is how forms, and the file questions of a template, refer to a file.
func (f file) Ref() string { return f.Digest + "/" + f.Name }

// parseRef reads a Ref; false for anything else.
func parseRef(ref string) (file, bool) {
	digest, name, ok := strings.Cut(ref, "/")
	return file{Digest: digest, Name: name}, ok && strings.HasPrefix(digest, "sha256:") && name != ""
}

// filePath is where a file of an order is downloaded.
func filePath(order string, a supervision.Attachment) string {
	return address(order) + "/files/" + a.Ref + "/" + url.PathEscape(a.Name)
}

// fileError is why a file is not kept, said to whoever sent it.
type fileError string

func (e fileError) Error() string { return string(e) }

const (
	errFileTooLarge fileError = "Choose a file of at most 5 MB."
	errFileEmpty    fileError = "Choose a file that is not empty."
	errTooManyFiles fileError = "This order holds as many of your files as it can."
	errTooMuch      fileError = "Send fewer or smaller files at a time."
)

// fileFault is what is wrong with a file, at its input; nil for other errors.
func fileFault(input string, err error) *supervision.Fault {
	var known fileError
	if !errors.As(err, &known) {
		return nil
	}
	return &supervision.Fault{Field: input, Code: "file", Message: known.Error()}
}

// staged names the form for which a file has been uploaded. Only that form, of
// that account, can refer to the file until the operation is recorded.
type staged struct {
	order, account, form string
	operation            supervision.Operation
}

// stage keeps a file for a form.
func (db *database) stage(ctx context.Context, s staged, name string, r io.Reader) (file, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return file{}, err
	case len(content) > maxFile:
		return file{}, errFileTooLarge
	case len(content) == 0:
		return file{}, errFileEmpty
	}
	var held, unsent int64
	err = db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM portal_upload WHERE order_id = $1 AND account = $2 AND operation = $3),
		(SELECT coalesce(sum(size), 0) FROM portal_upload WHERE account = $2 AND kept = 0)`,
		s.order, s.account, s.operation).Scan(&held, &unsent)
	if err != nil {
		return file{}, err
	}
	if held >= maxFiles || unsent+int64(len(content)) > maxStaged {
		return file{}, errTooManyFiles
	}
	sum := sha256.Sum256(content)
	f := file{"sha256:" + hex.EncodeToString(sum[:]), fileName(name), int64(len(content))}
	_, err = db.ExecContext(ctx, `INSERT INTO portal_upload
		(order_id, account, operation, form, digest, name, size, content, kept, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT DO NOTHING`,
		s.order, s.account, s.operation, s.form, f.Digest, f.Name, f.Size, content, time.Now().UnixMicro())
	return f, err
}

// isStaged tells whether a form may refer to a file, and how large it is.
func (db *database) isStaged(ctx context.Context, s staged, f *file) (bool, error) {
	err := db.QueryRowContext(ctx, `SELECT size FROM portal_upload
		WHERE order_id = $1 AND account = $2 AND form = $3 AND digest = $4 AND name = $5`,
		s.order, s.account, s.form, f.Digest, f.Name).Scan(&f.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// unstage keeps for good what an operation that is recorded now refers to, and
// removes what else was uploaded for its form.
func (db *database) unstage(ctx context.Context, s staged, files []file) error {
	for _, f := range files {
		_, err := db.ExecContext(ctx, `UPDATE portal_upload SET kept = 1
			WHERE order_id = $1 AND account = $2 AND form = $3 AND digest = $4 AND name = $5`,
			s.order, s.account, s.form, f.Digest, f.Name)
		if err != nil {
			return err
		}
	}
	_, err := db.ExecContext(ctx, `DELETE FROM portal_upload
		WHERE order_id = $1 AND account = $2 AND form = $3 AND kept = 0`, s.order, s.account, s.form)
	return err
}

// content returns what a file of an order holds.
func (db *database) content(ctx context.Context, order, digest string) (content []byte, err error) {
	err = db.QueryRowContext(ctx, `SELECT content FROM portal_upload WHERE order_id = $1 AND digest = $2 LIMIT 1`,
		order, digest).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("file: %w", supervision.ErrNotFound)
	}
	return content, err
}

// sweep removes what was uploaded long ago for forms that were never sent. What
// a record refers to is found by the record, not by whoever sent it: a process
// that stops between the two loses no evidence.
func (p *portal) sweep(ctx context.Context, now time.Time) error {
	if err := p.db.forgetOld(ctx, now); err != nil {
		return err
	}
	rows, err := p.db.QueryContext(ctx,
		`SELECT DISTINCT order_id, digest FROM portal_upload WHERE kept = 0 AND at < $1`,
		now.Add(-stagedFor).UnixMicro())
	if err != nil {
		return err
	}
	defer rows.Close()
	found := make(map[string][]string)
	for rows.Next() {
		var order, digest string
		if err := rows.Scan(&order, &digest); err != nil {
			return err
		}
		found[order] = append(found[order], digest)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for order, digests := range found {
		recorded, err := p.recorded(ctx, order, supervision.System())
		if err != nil {
			return err
		}
		for _, digest := range digests {
			statement := `DELETE FROM portal_upload WHERE order_id = $1 AND digest = $2 AND kept = 0 AND at < $3`
			if slices.ContainsFunc(recorded, func(a supervision.Attachment) bool { return a.Ref == digest }) {
				statement = `UPDATE portal_upload SET kept = 1 WHERE order_id = $1 AND digest = $2 AND at < $3`
			}
			if _, err := p.db.ExecContext(ctx, statement, order, digest, now.Add(-stagedFor).UnixMicro()); err != nil {
				return err
			}
		}
	}
	return nil
}

// recorded lists the files that an order's records refer to, as the actor may
// see them (R22, R34).
func (p *portal) recorded(ctx context.Context, order string, actor supervision.Actor) (list []supervision.Attachment,
	err error) {
	o, err := p.svc.Order(ctx, order, actor)
	if err != nil {
		return nil, err
	}
	t, err := p.templateOf(ctx, o)
	if err != nil {
		return nil, err
	}
	records, err := p.history(ctx, order, actor)
	for _, r := range records {
		for _, fact := range p.tongues[0].factsOf(r.Action, t) {
			list = append(list, fact.Files...)
		}
	}
	return list, err
}

// download sends a file to whoever may see a record that refers to it, under
// the name that it has there; never for the browser to open.
func (v *visit) download() error {
	order, name := v.r.PathValue("id"), v.r.PathValue("name")
	recorded, err := v.recorded(v.r.Context(), order, v.actor())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(recorded, func(a supervision.Attachment) bool {
		return a.Ref == v.r.PathValue("digest") && a.Name == name
	}) {
		return v.notFound()
	}
	content, err := v.db.content(v.r.Context(), order, v.r.PathValue("digest"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	v.w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(content) // an error means that the visitor has gone
	return nil
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
