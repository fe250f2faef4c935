package linearizability

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/anishathalye/porcupine"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
)

// input is what somebody asked for.
type input struct {
	// kind is "open", "do", "read", "settle" or "records".
	kind  string
	order string
	// at is the instant that the service read from its clock.
	at      int64
	command model.Command
	key     string
	// expects is the version that the command depends on; 0 for none.
	expects int
}

// output is the answer.
type output struct {
	// unknown says that there was none: applied or not, nobody knows.
	unknown bool
	order   supervision.Order
	err     error
	records []supervision.Record
}

// history collects operations. Its clock only counts, so that no two instants
// are the same.
type history struct {
	ticks atomic.Int64
	mu    sync.Mutex
	list  []porcupine.Operation
}

func (h *history) now() int64 { return h.ticks.Add(1) }

// add notes an operation that has just been answered.
func (h *history) add(client int, in input, called int64, out output) {
	returned := h.now()
	if out.unknown {
		returned = math.MaxInt64 // it may happen at any time
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list,
		porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: returned})
}

// byOrder splits a history: orders know nothing of one another.
func byOrder(list []porcupine.Operation) [][]porcupine.Operation {
	place := map[string]int{}
	var parts [][]porcupine.Operation
	for _, op := range list {
		id := op.Input.(input).order
		i, ok := place[id]
		if !ok {
			i = len(parts)
			place[id] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], op)
	}
	return parts
}
