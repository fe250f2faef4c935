package main

import (
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/looplabhost"
)

func main() { flow.Main(looplabhost.New()) }
