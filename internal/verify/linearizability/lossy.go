package linearizability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"

	"github.com/koogallery/serviceflow/supervision/service"
)

// lossy is a client's way to the store, which loses an answer now and then,
// before or after the store has done its work.
type lossy struct {
	service.Store
	random *rand.Rand
	// cancel ends the context of the call under way; it is called during a save
	// now and then.
	cancel context.CancelFunc
	// saved hears of every save; nil for nobody.
	saved func(changes []service.Change, called int64, err error)
	clock func() int64
}

func (l *lossy) Create(ctx context.Context, changes ...service.Change) error {
	return l.write(func() error { return l.Store.Create(ctx, changes...) })
}

func (l *lossy) Save(ctx context.Context, changes ...service.Change) error {
	runtime.Gosched() // let others come between the load and the save
	called := l.clock()
	err := l.write(func() error { return l.Store.Save(ctx, changes...) })
	if l.saved != nil {
		l.saved(changes, called, err)
	}
	return err
}

func (l *lossy) write(save func() error) error {
	switch dice := l.random.IntN(40); {
	case dice == 0:
		return lost()
	case dice == 1:
		_ = save()
		return lost()
	case dice <= 3 && l.cancel != nil:
		go l.cancel()
	}
	return save()
}

func lost() error {
	return fmt.Errorf("linearizability: no answer: %w", service.ErrUnknownOutcome)
}
