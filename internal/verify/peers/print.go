package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
)

// printHosts builds a program with each peer alone, and prints what it links
// and how long it takes to play its first order: on an empty database, whose
// tables it makes, and again.
func printHosts(ctx context.Context, list []*side) error {
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Println("| peer | what | packages | of them not in the standard library | binary, KiB | stripped, KiB |" +
		" first order on an empty database, ms | started again, ms |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, s := range list {
		if s.name == "silent" { // the program is the same
			continue
		}
		pkg := "github.com/koogallery/serviceflow/internal/verify/peers/host/" + s.name
		deps, err := output(ctx, "go", "list", "-deps", "-f", "{{if .Standard}}std{{else}}other{{end}}", pkg)
		if err != nil {
			return err
		}
		var sizes []int64
		program := filepath.Join(dir, s.name)
		for _, flags := range []string{"-s -w", ""} {
			if _, err := output(ctx, "go", "build", "-ldflags", flags, "-o", program, pkg); err != nil {
				return err
			}
			info, err := os.Stat(program)
			if err != nil {
				return err
			}
			sizes = append(sizes, info.Size()/1024)
		}
		var starts []string
		for range 2 {
			out, err := output(ctx, program, s.dsn)
			if err != nil {
				return err
			}
			_, took, _ := strings.Cut(out, "played in ")
			starts = append(starts, strings.TrimSpace(took))
		}
		fmt.Printf("| %s | %s | %d | %d | %d | %d | %s | %s |\n", s.name, s.what, strings.Count(deps, "\n"),
			strings.Count(deps, "other"), sizes[1], sizes[0], starts[0], starts[1])
	}
	fmt.Println()
	return nil
}

func output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, errors.String())
	}
	return string(out), nil
}

// printRates prints, for each number of clients, the median of each peer's
// rates, of the ratios of the rounds to what relays as it does, and its delays.
func printRates(list []*side) {
	fmt.Println("| peer | clients | orders a second | the library is | quartiles | an operation, p50 | p99 |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, clients := range []int{1, flow.Clients} {
		for _, s := range list {
			ours := list[0]
			if !s.relays {
				ours = list[1]
			}
			var ratios []float64
			for round, rate := range s.rates[clients] {
				ratios = append(ratios, ours.rates[clients][round]/rate)
			}
			slices.Sort(ratios)
			rates := slices.Sorted(slices.Values(s.rates[clients]))
			delays := slices.Sorted(slices.Values(s.delays[clients]))
			fmt.Printf("| %s | %d | %.1f | **%.2f ×** as fast | %.2f to %.2f | %s | %s |\n", s.name, clients,
				at(rates, 0.5), at(ratios, 0.5), at(ratios, 0.25), at(ratios, 0.75),
				at(delays, 0.5).Round(10*time.Microsecond), at(delays, 0.99).Round(10*time.Microsecond))
		}
	}
	fmt.Println()
}

// at is the value below which a share of sorted values lies.
func at[T any](sorted []T, share float64) T { return sorted[int(share*float64(len(sorted)-1)+0.5)] }

// printStored prints what an order takes, in the tables and their indexes.
func printStored(ctx context.Context, list []*side) error {
	typed := 0
	for _, s := range flow.Steps {
		typed += len(s.Text)
	}
	fmt.Printf("| peer | bytes stored for an order, of which %d were typed |\n|---|---|\n", typed)
	for _, s := range list {
		bytes, err := s.size(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("| %s | %d |\n", s.name, bytes/int64(s.orders))
	}
	return nil
}
