package schema_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/schema"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every golden file of a JSON form fits its schema.
func TestSchema_GoldenFilesFit(t *testing.T) {
	files, err := filepath.Glob("../testdata/json/*.json")
	require.NoError(t, err)
	fitted := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var value map[string]any
		require.NoError(t, json.Unmarshal(data, &value))
		switch form, _, _ := strings.Cut(filepath.Base(file), "_"); form {
		case "order":
			assert.Empty(t, schema.Misfits(schema.Of[supervision.Order](), value), file)
		case "template":
			assert.Empty(t, schema.Misfits(schema.Of[template.Template](), value), file)
		case "record":
			assert.Empty(t, schema.Misfits(schema.Of[supervision.Record](), value), file)
			fallthrough
		case "action":
			op := supervision.Operation(value["operation"].(string))
			assert.Empty(t, schema.Misfits(schema.Action(op), value["action"]), file)
		default:
			continue
		}
		fitted++
	}
	assert.Greater(t, fitted, 30)
	answers, err := os.ReadFile("../testdata/json/answers.json")
	require.NoError(t, err)
	var value map[string]any
	require.NoError(t, json.Unmarshal(answers, &value))
	assert.Empty(t, schema.Misfits(schema.Of[[]supervision.Decision](), value["operations"]))
	assert.Empty(t, schema.Misfits(schema.Of[[]supervision.Deadline](), value["deadlines"]))
	assert.Empty(t, schema.Misfits(schema.Of[[]supervision.Step](), value["progress"]))
	assert.Empty(t, schema.Misfits(schema.Of[supervision.Refusal](), value["refusal"]))
	assert.Empty(t, schema.Misfits(schema.Of[[]supervision.Fault](), value["invalid"]))
	assert.Empty(t, schema.Misfits(schema.Of[service.PublishedTemplate](), value["template"]))
	assert.Empty(t, schema.Misfits(schema.Of[service.PublishedTemplate](), value["withdrawal"]))
}

// What does not fit is named.
func TestSchema_MisfitsAreNamed(t *testing.T) {
	for text, want := range map[string][]string{
		`{"reason":"x"}`:            nil,
		`{}`:                        {": reason is missing"},
		`{"reason":3}`:              {".reason: is no string"},
		`{"reason":"x","secret":1}`: {": has a member too many"},
		`"x"`:                       {": is no object"},
		`{"reason":"x","attachments":[{"name":"n","ref":"r"},{"name":"n"}]}`: {".attachments[1]: ref is missing"},
		`{"reason":"x","attachments":{}}`:                                    {".attachments: is no array"},
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		assert.Equal(t, want, schema.Misfits(schema.Action(supervision.OpIntervene), value), text)
	}
	var value any
	require.NoError(t, json.Unmarshal([]byte(`{"outcome":"banish","upheld":1,"decision":"So."}`), &value))
	assert.Equal(t, []string{".outcome: is none of the words", ".upheld: is no boolean"},
		schema.Misfits(schema.Action(supervision.OpDecideAppeal), value))
	assert.Nil(t, schema.Action("dance"))
	type host struct {
		Count int                `json:"count"`
		Other any                `json:"other,omitempty"`
		Who   *supervision.Actor `json:"who,omitempty"`
		Map   map[string]any     `json:"map,omitempty"`
		Kind  supervision.Reason `json:"kind,omitempty"`
	}
	assert.Equal(t, []string{".count: is no integer"},
		schema.Misfits(schema.Of[host](), map[string]any{"count": 1.5, "other": "x", "kind": "of_a_newer_version"}))
}
