package main

import (
	"flag"
	"os"
	"path/filepath"
)

// settings are what the command line says.
type settings struct {
	addr     string
	file     string
	postgres string
	demo     bool
	https    bool
	smtp     string
}

func parseSettings(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&s.file, "file", defaultFile(), "SQLite `file`; delete it to begin anew")
	flags.StringVar(&s.postgres, "postgres", "", "`URL` of a PostgreSQL database to use instead of the file")
	flags.BoolVar(&s.demo, "demo", false, "let everybody move the clock forward")
	flags.BoolVar(&s.https, "https", false, "browsers come through a TLS proxy: cookies are Secure")
	flags.StringVar(&s.smtp, "smtp", "",
		"`address` of a mail server to send notices to, such as a catcher on this machine")
	return s, flags.Parse(args)
}

// defaultFile keeps the demonstration out of the directory it is started in.
func defaultFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "serviceflow-portal", "portal.db")
}
