// Command blank is a host that imports the library and uses nothing of it.
package main

import (
	"fmt"

	_ "github.com/koogallery/serviceflow/supervision"
)

func main() { fmt.Println("hello") }
