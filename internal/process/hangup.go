package process

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// OnHangup calls again each time the process gets a SIGHUP, one call after the other, until ctx ends. Once it has
// returned the signal ends nothing, also after ctx. Windows sends none.
func OnHangup(ctx context.Context, again func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
				again()
			}
		}
	}()
}
