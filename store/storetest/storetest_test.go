package storetest_test

import (
	"testing"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) service.Store { return memory.New() })
}
