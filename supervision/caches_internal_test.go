package supervision

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision/template"
)

// What is remembered may be chosen by strangers, so there is only so much of it.

func TestPolicyFormsAreBounded(t *testing.T) {
	forms := policyForms{texts: make(map[Policy]string), values: make(map[string]Policy)}
	policy := Guide()
	for n := range 2 * maxPolicyForms {
		policy.Name = fmt.Sprint(n)
		forms.written(policy, []byte(policy.Name))
		forms.read([]byte(policy.Name), policy)

		require.Len(t, forms.texts, n%maxPolicyForms+1)
		require.Len(t, forms.values, n%maxPolicyForms+1)
		require.Equal(t, policy.Name, string(forms.text(policy)))
		known, ok := forms.value([]byte(policy.Name))
		require.True(t, ok)
		require.Equal(t, policy, known)
	}
	long := strings.Repeat(" ", maxPolicyForm)
	forms.read([]byte(long), policy)
	_, ok := forms.value([]byte(long))
	require.True(t, ok)
	forms.read([]byte(long+" "), policy)
	_, ok = forms.value([]byte(long + " "))
	require.False(t, ok)
}

func TestPolicyFormsAreOfWhatCanBeWritten(t *testing.T) {
	policy := Guide()
	policy.Name = t.Name()
	text, err := policy.MarshalJSON()
	require.NoError(t, err)
	remembered := policies.text(policy)
	require.Equal(t, text, remembered)
	clear(remembered)
	require.Equal(t, text, policies.text(policy), "each caller gets its own")

	policy.Start = 0
	for range 2 {
		_, err = policy.MarshalJSON()
		require.ErrorIs(t, err, ErrUnknown)
	}
}

func TestTemplateCacheIsBounded(t *testing.T) {
	var cache templateCache
	for n := range 2 * maxCachedTemplates {
		id := templateID{"s-1", "p-1", n + 1}
		cache.put(id, &template.Template{})
		require.Len(t, cache.held, n%maxCachedTemplates+1)
		require.NotNil(t, cache.get(id))
	}
}
