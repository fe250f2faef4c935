package main

import (
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/statelesshost"
)

func main() { flow.Main(statelesshost.New()) }
