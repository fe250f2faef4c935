package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
)

// Digest is a chain of SHA-256 over the JSON forms of an order's records: each
// link hashes the link before it and one record. The zero value is that of no
// records. Digests are compared with ==.
//
// A host that keeps a digest where whoever can write its database cannot, such
// as with a notary or the other party, can show later that the records up to
// then are the very ones it had: one more or less, another order of them, a
// changed word or instant gives another digest. It cannot show that they were
// true when the digest was made: [Verify] them first. It cannot tell which
// record was changed unless the digests in between were kept as well, and a
// digest that lies beside the records shows nothing, since whoever changes
// them computes it anew.
//
// Texts that are erased on request leave the digest as it is: of a record that
// has some it holds their seal, and all else as it stands (R35). So a digest
// that was kept before shows after the erasure that who did what and when, and
// what the rules judge by, is as it was. What the texts were it shows only to
// whoever has kept an unerased copy of the record, with its salt.
type Digest [sha256.Size]byte

// DigestOf returns the digest of an order's records, oldest first. It judges
// nothing. An error is that of a record that has no JSON form.
func DigestOf(records []supervision.Record) (Digest, error) {
	return Digest{}.Add(records...)
}

// Add returns the digest after more records, so that one that was kept can be
// taken on without the history before it.
func (d Digest) Add(records ...supervision.Record) (Digest, error) {
	for _, r := range records {
		sealed, err := r.Erase()
		var data []byte
		if err == nil {
			data, err = json.Marshal(sealed)
		}
		if err != nil {
			return Digest{}, fmt.Errorf("audit: record %d: %w", r.Seq, err)
		}
		d = sha256.Sum256(append(d[:], data...))
	}
	return d, nil
}

// String writes the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the digest in hexadecimal.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; anything else is an error that
// wraps [supervision.ErrMalformed].
func (d *Digest) UnmarshalText(text []byte) error {
	var read Digest
	if n, err := hex.Decode(read[:], text[:min(len(text), 2*len(read))]); err != nil || n != len(d) ||
		len(text) != 2*n {
		return fmt.Errorf("audit: digest: %w: give %d hexadecimal digits", supervision.ErrMalformed, 2*len(d))
	}
	*d = read
	return nil
}
