package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR04_AWholeTemplateIsValid(t *testing.T) {
	require.NoError(t, full().Validate())
	bare := template.Template{Fields: []template.Field{{Key: "a", Label: "A", Kind: template.Line}}}
	assert.NoError(t, bare.Validate())
}

func TestR04_TemplatesAreBounded(t *testing.T) {
	form := template.Template{Title: strings.Repeat("文", 200), Intro: strings.Repeat("文", 4000)}
	for i := range 100 {
		form.Fields = append(form.Fields, template.Field{
			Key: fmt.Sprintf("%0128d", i), Label: strings.Repeat("文", 200), Help: strings.Repeat("文", 4000),
			Kind: template.Line,
		})
	}
	require.NoError(t, form.Validate())

	form.Title += "x"
	form.Intro += "x"
	form.Fields = append(form.Fields, template.Field{
		Key: strings.Repeat("x", 129), Label: strings.Repeat("文", 201), Help: strings.Repeat("文", 4001),
		Kind: template.Line,
	})
	assert.Equal(t, []string{
		"title too_long", "intro too_long", "fields too_many", "fields[100].key too_long",
		"fields[100].label too_long", "fields[100].help too_long",
	}, fields(form.Validate()))

	assert.Equal(t, []string{"fields required"}, fields(template.Template{}.Validate()))
}

func TestR04_TextsOfTemplatesAreClean(t *testing.T) {
	form := template.Template{Title: "a\nb", Intro: "a\r\nb", Fields: []template.Field{
		{Key: "", Label: "", Help: " x", Kind: template.Line},
		{Key: "a\tb", Label: "a\nb", Help: "a\x00", Kind: template.Line},
		{Key: "same", Label: "A", Kind: template.Line},
		{Key: "same", Label: "A", Help: "a\nb", Kind: template.Line},
		{Key: "none", Label: "A"},
		{Key: "other", Label: "A", Kind: "lines", Min: "x", Pattern: "("},
	}}
	assert.Equal(t, []string{
		"title line_break", "intro not_normalised",
		"fields[0].key required", "fields[0].label required", "fields[0].help untrimmed",
		"fields[1].key line_break", "fields[1].label line_break", "fields[1].help control_character",
		"fields[3].key duplicate", "fields[4].kind unknown", "fields[5].kind unknown",
	}, fields(form.Validate()))
}

// faultsOf validates one field and returns its faults without "fields[0].".
func faultsOf(f template.Field) string {
	f.Key, f.Label = "f", "F"
	list := fields(template.Template{Fields: []template.Field{f}}.Validate())
	return strings.ReplaceAll(strings.Join(list, ", "), "fields[0].", "")
}

func TestR04_ALeastIsNoMoreThanItsMost(t *testing.T) {
	for least, most := range map[int]int{1: 1, 4000: 4000, 5: 0} {
		assert.Empty(t, faultsOf(template.Field{Kind: template.Line, MinLength: least, MaxLength: most}))
	}
	for least, most := range map[int]int{2: 1, 4000: 5, 4001: 5} {
		assert.Equal(t, "min_length out_of_range",
			faultsOf(template.Field{Kind: template.Line, MinLength: least, MaxLength: most}))
	}
	var invalid *template.InvalidError
	swapped := template.Field{Key: "f", Label: "F", Kind: template.Line, MinLength: 3, MaxLength: 2}
	require.ErrorAs(t, template.Template{Fields: []template.Field{swapped}}.Validate(), &invalid)
	assert.Equal(t, [2]string{"0", "2"}, [2]string{invalid.Faults[0].Min, invalid.Faults[0].Max}, "what it may be")
}

func TestR04_ASettingBelongsToItsKinds(t *testing.T) {
	options := []template.Option{{Value: "a"}}
	settings := map[string]struct {
		set  func(f *template.Field)
		have string
	}{
		"min_length": {func(f *template.Field) { f.MinLength = 1 }, "line text"},
		"max_length": {func(f *template.Field) { f.MaxLength = 1 }, "line text"},
		"pattern":    {func(f *template.Field) { f.Pattern = "a" }, "line text"},
		"min": {func(f *template.Field) {
			f.Min = map[bool]string{true: "2024-01-01", false: "1"}[f.Kind == template.Date]
		}, "number integer date"},
		"max": {func(f *template.Field) {
			f.Max = map[bool]string{true: "2024-01-01", false: "1"}[f.Kind == template.Date]
		}, "number integer date"},
		"options":   {func(f *template.Field) { f.Options = options }, "choice choices"},
		"min_items": {func(f *template.Field) { f.MinItems = 1 }, "choices"},
		"max_items": {func(f *template.Field) { f.MaxItems = 1 }, "choices"},
	}
	for _, k := range template.Kinds() {
		for name, setting := range settings {
			f := template.Field{Kind: k}
			if k == template.Choice || k == template.Choices {
				f.Options = options
			}
			setting.set(&f)
			want := name + " not_applicable"
			if strings.Contains(" "+setting.have+" ", " "+string(k)+" ") {
				want = ""
			}
			assert.Equal(t, want, faultsOf(f), "%s of %s", name, k)
		}
	}
}

func TestR04_BoundsAreSound(t *testing.T) {
	three := []template.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}
	for _, c := range []struct {
		f    template.Field
		want string
	}{
		{template.Field{Kind: template.Line, MinLength: 4000, MaxLength: 4000}, ""},
		{template.Field{Kind: template.Line, MinLength: 4001}, "min_length out_of_range"},
		{template.Field{Kind: template.Line, MaxLength: 4001}, "max_length out_of_range"},
		{template.Field{Kind: template.Line, MinLength: -1}, "min_length out_of_range"},
		{template.Field{Kind: template.Line, MaxLength: -1}, "max_length out_of_range"},
		{template.Field{Kind: template.Text, MinLength: 3, MaxLength: 2}, "min_length out_of_range"},
		{template.Field{Kind: template.Text, MinLength: 2, MaxLength: 1}, "min_length out_of_range"},
		{template.Field{Kind: template.Text, MinLength: 3}, ""},
		{template.Field{Kind: template.Text, MinLength: 4001, MaxLength: 5}, "min_length out_of_range"},
		{template.Field{Kind: template.Choices, Options: three, MinItems: 3, MaxItems: 3}, ""},
		{template.Field{Kind: template.Choices, Options: three, MinItems: 4}, "min_items out_of_range"},
		{template.Field{Kind: template.Choices, Options: three, MaxItems: 4}, "max_items out_of_range"},
		{template.Field{Kind: template.Choices, Options: three, MinItems: 2, MaxItems: 1}, "min_items out_of_range"},

		{template.Field{Kind: template.Number, Min: "1.5", Max: "1.5"}, ""},
		{template.Field{Kind: template.Number, Min: "1.6", Max: "1.5"}, "min out_of_range"},
		{template.Field{Kind: template.Number, Min: "9", Max: "10"}, ""},
		{template.Field{Kind: template.Number, Min: "1.50", Max: "x"}, "min not_normalised, max malformed"},
		{template.Field{Kind: template.Number, Min: "1e400"}, "min malformed"},
		{template.Field{Kind: template.Integer, Min: "1.5", Max: "1"}, "min malformed"},
		{template.Field{Kind: template.Integer, Min: "1", Max: "1.5"}, "max malformed"},
		{template.Field{Kind: template.Integer, Min: "2", Max: "1"}, "min out_of_range"},
		{template.Field{Kind: template.Date, Min: "2024-02-29", Max: "2024-02-29"}, ""},
		{template.Field{Kind: template.Date, Min: "2024-03-01", Max: "2024-02-29"}, "min out_of_range"},
		{template.Field{Kind: template.Date, Min: "2023-02-29", Max: "2024-1-1"}, "min malformed, max malformed"},
		{template.Field{Kind: template.Date, Min: "2025-01-01"}, ""},
		{template.Field{Kind: template.Date, Max: "2025-01-01"}, ""},
	} {
		assert.Equal(t, c.want, faultsOf(c.f), "%+v", c.f)
	}
}

func TestR04_OptionsAreSound(t *testing.T) {
	var hundred []template.Option
	for i := range 100 {
		hundred = append(hundred, template.Option{Value: fmt.Sprintf("%0128d", i), Label: strings.Repeat("文", 200)})
	}
	for _, k := range []template.Kind{template.Choice, template.Choices} {
		assert.Equal(t, "options required", faultsOf(template.Field{Kind: k}))
		assert.Empty(t, faultsOf(template.Field{Kind: k, Options: hundred}))
		more := append(hundred[:100:100],
			template.Option{Value: strings.Repeat("x", 129), Label: strings.Repeat("文", 201)})
		assert.Equal(t, "options too_many, options[100].value too_long, options[100].label too_long",
			faultsOf(template.Field{Kind: k, Options: more}))
		assert.Equal(t, "options[0].value required, options[1].label line_break, "+
			"options[2].value duplicate, options[3].value untrimmed",
			faultsOf(template.Field{Kind: k,
				Options: []template.Option{{}, {Value: "a", Label: "a\nb"}, {Value: "a"}, {Value: " b"}}}))
	}
}

func TestR04_ADefaultIsAnAnswer(t *testing.T) {
	options := []template.Option{{Value: "a"}}
	for _, c := range []struct {
		f    template.Field
		want string
	}{
		{template.Field{Kind: template.Line, Default: "a"}, ""},
		{template.Field{Kind: template.Line, Default: ""}, "default required"},
		{template.Field{Kind: template.Line, Default: " a"}, "default untrimmed"},
		{template.Field{Kind: template.Line, Default: "a", MinLength: 2}, "default too_short"},
		{template.Field{Kind: template.Line, Default: "a", MinLength: -1}, "min_length out_of_range"},
		{template.Field{Kind: template.Line, Default: "a", MinLength: 3, MaxLength: 2}, "min_length out_of_range"},
		{template.Field{Kind: template.Line, Default: "a", Pattern: "b"}, "default pattern_mismatch"},
		{template.Field{Kind: template.Line, Default: "b", Pattern: "b"}, ""},
		{template.Field{Kind: template.Number, Default: 1}, "default wrong_type"},
		{template.Field{Kind: template.Number, Default: json.Number("1.0")}, "default not_normalised"},
		{template.Field{Kind: template.YesNo, Default: false}, ""},
		{template.Field{Kind: template.Choice, Options: options, Default: "b"}, "default not_an_option"},
		{template.Field{Kind: template.Choices, Options: options, Default: []string{}}, "default too_few"},
		{template.Field{Kind: template.Choices, Options: options, Default: "a"}, "default wrong_type"},
	} {
		assert.Equal(t, c.want, faultsOf(c.f), "%+v", c.f)
	}
}
