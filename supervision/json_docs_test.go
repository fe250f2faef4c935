package supervision_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const page = "../docs/json.md"

// fieldsIn lists the paths of the fields of a document, such as
// "appeal.notes[].at". Maps whose keys are data, and documents with a form of
// their own, end a path.
func fieldsIn(node any, path string, fields map[string]bool) {
	switch node := node.(type) {
	case []any:
		fields[path+"[]"] = true
		delete(fields, path)
		for _, item := range node {
			fieldsIn(item, path+"[]", fields)
		}
	case map[string]any:
		for name, value := range node {
			inner := strings.TrimPrefix(path+"."+name, ".")
			fields[inner] = true
			if name != "values" && name != "policy" && name != "action" {
				fieldsIn(value, inner, fields)
			}
		}
	}
}

// goldenFields lists the fields of all golden files of a form.
func goldenFields(t *testing.T, form string, part func(map[string]any) any) []string {
	files, err := filepath.Glob(filepath.Join("testdata", "json", form))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	fields := make(map[string]bool)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var document map[string]any
		require.NoError(t, json.Unmarshal(data, &document))
		fieldsIn(part(document), "", fields)
	}
	return sorted(fields)
}

func sorted(set map[string]bool) []string {
	list := []string{}
	for name := range set {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

var quoted = regexp.MustCompile("`([^`]+)`")

// rows gives the tables of a section of the page: for each row the names in its
// first and in its second column.
func rows(t *testing.T, text, section string) (list [][2][]string) {
	_, text, found := strings.Cut(text, "\n## "+section+"\n")
	require.True(t, found, section)
	text, _, _ = strings.Cut(text, "\n## ")
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		var row [2][]string
		for i, cell := range strings.Split(line, "|")[1:3] {
			for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
				row[i] = append(row[i], match[1])
			}
		}
		list = append(list, row)
	}
	return list
}

// The page names every field that a golden file has, and no other.
func TestJSON_PageNamesEveryField(t *testing.T) {
	text := readPage(t)
	for section, form := range map[string]string{
		"Order": "order_*.json", "Record": "record_*.json", "Policy": "policy_*.json",
		"Template": "template_*.json",
	} {
		var named []string
		for _, row := range rows(t, text, section) {
			named = append(named, row[0]...)
		}
		slices.Sort(named)
		assert.Equal(t, goldenFields(t, form, func(whole map[string]any) any { return whole }), named, section)
	}
	operations := rows(t, text, "Action")
	assert.Len(t, operations, len(supervision.Operations()))
	for _, row := range operations {
		fields := goldenFields(t, "action_"+row[0][0]+"*.json",
			func(whole map[string]any) any { return whole["action"] })
		named := slices.DeleteFunc(row[1], func(name string) bool { return strings.HasPrefix(name, "Service.") })
		slices.Sort(named)
		if row[0][0] == string(supervision.OpAdopt) { // the others are the order's own
			orders := goldenFields(t, "order_*.json", func(whole map[string]any) any { return whole })
			fields = slices.DeleteFunc(fields, func(name string) bool { return slices.Contains(orders, name) })
		}
		assert.ElementsMatch(t, fields, named, row[0][0])
	}
}

// The examples on the page are golden files; -update copies them.
func TestJSON_PageShowsGoldenFiles(t *testing.T) {
	text := readPage(t)
	example := regexp.MustCompile(`(?s)(<!-- golden: (\S+) -->\n).*?(<!-- end -->)`)
	shown := example.ReplaceAllStringFunc(text, func(found string) string {
		part := example.FindStringSubmatch(found)
		data, err := os.ReadFile(filepath.Join("testdata", "json", part[2]))
		require.NoError(t, err)
		return part[1] + "```json\n" + string(data) + "```\n" + part[3]
	})
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(shown), 0o644))
		text = shown
	}
	assert.Equal(t, shown, text, "run: go test ./supervision -run JSON -update")
	for _, link := range regexp.MustCompile(`\]\((\.\./[^)]+)\)`).FindAllStringSubmatch(text, -1) {
		_, err := os.Stat(filepath.Join("../docs", link[1]))
		assert.NoError(t, err)
	}
}

func readPage(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	return string(data)
}
