//go:build !race

package sqlstore_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// disk is a file system of the test's own, which can be full: SQLite's file is
// on it, or a tablespace of PostgreSQL.
type disk struct {
	t   *testing.T
	dir string // empty where the machine does not allow one
}

// roomy is how much the disk holds while it is not full.
const roomy = "size=1g"

// newDisk mounts a disk and returns the address of a database on it. Where it
// may not, the database is where it was, and its disk is never full.
func newDisk(t *testing.T, d database, dsn string) (disk, string) {
	dir, err := os.MkdirTemp("", "serviceflow")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.Remove(dir) })
	options := roomy
	if d.dialect == sqlstore.Postgres {
		options += ",uid=postgres,mode=0700"
	}
	if _, err := command("mount", "-t", "tmpfs", "-o", options, "serviceflow", dir); err != nil {
		t.Log("the disk is never full: ", err)
		return disk{}, dsn
	}
	t.Cleanup(func() {
		_, err := command("umount", "-l", dir)
		require.NoError(t, err)
	})
	if d.dialect == sqlstore.SQLite {
		return disk{t, dir}, sqliteDSN(filepath.Join(dir, "orders.db"))
	}
	db, space := d.openAt(t, dsn), filepath.Base(dir)
	if _, err := db.Exec(fmt.Sprintf("CREATE TABLESPACE %s LOCATION '%s'", space, dir)); err != nil {
		t.Log("the disk is never full: ", err)
		return disk{}, dsn
	}
	t.Cleanup(func() {
		_, err := db.Exec("DROP TABLESPACE " + space)
		require.NoError(t, err)
	})
	with := "?"
	if strings.Contains(dsn, "?") {
		with = "&"
	}
	return disk{t, dir}, dsn + with + "default_tablespace=" + space
}

// fill leaves no room for anything more, and reports whether it could.
func (d disk) fill() bool {
	if d.dir == "" {
		return false
	}
	require.Eventually(d.t, func() bool { // what is written in between makes it fail
		used, err := command("df", "--output=used", "-B1", d.dir)
		require.NoError(d.t, err)
		lines := strings.Fields(used)
		_, err = command("mount", "-o", "remount,size="+lines[len(lines)-1], d.dir)
		return err == nil
	}, time.Minute, time.Millisecond)
	return true
}

// relieve makes room again.
func (d disk) relieve() {
	if d.dir != "" {
		_, err := command("mount", "-o", "remount,"+roomy, d.dir)
		require.NoError(d.t, err)
	}
}

// command runs a program and returns what it prints.
func command(program string, args ...string) (string, error) {
	output, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return string(output), nil
}
