package schema_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/schema"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
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
		`{"reason":true}`:           {".reason: is no string"},
		`{"reason":[]}`:             {".reason: is no string"},
		`{"reason":null}`:           {".reason: is no string"},
		`{"reason":"x","secret":1}`: {": has a member too many"},
		`"x"`:                       {": is no object"},
		`{"attachments":[{}]}`: {": reason is missing", ".attachments[0]: name is missing",
			".attachments[0]: ref is missing"},
		`{"reason":"x","attachments":[{"name":"n","ref":"r"},{"name":"n"}]}`: {".attachments[1]: ref is missing"},
		`{"reason":"x","attachments":[{"ref":"r"},{"name":"n"}]}`: {".attachments[0]: name is missing",
			".attachments[1]: ref is missing"},
		`{"reason":"x","attachments":{}}`: {".attachments: is no array"},
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		assert.Equal(t, want, schema.Misfits(schema.Action(supervision.OpIntervene), value), text)
	}
	var value any
	require.NoError(t, json.Unmarshal([]byte(`{"outcome":"banish","upheld":1,"decision":"So."}`), &value))
	assert.Equal(t, []string{".outcome: is none of the words", ".upheld: is no boolean"},
		schema.Misfits(schema.Action(supervision.OpDecideAppeal), value))
	require.NoError(t, json.Unmarshal([]byte(`{"outcome":"","upheld":true,"decision":"So."}`), &value))
	assert.Equal(t, []string{".outcome: is none of the words"},
		schema.Misfits(schema.Action(supervision.OpDecideAppeal), value), "a word has to be there")
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
	assert.Empty(t, schema.Misfits(schema.Of[host](), map[string]any{"count": -7.0}))
}

// A schema says of each field what its form is: of a host's own as well.
func TestSchema_OfEachForm(t *testing.T) {
	type inner struct {
		Name string `json:"name"`
	}
	type Inner struct {
		Title string `json:"title"`
	}
	type host struct {
		inner
		Inner   `json:"within"`
		At      time.Time            `json:"at"`
		Who     *inner               `json:"who,omitempty"`
		Steps   supervision.StepSet  `json:"steps,omitzero"`
		Reasons []supervision.Reason `json:"reasons,omitempty"`
		Fault   supervision.FaultCode
		Policy  supervision.Policy `json:"policy"`
		Values  template.Values    `json:"values,omitempty"`
		Measure appeal.Measure     `json:"measure,omitzero"`
		Map     map[string]int     `json:"map,omitempty"`
		Yes     bool               `json:"yes"`
		Count   int                `json:"count"`
		Seq     int64              `json:"seq"`
		Any     any                `json:"any,omitempty"`
		Aside   string             `json:"-"`
	}
	text, number, object := schema.Schema{"type": "string"}, schema.Schema{"type": "integer"},
		schema.Schema{"type": "object"}
	assert.Equal(t, schema.Schema{
		"type": "object", "additionalProperties": false,
		"required": []string{"name", "within", "at", "policy", "yes", "count", "seq"},
		"properties": schema.Schema{
			"name": text, "within": schema.Of[Inner](), "at": schema.Schema{"type": "string", "format": "date-time"},
			"who": schema.Schema{"type": "object", "additionalProperties": false, "required": []string{"name"},
				"properties": schema.Schema{"name": text}},
			"steps":   schema.Schema{"type": "array", "items": words(supervision.Statuses())},
			"reasons": schema.Schema{"type": "array", "items": text},
			"policy":  object, "values": object, "measure": object, "map": object,
			"yes": schema.Schema{"type": "boolean"}, "count": number, "seq": number, "any": schema.Schema{},
		},
	}, schema.Of[host]())
	assert.Equal(t, []string{"format", "fields"}, schema.Of[template.Template]()["required"])
	assert.Contains(t, schema.Of[supervision.Record]()["required"], "seq")
	assert.Equal(t, schema.Of[appeal.Finding](),
		schema.Of[supervision.Record]()["properties"].(schema.Schema)["finding"])
	assert.Equal(t, number, schema.Of[supervision.Order]()["properties"].(schema.Schema)["format"])
}

// words is the schema of an enumeration.
func words[T ~string](list []T) schema.Schema {
	var enum []string
	for _, word := range list {
		enum = append(enum, string(word))
	}
	return schema.Schema{"type": "string", "enum": enum}
}

// What is read back is one of the words.
func TestSchema_OfEachEnumeration(t *testing.T) {
	assert.Equal(t, words(supervision.Statuses()), schema.Of[supervision.Status]())
	assert.Equal(t, words(supervision.OrderStatuses()), schema.Of[supervision.OrderStatus]())
	assert.Equal(t, words(supervision.Operations()), schema.Of[supervision.Operation]())
	assert.Equal(t, words(supervision.Roles()), schema.Of[supervision.Role]())
	assert.Equal(t, words(supervision.Rules()), schema.Of[supervision.Rule]())
	assert.Equal(t, words(supervision.DeadlineKinds()), schema.Of[supervision.DeadlineKind]())
	assert.Equal(t, words(supervision.StepStates()), schema.Of[supervision.StepState]())
	assert.Equal(t, words(appeal.AllGrounds.List()), schema.Of[appeal.Ground]())
	assert.Equal(t, words(appeal.Outcomes()), schema.Of[appeal.Outcome]())
	assert.Equal(t, words([]appeal.Party{appeal.Buyer, appeal.Seller}), schema.Of[appeal.Party]())
	assert.Equal(t, words(template.Kinds()), schema.Of[template.Kind]())
}

// Where there is nothing to list, the answer is an empty list, and not null.
func TestEveryListOfAnOrderIsAList(t *testing.T) {
	fits := func(s schema.Schema, answer any) {
		t.Helper()
		data, err := json.Marshal(answer)
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal(data, &value))
		assert.Empty(t, schema.Misfits(s, value))
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, status := range supervision.Statuses() {
		order, records, err := supervisiontest.Reach(supervision.Opening{}, at, status)
		require.NoError(t, err)
		at := records[len(records)-1].At
		for _, actor := range []supervision.Actor{supervision.Buyer(order.Buyer), supervision.Seller(order.Seller),
			supervision.Manager("mia"), supervision.System()} {
			offers, err := order.Offers(actor, at)
			require.NoError(t, err)
			fits(schema.Of[[]supervision.Offer](), offers)
		}
		fits(schema.Of[[]supervision.Deadline](), order.Deadlines(at))
		fits(schema.Of[[]supervision.Step](), order.Steps(at))
	}
}
