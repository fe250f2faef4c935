package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/koogallery/serviceflow/internal/verify/overlay"
)

// killer is the test that failed first.
type killer struct {
	pkg  string // as the plot names it, such as "./appeal"
	test string // with its subtest
}

// String is how the table shows a killer.
func (k killer) String() string { return strings.TrimPrefix(k.pkg, "./") + " " + k.test }

// only is a pattern for go test -run that matches nothing but the killer.
func (k killer) only() string {
	parts := strings.Split(k.test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// confirm runs the killer without the mutant, where it has to pass: a test that
// fails anyway has found nothing.
func (k killer) confirm(ctx context.Context, root string) error {
	if _, err := overlay.None(root).Test(ctx, k.pkg, k.only()); !errors.Is(err, overlay.ErrSurvived) {
		return errors.Join(fmt.Errorf("%s fails without the mutant, too", k), err)
	}
	return nil
}

// kill runs the test that killed the mutant last, if one did, and then its
// packages until a test fails.
func (p planted) kill(ctx context.Context, root string, last killer) (killer, error) {
	text, err := p.apply(root)
	if err != nil {
		return killer{}, err
	}
	mutated, err := overlay.Write(root, p.file, text)
	if err != nil {
		return killer{}, err
	}
	defer mutated.Remove()
	if last.test != "" {
		if test, err := mutated.Test(ctx, last.pkg, last.only()); !errors.Is(err, overlay.ErrSurvived) {
			return killer{last.pkg, test}, err
		}
	}
	for _, pkg := range p.tests {
		if test, err := mutated.Test(ctx, pkg, ""); !errors.Is(err, overlay.ErrSurvived) {
			return killer{pkg, test}, err
		}
	}
	return killer{}, overlay.ErrSurvived
}
