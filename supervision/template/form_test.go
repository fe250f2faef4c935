package template_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR03_FromForm(t *testing.T) {
	form := url.Values{
		"name": {"ACME"}, "users": {"12"}, "training": {"no", "yes"}, "start": {"2025-03-01"},
		"modules": {"crm", "erp"}, "mail": {"a@b.cn"},
		"phone": {""}, "site": {}, "token": {"x"},
	}
	raw := full().FromForm(form)
	assert.Equal(t, template.Values{
		"name": "ACME", "users": "12", "training": "yes", "start": "2025-03-01", "modules": []string{"crm", "erp"},
		"mail": "a@b.cn", "phone": "",
	}, raw)

	got, err := compile(t, full()).Accept(raw)
	require.NoError(t, err)
	assert.Equal(t, template.Values{
		"name": "ACME", "users": json.Number("12"), "training": true, "start": "2025-03-01", "region": "eu",
		"modules": []string{"crm", "erp"}, "mail": "a@b.cn",
	}, got)

	raw["modules"].([]string)[0] = "changed"
	assert.Equal(t, "crm", form["modules"][0])
}
