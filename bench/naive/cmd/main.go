// Command cmd serves the naive server.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"circlegraph/bench/naive"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "`address` to listen on")
	circle := flag.String("circle", "http://127.0.0.1:4010", "Circle's `address`")
	flag.Parse()
	mux := http.NewServeMux()
	mux.Handle("/graphql", naive.NewHandler(*circle))
	server := &http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, "naive:", err)
		os.Exit(1)
	}
}
