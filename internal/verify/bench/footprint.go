package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const hosts = "github.com/koogallery/serviceflow/internal/verify/bench/host/"

// printFootprint builds hosts with and without the library, and tells how large
// they are and how many packages they link.
func printFootprint() error {
	dir, err := os.MkdirTemp("", "serviceflow-hosts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Println("| a host that | binary, KiB | stripped, KiB | packages | of them not in the standard library |")
	fmt.Println("|---|---|---|---|---|")
	for _, host := range []struct{ name, what string }{
		{"hello", "prints hello"}, {"blank", "imports `supervision` and uses nothing of it"},
		{"service", "opens an order on the memory store, acts on it and lists it"},
	} {
		whole, err := size(dir, host.name, "")
		if err != nil {
			return err
		}
		stripped, err := size(dir, host.name, "-s -w")
		if err != nil {
			return err
		}
		packages, foreign, err := linked(host.name)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %d | %d | %d | %d |\n", host.what, whole/1024, stripped/1024, packages, foreign)
	}
	return nil
}

func size(dir, host, flags string) (int64, error) {
	file := filepath.Join(dir, host)
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags="+flags, "-o", file,
		hosts+host).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func linked(host string) (packages, foreign int, err error) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.Standard}}", hosts+host).Output()
	lines := strings.Fields(string(out))
	for _, standard := range lines {
		if standard == "false" {
			foreign++
		}
	}
	return len(lines), foreign - 1, err // the host itself is none of them
}
