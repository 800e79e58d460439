package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"circlegraph/internal/memory"
)

// NewServer makes a server whose clients cannot hold a connection by being slow. requestTimeout is the longest that
// next takes; the answer may be written for a while after.
func NewServer(next http.Handler, requestTimeout time.Duration, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           next,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30*time.Second + requestTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         headAgain,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

const (
	// closing is how long who has begun to connect may take until the port is closed.
	closing = 250 * time.Millisecond
	// settling is how long requests may take to arrive on connections that were made before the port was closed. The HTTP
	// server drops what arrives once it is being shut down.
	settling = time.Second
)

// Listen opens a port whose newcomers can be ignored before it is closed. Multipath TCP, with which Go begins, cannot.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	return plain.Listen(ctx, "tcp", address)
}

// Drain says how to stop.
type Drain struct {
	// Delay is how long to go on after /readyz starts to say no.
	Delay time.Duration
	// Streams ends what would go on for ever, such as subscriptions, and returns once it has ended or its context has.
	Streams func(context.Context) error
	// Grace is how long requests under way may take to end.
	Grace time.Duration
}

// Run serves until ctx ends and then lets requests under way end. Heads of requests share the memory. The error is why
// serving failed, or nil.
func Run(
	ctx context.Context, server *http.Server, listener net.Listener, memory *memory.Budget, health *Health, drain Drain,
	log *slog.Logger,
) error {
	server.Handler = health.LastAnswers(server.Handler)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(heads{listener, memory}) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	health.Drain()
	log.Info("draining", "delay", drain.Delay, "grace", drain.Grace)
	delay := time.NewTimer(drain.Delay)
	defer delay.Stop()
	select {
	case err := <-failed:
		return err
	case <-delay.C:
	}
	ignoreNewcomers(listener)
	delay.Reset(closing)
	<-delay.C
	if err := listener.Close(); err != nil {
		return err
	}
	<-failed //nolint:errcheck // that of a closed port; nobody is let in any more
	delay.Reset(settling)
	<-delay.C
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain.Grace)
	defer cancel()
	streams := make(chan error, 1)
	go func() { streams <- drain.Streams(grace) }()
	if err := errors.Join(server.Shutdown(grace), <-streams); err != nil {
		log.Warn("requests were cut off", "error", err)
		_ = server.Close() // its error would be that of a connection that is being cut off anyway
	}
	log.Info("stopped")
	return nil
}

// Beside serves something else than the clients' server until stop is called. Heads of requests share the memory.
func Beside(listener net.Listener, memory *memory.Budget, next http.Handler, log *slog.Logger) (stop func()) {
	server := NewServer(next, time.Minute, log)
	go func() { _ = server.Serve(heads{listener, memory}) }() // ends with stop
	return func() { _ = server.Close() }
}
