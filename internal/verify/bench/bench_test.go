package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkContest has the sides of every contest under go test, for profiles.
func BenchmarkContest(b *testing.B) {
	for _, c := range contests() {
		b.Run(c.name, func(b *testing.B) {
			m, err := c.prepare(true)
			if err != nil {
				b.Skip(err)
			}
			defer m.close()
			for _, s := range []struct {
				name string
				run  side
			}{{"ours", m.ours}, {"peer", m.peer}} {
				b.Run("side="+s.name, func(b *testing.B) {
					b.ReportAllocs()
					require.NoError(b, s.run(&bench{B: b}))
				})
			}
		})
	}
}
