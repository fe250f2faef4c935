package main

import (
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/ours"
)

func main() { flow.Main(ours.New(true)) }
