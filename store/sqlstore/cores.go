package sqlstore

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// share is how many documents are worth a goroutine.
const share = 16

// onAllCores calls f with 0 to n-1, at once where there is enough to do: most of
// what a batch costs its host is JSON.
func onAllCores(n int, f func(i int)) {
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(i)
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n/share) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}
