package overlay

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReports(t *testing.T) {
	for name, c := range map[string]struct{ report, test, problem string }{
		"a subtest": {`{"Action":"run","Test":"TestA"}
{"Action":"fail","Test":"TestA/b"}
{"Action":"fail","Test":"TestA"}
{"Action":"fail"}`, "TestA/b", ""},
		"a hang": {`{"Action":"run","Test":"TestA"}
{"Action":"pass","Test":"TestA"}
{"Action":"run","Test":"TestB"}
{"Action":"fail"}`, "TestB", ""},
		"no build": {`{"Action":"build-output","Output":"undefined: x"}
{"Action":"build-fail"}
{"Action":"fail"}`, "", "does not compile"},
		"no test":   {`{"Action":"output","Output":"panic"}` + "\n" + `{"Action":"fail"}`, "", "none of its tests"},
		"no report": {"", "", "without a report"},
	} {
		t.Run(name, func(t *testing.T) {
			test, err := firstFailure(strings.NewReader(c.report))
			assert.Equal(t, c.test, test)
			if c.problem != "" {
				assert.ErrorContains(t, err, c.problem)
			}
		})
	}
}
