// A web server of 50 clients, a child process, files, and what it sees of the network.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { fmt.Fprint(to, "served") }))
	var group sync.WaitGroup
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			answer, err := http.Get("http://" + listener.Addr().String())
			check(err)
			body, err := io.ReadAll(answer.Body)
			check(err)
			if string(body) != "served" {
				panic(string(body))
			}
		}()
	}
	group.Wait()
	said, err := exec.Command("sh", "-c", "echo $((6*7))").Output()
	check(err)
	if string(said) != "42\n" {
		panic(string(said))
	}
	interfaces, err := net.Interfaces()
	check(err)
	addresses, err := interfaces[0].Addrs()
	check(err)
	found, err := net.LookupHost("localhost")
	check(err)
	file, err := os.CreateTemp("", "work")
	check(err)
	_, err = file.WriteString("text")
	check(err)
	check(os.Rename(file.Name(), file.Name()+".moved"))
	fmt.Println("done", len(interfaces) > 0, len(addresses) > 0, len(found) > 0)
}
