// Command hello is a host without the library, for comparing sizes.
package main

import "fmt"

func main() { fmt.Println("hello") }
