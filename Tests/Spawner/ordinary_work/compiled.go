// What a compiled program does for a living, with Go's standard library alone.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func goroutines() {
	var group sync.WaitGroup
	results := make(chan int, 1000)
	for number := 0; number < 1000; number++ {
		group.Add(1)
		go func() { defer group.Done(); results <- 1; runtime.Gosched() }()
	}
	group.Wait()
	runtime.GC()
	if len(results) != 1000 {
		panic("not all ran")
	}
}

func files() {
	must(os.MkdirAll("/tmp/work/deep", 0o700))
	must(os.WriteFile("/tmp/work/a", []byte("text"), 0o600))
	must(os.Rename("/tmp/work/a", "/tmp/work/b"))
	must(os.Symlink("b", "/tmp/work/link"))
	must(os.Chtimes("/tmp/work/b", time.Unix(1, 0), time.Unix(1, 0)))
	source, err := os.Open("/tmp/work/b")
	must(err)
	target, err := os.CreateTemp("", "work")
	must(err)
	_, err = io.Copy(target, source)
	must(err)
	must(target.Sync())
	must(os.RemoveAll("/tmp/work"))
}

func network() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	answer, err := http.Post("http://"+listener.Addr().String(), "text/plain", strings.NewReader("ping"))
	must(err)
	text, err := io.ReadAll(answer.Body)
	must(err)
	if string(text) != "ping" {
		panic(string(text))
	}
	if _, err := net.LookupHost("no.such.name.example"); err == nil {
		panic("a name was found without a network")
	}
}

func processes() {
	out, err := exec.Command("/bin/sh", "-c", "echo child").Output()
	must(err)
	if string(out) != "child\n" {
		panic(string(out))
	}
	limited, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if exec.CommandContext(limited, "/bin/sleep", "60").Run() == nil {
		panic("the time limit did not come")
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1)
	must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-caught
}

func main() {
	goroutines()
	files()
	network()
	processes()
	_, err := rand.Read(make([]byte, 16))
	must(err)
	fmt.Println("all well")
}
