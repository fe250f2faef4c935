package supervision_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// edited is a golden file with one of its fields set, or taken out where the
// value is nil.
func edited(t *testing.T, file, field string, value any) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "json", file))
	require.NoError(t, err)
	var whole map[string]any
	require.NoError(t, json.Unmarshal(data, &whole))
	inner, names := whole, strings.Split(field, ".")
	for _, name := range names[:len(names)-1] {
		inner = inner[name].(map[string]any)
	}
	inner[names[len(names)-1]] = value
	if value == nil {
		delete(inner, names[len(names)-1])
	}
	return encode(t, whole)
}

func readOrder(data []byte) error  { return new(supervision.Order).UnmarshalJSON(data) }
func readRecord(data []byte) error { return new(supervision.Record).UnmarshalJSON(data) }

func TestJSON_WhatIsMissingIsNamed(t *testing.T) {
	tests := []struct {
		file   string
		read   func([]byte) error
		fields []string
	}{
		{"order_awaiting_request.json", readOrder, []string{
			"id", "product", "buyer", "seller", "policy", "status", "version", "bought_at", "opened_at", "updated_at",
			"turn_since",
			"scheduled_end",
		}},
		{"order_awaiting_confirmation.json", readOrder, []string{"request"}},
		{"order_awaiting_acceptance.json", readOrder, []string{"delivery"}},
		{"order_accepted.json", readOrder, []string{"accepted_at"}},
		{"order_completed.json", readOrder, []string{"accepted_at", "closed_at"}},
		{"order_frozen.json", readOrder, []string{
			"frozen_from", "appeal", "appeal.by", "appeal.ground", "appeal.raised_at", "appeal.handle_by",
		}},
		{"order_canceled.json", readOrder,
			[]string{"closed_at", "cancellation", "cancellation.by", "cancellation.from", "appeal.ruling",
				"appeal.ruling.outcome", "refund.at"}},
		{"record_deliver.json", readRecord, []string{
			"order", "seq", "at", "actor", "actor.role", "actor.id", "operation", "from", "to", "action",
		}},
		{"record_open.json", readRecord, []string{"to"}},
	}
	for _, tt := range tests {
		for _, field := range tt.fields {
			err := tt.read(edited(t, tt.file, field, nil))
			require.ErrorIs(t, err, supervision.ErrMalformed, "%s without %s", tt.file, field)
			top, _, _ := strings.Cut(field, ".")
			assert.ErrorContains(t, err, top)
		}
	}
}

func TestJSON_WhatDoesNotFitIsRefused(t *testing.T) {
	const order, record = "order_awaiting_acceptance.json", "record_deliver.json"
	tests := []struct {
		name  string
		file  string
		field string
		value any
		cause error
	}{
		{"a newer format", order, "format", 2, supervision.ErrNewerFormat},
		{"a newer format of a record", record, "format", 2, supervision.ErrNewerFormat},
		{"a newer format of its policy", order, "policy.format", 2, supervision.ErrNewerFormat},
		{"no format", order, "format", nil, supervision.ErrMalformed},
		{"no format of a record", record, "format", nil, supervision.ErrMalformed},
		{"format zero", order, "format", 0, supervision.ErrMalformed},
		{"a negative format", record, "format", -1, supervision.ErrMalformed},
		{"a format that is a text", order, "format", "1", supervision.ErrMalformed},
		{"an unknown field", order, "colour", "red", supervision.ErrMalformed},
		{"an unknown inner field", order, "delivery.colour", "red", supervision.ErrMalformed},
		{"an unknown field of a record", record, "colour", "red", supervision.ErrMalformed},
		{"an unknown field of its action", record, "action.colour", "red", supervision.ErrMalformed},
		{"an unknown field of its policy", order, "policy.colour", "red", supervision.ErrPolicy},
		{"an unknown status", order, "status", "awaiting_payment", supervision.ErrUnknown},
		{"a status of another case", order, "status", "Frozen", supervision.ErrUnknown},
		{"an empty status", order, "status", "", supervision.ErrUnknown},
		{"an unknown operation", record, "operation", "refund", supervision.ErrUnknown},
		{"an unknown role", record, "actor.role", "robot", supervision.ErrUnknown},
		{"a status that is a number", order, "status", 3, supervision.ErrMalformed},
		{"a version that is a text", order, "version", "7", supervision.ErrMalformed},
		{"a version below one", order, "version", 0, supervision.ErrMalformed},
		{"a sequence number below one", record, "seq", 0, supervision.ErrMalformed},
		{"an instant that is none", order, "opened_at", "yesterday", supervision.ErrMalformed},
		{"a zero instant", order, "turn_since", "0001-01-01T00:00:00Z", supervision.ErrMalformed},
		{"another operation's action", record, "operation", "remind", supervision.ErrMalformed},
		{"a pending appeal that froze nothing", "order_frozen.json", "status", "awaiting_delivery",
			supervision.ErrMalformed},
		{"frozen from where nothing can be", "order_frozen.json", "frozen_from", "completed", supervision.ErrMalformed},
		{"an appeal by nobody", "order_frozen.json", "appeal.by", "", supervision.ErrUnknown},
		{"an appeal that is an intervention too", "order_frozen.json", "appeal.manager", "mia",
			supervision.ErrMalformed},
		{"an appeal without a ground", "order_frozen.json", "appeal.ground", nil, supervision.ErrMalformed},
		{"steps that are none", order, "passed", []string{"frozen"}, supervision.ErrMalformed},
		{"closed though it goes on", order, "closed_at", "2026-03-09T12:00:00Z", supervision.ErrMalformed},
		{"a first record from somewhere", "record_open.json", "from", "frozen", supervision.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read := readOrder
			if strings.HasPrefix(tt.file, "record") {
				read = readRecord
			}
			require.ErrorIs(t, read(edited(t, tt.file, tt.field, tt.value)), tt.cause)
		})
	}
}

// A newer document is named as such even where it has words and fields that
// this version does not know.
func TestJSON_TheNewerFormatGoesFirst(t *testing.T) {
	document := []byte(`{"format":7,"status":"teleported","wings":2,"policy":[],"operation":"fly","action":8}`)
	for name, err := range map[string]error{
		"order": readOrder(document), "record": readRecord(document),
		"policy": new(supervision.Policy).UnmarshalJSON(document),
	} {
		require.ErrorIs(t, err, supervision.ErrNewerFormat, name)
		assert.ErrorContains(t, err, "upgrade this host")
	}
	_, err := supervision.UnmarshalAction(document)
	require.ErrorIs(t, err, supervision.ErrNewerFormat)
}

func TestJSON_OneDocumentAndNothingElse(t *testing.T) {
	for _, file := range []string{"order_frozen.json", "record_open.json"} {
		read := readOrder
		if strings.HasPrefix(file, "record") {
			read = readRecord
		}
		data := edited(t, file, "format", 1)
		for _, blank := range []string{"", "\n", " \t\r\n"} {
			require.NoError(t, read([]byte(blank+string(data)+blank)))
		}
		for _, more := range []string{"{}", "null", " x", "]"} {
			require.ErrorIs(t, read(append(data[:len(data):len(data)], more...)), supervision.ErrMalformed, "%s and %s",
				file, more)
		}
		for _, none := range []string{"", " ", "null", "[]", "7", `"x"`, "{", string(data[:len(data)/2])} {
			require.ErrorIs(t, read([]byte(none)), supervision.ErrMalformed, none)
		}
	}
}

func TestUnmarshalActionOf_SaysWhatToSend(t *testing.T) {
	for _, c := range []struct {
		op         supervision.Operation
		body, want string
		unknown    bool
	}{
		{"", "{}", "name an operation", false},
		{"nonsense", "{}", "name one of Operations", true},
		{supervision.OpAcceptRequest, "", "send {}", false},
		{supervision.OpAcceptRequest, "null", "send {}", false},
	} {
		_, err := supervision.UnmarshalActionOf(c.op, []byte(c.body))
		require.ErrorIs(t, err, supervision.ErrMalformed)
		require.ErrorContains(t, err, c.want)
		assert.Equal(t, c.unknown, errors.Is(err, supervision.ErrUnknown), c.op)
		assert.NotContains(t, err.Error(), "nonsense")
	}
}

func TestJSON_WhatIsRefusedChangesNothing(t *testing.T) {
	order := arrive(t, supervision.Guide(), supervision.Frozen)
	o, r := order.order, order.records[1]
	require.Error(t, o.UnmarshalJSON(edited(t, "order_frozen.json", "appeal", nil)))
	require.Error(t, r.UnmarshalJSON(edited(t, "record_deliver.json", "to", nil)))
	assert.Equal(t, order.order, o)
	assert.Equal(t, order.records[1], r)
}

func TestJSON_WhatCannotBeWritten(t *testing.T) {
	_, err := supervision.MarshalAction(nil)
	assert.Equal(t, map[string]string{"action": "required"}, faultsOf(t, err))
	_, err = supervision.MarshalAction(&submit)
	assert.Equal(t, map[string]string{"action": "required"}, faultsOf(t, err))
	_, err = supervision.Record{}.MarshalJSON()
	assert.Equal(t, map[string]string{
		"order": "required", "seq": "out_of_range", "at": "required", "actor.role": "required",
		"actor.id": "required", "action": "required", "from": "required", "to": "required",
	}, faultsOf(t, err))
	_, err = json.Marshal(supervision.Order{Policy: supervision.Guide()})
	require.ErrorIs(t, err, supervision.ErrMalformed, "an order without a status")
	_, err = json.Marshal(supervision.Record{Action: submit})
	require.ErrorIs(t, err, supervision.ErrMalformed, "a record of no order")
}

// An opening may leave its policy to the service, in its JSON form too.
func TestJSON_OpeningWithoutAPolicy(t *testing.T) {
	data, err := supervision.MarshalAction(anOpening(supervision.Policy{}))
	require.NoError(t, err)
	assert.NotContains(t, string(data), "policy")
	action, err := supervision.UnmarshalAction(data)
	require.NoError(t, err)
	assert.Equal(t, anOpening(supervision.Policy{}), action)
}

func TestStepSet_JSON(t *testing.T) {
	read := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).order.Passed
	require.NoError(t, json.Unmarshal([]byte(`["accepted","awaiting_request"]`), &read))
	data, err := json.Marshal(read)
	require.NoError(t, err)
	assert.JSONEq(t, `["awaiting_request","accepted"]`, string(data))
	require.NoError(t, json.Unmarshal([]byte(`["accepted"]`), &read))
	assert.True(t, read.Has(supervision.Accepted))
	assert.False(t, read.Has(supervision.AwaitingRequest), "what it was before is gone")
	for document, want := range map[string]error{
		`["frozen"]`: supervision.ErrMalformed, `["dance"]`: supervision.ErrUnknown, `"accepted"`: supervision.ErrMalformed,
	} {
		assert.ErrorIs(t, json.Unmarshal([]byte(document), &read), want, document)
	}
}
