package main

import (
	"github.com/koogallery/serviceflow/internal/verify/peers/dboshost"
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
)

func main() { flow.Main(dboshost.New()) }
