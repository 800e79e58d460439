package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
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
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
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

// Run serves until ctx ends and then lets requests under way end. The error is why serving failed, or nil.
func Run(
	ctx context.Context, server *http.Server, listener net.Listener, health *Health, drain Drain, log *slog.Logger,
) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
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
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain.Grace)
	defer cancel()
	streams := make(chan error, 1)
	go func() { streams <- drain.Streams(grace) }()
	if err := errors.Join(server.Shutdown(grace), <-streams); err != nil {
		log.Warn("requests were cut off", "error", err)
		_ = server.Close() // its error would be that of a connection that is being cut off anyway
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("stopped")
	return nil
}

// Beside serves something else than the clients' server until stop is called.
func Beside(listener net.Listener, next http.Handler, log *slog.Logger) (stop func()) {
	server := NewServer(next, time.Minute, log)
	go func() { _ = server.Serve(listener) }() // ends with stop
	return func() { _ = server.Close() }
}
