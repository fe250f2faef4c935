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
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode"

	"github.com/koogallery/serviceflow/supervision"
)

// Bounds of what people upload. How many files one operation takes is the
// library's to say.
const (
	maxFile       = 5 << 20
	maxOrderFiles = 200
	maxFileName   = 120
)

// file is something uploaded for an order. Its digest is its key, so that
// evidence cannot be exchanged unnoticed.
type file struct {
	Digest, Name string
	Size         int64
}

func (f file) attachment() supervision.Attachment {
	return supervision.Attachment{Name: f.Name, Ref: f.Digest, Digest: f.Digest}
}

var (
	errFileTooLarge = errors.New("choose a file of at most " + byteSize(maxFile))
	errFileEmpty    = errors.New("choose a file that is not empty")
	errTooManyFiles = errors.New("this order holds as many files as it can")
)

// upload keeps a posted file for an order. Keeping the same file twice keeps it
// once.
func (db *database) upload(ctx context.Context, order string, posted *multipart.FileHeader) (file, error) {
	if posted.Size > maxFile {
		return file{}, errFileTooLarge
	}
	content, err := readPosted(posted)
	if err != nil {
		return file{}, err
	}
	if len(content) == 0 {
		return file{}, errFileEmpty
	}
	var held int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM portal_file WHERE order_id = $1`,
		order).Scan(&held); err != nil {
		return file{}, err
	}
	if held >= maxOrderFiles {
		return file{}, errTooManyFiles
	}
	sum := sha256.Sum256(content)
	f := file{"sha256:" + hex.EncodeToString(sum[:]), fileName(posted.Filename), int64(len(content))}
	_, err = db.ExecContext(ctx, `INSERT INTO portal_file (order_id, digest, name, content) VALUES ($1, $2, $3, $4)
		ON CONFLICT (order_id, digest) DO NOTHING`, order, f.Digest, f.Name, content)
	return f, err
}

func readPosted(posted *multipart.FileHeader) ([]byte, error) {
	f, err := posted.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// file returns what is known of a file of an order; ErrNotFound where the order
// has none of that digest.
func (db *database) file(ctx context.Context, order, digest string) (file, error) {
	f := file{Digest: digest}
	err := db.QueryRowContext(ctx, `SELECT name, length(content) FROM portal_file WHERE order_id = $1 AND digest = $2`,
		order, digest).Scan(&f.Name, &f.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return file{}, fmt.Errorf("file: %w", supervision.ErrNotFound)
	}
	return f, err
}

// download sends a file to whoever may see the order it belongs to (R22); never
// for the browser to open.
func (v *visit) download() error {
	ctx := v.r.Context()
	order, err := v.svc.Order(ctx, v.r.PathValue("id"), v.actor())
	if err != nil {
		return err
	}
	f, err := v.db.file(ctx, order.ID, v.r.PathValue("digest"))
	if err != nil {
		return err
	}
	var content []byte
	if err := v.db.QueryRowContext(ctx, `SELECT content FROM portal_file WHERE order_id = $1 AND digest = $2`,
		order.ID, f.Digest).Scan(&content); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	v.w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(content) // an error means that the visitor has gone
	return nil
}

// fileName keeps of a posted name what is a name, and no path.
func fileName(posted string) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(posted, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[:maxFileName])
	}
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	return name
}
