package serviceflow_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the documents")

// TestGenerated compares the parts of documents that show code, the flow,
// numbers or rules with what they show.
func TestGenerated(t *testing.T) {
	for page, parts := range map[string]map[string]string{
		"README.md": {
			"snippet: Example in example_test.go": snippet(t),
			"generated: flow":                     "```mermaid\n" + drawing(t, "flow.mmd") + "```",
			"generated: numbers":                  numbers(),
		},
		"docs/rules.md": {"generated: rules": rules(), "generated: table": drawing(t, "flow.md")},
	} {
		t.Run(page, func(t *testing.T) {
			written, err := os.ReadFile(page)
			require.NoError(t, err)
			fresh := string(written)
			for marker, part := range parts {
				fresh = replacePart(t, fresh, marker, part)
			}
			if *update {
				require.NoError(t, os.WriteFile(page, []byte(fresh), 0o644))
				return
			}
			assert.Equal(t, fresh, string(written), "run: go test . -run Generated -update")
		})
	}
}

// drawing is what package supervision draws of its compiled table.
func drawing(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("supervision", "testdata", file))
	require.NoError(t, err)
	return string(text)
}

func replacePart(t *testing.T, page, marker, part string) string {
	t.Helper()
	re := regexp.MustCompile(`(?s)(<!-- ` + regexp.QuoteMeta(marker) + ` -->\n).*?(<!-- end -->)`)
	require.Regexp(t, re, page)
	return re.ReplaceAllStringFunc(page, func(found string) string {
		match := re.FindStringSubmatch(found)
		return match[1] + strings.TrimRight(part, "\n") + "\n" + match[2]
	})
}

// snippet is the body of the Example, which the tests run.
func snippet(t *testing.T) string {
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, body, found := strings.Cut(string(source), "func Example() {\n")
	require.True(t, found)
	body, _, found = strings.Cut(body, "\n}\n")
	require.True(t, found)
	return "```go\n" + regexp.MustCompile(`(?m)^\t`).ReplaceAllString(body, "") + "\n```"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "–"
}

func numbers() string {
	presets := []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		supervision.Hardware()}
	var b strings.Builder
	b.WriteString("| number | rule |")
	for _, p := range presets {
		fmt.Fprintf(&b, " %s |", p.Name)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(presets)) + "\n")
	for _, row := range []struct {
		name string
		rule supervision.Rule
		of   func(supervision.Policy) string
	}{
		{"the flow starts at", supervision.R26, func(p supervision.Policy) string { return string(p.Start) }},
		{"Completed after acceptance", supervision.R02,
			func(p supervision.Policy) string { return duration(p.CompletionDelay) }},
		{"silence that opens an appeal: more than", supervision.R09,
			func(p supervision.Policy) string { return duration(p.Appeal.Silence) }},
		{"rejections that open an appeal", supervision.R10,
			func(p supervision.Policy) string { return count(p.Appeal.Rejections) }},
		{"the buyer's grounds", supervision.R11, func(p supervision.Policy) string { return p.Appeal.Buyer.String() }},
		{"the seller's grounds", supervision.R11,
			func(p supervision.Policy) string { return p.Appeal.Seller.String() }},
		{"no appeal before the scheduled completion for", supervision.R14,
			func(p supervision.Policy) string { return duration(p.Appeal.Blackout) }},
		{"scheduled completion after opening", supervision.R14,
			func(p supervision.Policy) string { return duration(p.SupervisionPeriod) }},
		{"a ruling should come within", supervision.R19,
			func(p supervision.Policy) string { return duration(p.Appeal.Handling) }},
		{"between two reminders at least", supervision.R20,
			func(p supervision.Policy) string { return duration(p.ReminderInterval) }},
		{"an untouched delivery is accepted after", supervision.R27,
			func(p supervision.Policy) string { return duration(p.AutoAccept) }},
		{"counted from", supervision.R27, func(p supervision.Policy) string { return string(p.AutoAcceptFrom) }},
		{"at the scheduled completion an open order will", supervision.R14,
			func(p supervision.Policy) string { return string(p.AtScheduledEnd) }},
		{"every appeal attaches proof", supervision.R18,
			func(p supervision.Policy) string { return yes(p.Appeal.Proof) }},
		{"the parties may agree on a refund", supervision.R32,
			func(p supervision.Policy) string { return yes(p.NegotiatedRefund) }},
		{"people are told of instants", supervision.R33,
			func(p supervision.Policy) string { return yes(p.Notices != supervision.Notices{}) }},
	} {
		fmt.Fprintf(&b, "| %s | %s |", row.name, row.rule)
		for _, p := range presets {
			fmt.Fprintf(&b, " %s |", row.of(p))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d%supervision.Day == 0:
		return fmt.Sprintf("%d d", d/supervision.Day)
	}
	return fmt.Sprintf("%g h", d.Hours())
}

func count(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func rules() string {
	var b strings.Builder
	for _, r := range supervision.Rules() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n*%s.*", r, r.Text(), r.Source())
		if why := r.Why(); why != "" {
			fmt.Fprintf(&b, " Why: %s", why)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestLinks follows every relative link of the documents.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)|src="([^":]+)"`)
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*/*.md"} {
		pages, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, pages, pattern)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, match := range link.FindAllStringSubmatch(string(text), -1) {
				_, err := os.Stat(filepath.Join(filepath.Dir(page), match[1]+match[2]))
				assert.NoError(t, err, page)
			}
		}
	}
}

// TestPagesNameTests: a claim in a page that names the test that holds it names
// one that there is.
func TestPagesNameTests(t *testing.T) {
	tests := make(map[string]bool)
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			tests[string(found[1])] = true
		}
		return err
	}))
	for _, page := range []string{"docs/production.md", "docs/evidence/engines.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, named, page)
		for _, name := range named {
			assert.True(t, tests[name[1]], "%s names %s", page, name[1])
		}
	}
}
