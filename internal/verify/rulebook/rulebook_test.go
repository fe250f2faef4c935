package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const root = "../../.."

// The rule book as data is what the library says today.
func TestRuleBook_IsNotStale(t *testing.T) {
	for name, make := range files {
		want, err := make()
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err, "run: %s", command)
		if string(want) != string(have) {
			t.Errorf("%s is not what the library says: run: %s", name, command)
		}
	}
}

// Every operation that somebody performs is walked and asked about.
func TestRuleBook_HasAnActionOfEveryOperation(t *testing.T) {
	timed := map[supervision.Operation]bool{}
	for _, row := range supervision.Flow() {
		timed[row.Operation] = row.Timer != ""
	}
	for op, byTime := range timed {
		assert.True(t, byTime || len(actions[op]) > 0, "%s: give it an action in walk.go, then run: %s", op, command)
	}
}

// Every reason to refuse is given somewhere, and so is every status.
func TestRuleBook_AsksForEveryReason(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "vectors.json"))
	require.NoError(t, err)
	for _, reason := range supervision.Reasons() {
		assert.True(t, strings.Contains(string(data), `"reason":"`+string(reason)+`"`),
			"%s: give walk.go a way to it, then run: %s", reason, command)
	}
	for _, status := range supervision.Statuses() {
		assert.True(t, strings.Contains(string(data), `"status":"`+string(status)+`"`), status)
	}
	assert.Less(t, len(data), 2_000_000)
}

// Another language comes to the same answers, from docs/rules.json alone.
func TestRuleBook_AnotherLanguageAgrees(t *testing.T) {
	out, err := check(t, filepath.Join(root, "docs"))
	require.NoError(t, err, "%s\nrun: %s, and where a rule is new, teach check.mjs its condition", out, command)
	t.Log(out)
}

// A checker that says yes to everything checks nothing.
func TestRuleBook_AnotherLanguageSeesWhatIsWrong(t *testing.T) {
	for _, wrong := range []struct{ file, old, new string }{
		{"vectors.json", `"silence":"120h0m0s"`, `"silence":"119h0m0s"`},
		{"vectors.json", `"blackout":"360h0m0s"`, `"blackout":"361h0m0s"`},
		{"vectors.json", `"reason":"reminded_recently"`, `"reason":"not_due"`},
		{"vectors.json", `"allowed":true`, `"allowed":false`},
		{"vectors.json", `"proposed":{"amount":5000,`, `"proposed":{"amount":5001,`},
		{"rules.json", `"rejections": 3`, `"rejections": 2`},
		{"rules.json", `"operation": "deliver",`, `"operation": "remind",`},
		{"rules.json", `"outside": "R14"`, `"outside": "R18"`},
		{"rules.json", `"notes": 100`, `"notes": 101`},
	} {
		t.Run(wrong.old, func(t *testing.T) {
			dir := t.TempDir()
			for name := range files {
				name = filepath.Base(name)
				data, err := os.ReadFile(filepath.Join(root, "docs", name))
				require.NoError(t, err)
				if name == wrong.file {
					require.Contains(t, string(data), wrong.old)
					data = []byte(strings.Replace(string(data), wrong.old, wrong.new, 1))
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
			}
			_, err := check(t, dir)
			require.Error(t, err)
		})
	}
}

// check runs check.mjs on the files of a directory.
func check(t *testing.T, dir string) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("SERVICEFLOW_REQUIRE_NODE") == "1" {
			t.Fatal(err)
		}
		t.Skip("skipped: there is no node: ", err)
	}
	out, err := exec.Command(node, "check.mjs", filepath.Join(dir, "rules.json"),
		filepath.Join(dir, "vectors.json")).CombinedOutput()
	return string(out), err
}
