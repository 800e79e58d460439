package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/memnet"
)

// While a server drains, /readyz says no and everything else goes on; then what is under way may end.
func TestRunDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const delay, work = 10 * time.Second, 15 * time.Second
		health, mux, network := &Health{}, http.NewServeMux(), memnet.Listen()
		health.Register(mux)
		mux.HandleFunc("/work", func(http.ResponseWriter, *http.Request) { <-time.After(work) })
		log := slog.New(slog.DiscardHandler)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- Run(ctx, NewServer(mux, time.Minute, log), network, nil, health, Drain{
				Delay: delay, Streams: func(context.Context) error { return nil }, Grace: time.Minute,
			}, log)
		}()
		client := &http.Client{Transport: &http.Transport{DialContext: network.Dial}}
		defer client.CloseIdleConnections()
		last := false // whether the connection ended with the answer
		get := func(path string) int {
			res, err := client.Get("http://server" + path)
			if err != nil {
				t.Errorf("GET %s: %v", path, err)
				return 0
			}
			defer res.Body.Close()
			_, _ = io.Copy(io.Discard, res.Body)
			last = res.Close
			return res.StatusCode
		}
		if status := get("/readyz"); status != http.StatusOK || last {
			t.Errorf("GET /readyz = %d, the last answer of its connection: %t, want 200 and not the last", status, last)
		}
		started := time.Now()
		stop()
		synctest.Wait()
		if status := get("/readyz"); status != http.StatusServiceUnavailable {
			t.Errorf("GET /readyz = %d while draining, want 503", status)
		}
		if status := get("/healthz"); status != http.StatusOK || !last {
			t.Errorf("GET /healthz = %d, the last answer of its connection: %t, want 200 and so while draining", status, last)
		}
		if status := get("/work"); status != http.StatusOK {
			t.Errorf("what was under way = %d, want 200", status)
		}
		if err := <-ended; err != nil || time.Since(started) < work || time.Since(started) > work+time.Second {
			t.Errorf("Run = %v after %v, want it to end with the work of %v", err, time.Since(started), work)
		}
		if _, err := network.Dial(ctx, "", ""); err == nil {
			t.Error("the port still answers after the end")
		}
	})
}

// Streams are told to end, and what takes longer than the grace is cut off.
func TestRunCutsOffWhatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const grace = 20 * time.Second
		network, arrived, told := memnet.Listen(), make(chan bool), make(chan bool, 1)
		endless := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
		})
		log := slog.New(slog.DiscardHandler)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- Run(ctx, NewServer(endless, time.Hour, log), network, nil, &Health{}, Drain{
				Streams: func(context.Context) error { told <- true; return nil }, Grace: grace,
			}, log)
		}()
		client := &http.Client{Transport: &http.Transport{DialContext: network.Dial}}
		defer client.CloseIdleConnections()
		failed := make(chan error, 1)
		go func() {
			res, err := client.Get("http://server/")
			if err == nil {
				_ = res.Body.Close()
			}
			failed <- err
		}()
		<-arrived
		started := time.Now()
		stop()
		if err := <-ended; err != nil || time.Since(started) < grace || time.Since(started) > grace+2*time.Second {
			t.Errorf("Run = %v after %v, want it to end after %v", err, time.Since(started), grace)
		}
		select {
		case <-told:
		default:
			t.Error("the streams are not told to end")
		}
		if err := <-failed; err == nil {
			t.Error("what takes too long is not cut off")
		}
	})
}
