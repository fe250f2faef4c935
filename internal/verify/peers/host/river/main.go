package main

import (
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/riverhost"
)

func main() { flow.Main(riverhost.New()) }
