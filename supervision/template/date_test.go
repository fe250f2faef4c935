package template_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR03_DatesAreReal(t *testing.T) {
	f := template.Field{Kind: template.Date}
	for _, c := range []struct {
		date string
		want template.Code
	}{
		{"2024-02-29", ""}, {"2000-02-29", ""}, {"1000-01-01", ""}, {"9999-12-31", ""},
		{"2023-02-29", template.CodeMalformed}, {"1900-02-29", template.CodeMalformed},
		{"2024-02-30", template.CodeMalformed},
		{"2024-04-31", template.CodeMalformed}, {"2024-13-01", template.CodeMalformed},
		{"2024-00-01", template.CodeMalformed},
		{"2024-01-00", template.CodeMalformed}, {"0999-12-31", template.CodeMalformed},
		{"0000-01-01", template.CodeMalformed},
		{"10000-01-01", template.CodeMalformed}, {"2024-1-1", template.CodeMalformed},
		{"2024-01-01T00:00:00Z", template.CodeMalformed},
		{"", template.CodeMalformed}, {"2024-01-01\n", template.CodeMalformed}, {"２０２４-01-01", template.CodeMalformed},
	} {
		assert.Equal(t, c.want, code(t, f, c.date), c.date)
	}
	assert.Equal(t, template.CodeWrongType, code(t, f, json.Number("20240101")))
}

func TestR03_DatesAreReadYearFirst(t *testing.T) {
	f := template.Field{Kind: template.Date}
	for raw, want := range map[string]string{
		" 2024-02-09 ": "2024-02-09", "2024-2-9": "2024-02-09", "2024/2/09": "2024-02-09", "2024.02.9": "2024-02-09",
		"1/2/2024": "1/2/2024", "2024-2/9": "2024-2/9", "2023-2-29": "2023-2-29", "20240209": "20240209",
		"2024 2 9":             "2024 2 9",
		"2024-02-09T00:00:00Z": "2024-02-09T00:00:00Z", "today": "today",
	} {
		assert.Equal(t, want, normal(f, raw), raw)
	}
}

func TestR03_DateBoundsAreInclusive(t *testing.T) {
	f := template.Field{Kind: template.Date, Min: "2024-02-29", Max: "2025-01-01"}
	assert.Equal(t, template.CodeTooSmall, code(t, f, "2024-02-28"))
	assert.Empty(t, code(t, f, "2024-02-29"))
	assert.Empty(t, code(t, f, "2025-01-01"))
	assert.Equal(t, template.CodeTooLarge, code(t, f, "2025-01-02"))
}

// dateSchema is what the schema says of a Date.
type dateSchema struct {
	Pattern string
	AllOf   []struct{ Pattern string }
}

func schemaOfDate(t *testing.T, min, max string) dateSchema {
	t.Helper()
	form := template.Template{Fields: []template.Field{{Key: "d", Label: "D", Kind: template.Date, Min: min, Max: max}}}
	encoded, err := form.Schema()
	require.NoError(t, err)
	var schema struct{ Properties map[string]dateSchema }
	require.NoError(t, json.Unmarshal(encoded, &schema))
	return schema.Properties["d"]
}

func TestR03_SchemaKnowsTheCalendar(t *testing.T) {
	pattern := regexp.MustCompile(schemaOfDate(t, "", "").Pattern)
	check := func(date string) {
		day, err := time.Parse(time.DateOnly, date)
		if want := err == nil && day.Year() >= 1000; pattern.MatchString(date) != want {
			t.Fatalf("%s: the schema takes it for a date: %t", date, !want)
		}
	}
	for year := range 10000 {
		check(fmt.Sprintf("%04d-02-29", year))
	}
	for _, year := range []int{999, 1000, 1900, 2000, 2023, 2024, 9999} {
		for month := range 21 {
			for day := range 41 {
				check(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
}

func TestR03_SchemaKnowsTheBoundsOfDates(t *testing.T) {
	for _, c := range [][2]string{
		{"2024-02-29", "2025-10-09"}, {"1000-01-01", "9999-12-31"}, {"1999-12-31", "2000-01-01"},
		{"2019-09-19", "2020-02-20"},
	} {
		schema := schemaOfDate(t, c[0], c[1])
		require.Len(t, schema.AllOf, 2)
		from, until := regexp.MustCompile(schema.AllOf[0].Pattern), regexp.MustCompile(schema.AllOf[1].Pattern)
		for _, bound := range c {
			near, err := time.Parse(time.DateOnly, bound)
			require.NoError(t, err)
			for days := -800; days <= 800; days++ {
				day := near.AddDate(0, 0, days)
				if day.Year() < 1000 || day.Year() > 9999 {
					continue
				}
				date := day.Format(time.DateOnly)
				if from.MatchString(date) != (date >= c[0]) || until.MatchString(date) != (date <= c[1]) {
					t.Fatalf("%s in %v", date, c)
				}
			}
		}
		for year := 1000; year < 10000; year++ {
			date := fmt.Sprintf("%04d-06-15", year)
			if from.MatchString(date) != (date >= c[0]) || until.MatchString(date) != (date <= c[1]) {
				t.Fatalf("%s in %v", date, c)
			}
		}
	}
	assert.Len(t, schemaOfDate(t, "2024-02-29", "").AllOf, 1)
	assert.Len(t, schemaOfDate(t, "", "2024-02-29").AllOf, 1)
}
