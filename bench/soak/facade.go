package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

const trustedSecret = "a-secret-of-the-soak-run-0123456789"

// facade is the program under watch, in a process of its own.
type facade struct {
	url, metrics string // without a path
	cmd          *exec.Cmd
	ended        chan struct{}
	how          error // it ended; set before ended closes
	remove       func()

	mu  sync.Mutex
	bad []string // lines of its log that nobody should need to read
}

// startFacade compiles and starts it. What it remembers is little and for a short time, so that it is soon as much as
// it will ever be, and it collects garbage often, so that what it uses is what it needs.
func startFacade(ctx context.Context, circle string) (*facade, error) {
	dir, err := os.MkdirTemp("", "circlegraph-soak-")
	if err != nil {
		return nil, err
	}
	f := &facade{ended: make(chan struct{}), remove: func() { _ = os.RemoveAll(dir) }}
	program := filepath.Join(dir, "circlegraph")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "circlegraph").CombinedOutput(); err != nil {
		f.remove()
		return nil, fmt.Errorf("building the facade: %w: %s", err, out)
	}
	f.cmd = exec.CommandContext(context.WithoutCancel(ctx), program, "--listen", "127.0.0.1:0", "--admin-listen",
		"127.0.0.1:0")
	f.cmd.Env = append(os.Environ(), "GOGC=25",
		"CIRCLE_URL="+circle, "CIRCLE_HEADLESS_TOKEN="+headlessToken, "CIRCLEGRAPH_LOGIN=trusted",
		"CIRCLEGRAPH_TRUSTED_SECRET="+trustedSecret,
		"CIRCLEGRAPH_UPSTREAM_BUDGET=10000000", "CIRCLEGRAPH_REQUEST_TIMEOUT=4s", "CIRCLEGRAPH_UPSTREAM_TIMEOUT=2s",
		"CIRCLEGRAPH_MEMO_BYTES=4194304", "CIRCLEGRAPH_MEMO_BRIEF=1s", "CIRCLEGRAPH_MEMO_LONG=2s",
		"CIRCLEGRAPH_MEMO_STALE=2s")
	log, err := f.cmd.StderrPipe()
	if err == nil {
		err = f.cmd.Start()
	}
	if err != nil {
		f.remove()
		return nil, err
	}
	serving := make(chan struct{})
	go f.follow(log, serving)
	select {
	case <-serving:
		return f, nil
	case <-f.ended:
		f.remove()
		return nil, fmt.Errorf("the facade does not start: %w", errors.Join(f.how, f.complaints()))
	}
}

var (
	addresses = regexp.MustCompile(`msg="?serving( metrics)?"? address=(\S+)`)
	complaint = regexp.MustCompile(`level=ERROR|msg="a resolver panicked"|panic|goroutine|msg="requests were cut off"`)
)

// follow reads the log until the process ends.
func (f *facade) follow(log io.Reader, serving chan struct{}) {
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if at := addresses.FindStringSubmatch(line); at != nil && at[1] != "" {
			f.metrics = "http://" + at[2]
		} else if at != nil {
			f.url = "http://" + at[2]
			close(serving)
		}
		if complaint.MatchString(line) {
			f.mu.Lock()
			f.bad = append(f.bad, line[:min(len(line), 500)])
			f.mu.Unlock()
		}
	}
	f.how = f.cmd.Wait()
	close(f.ended)
}

// complaints are what the log should not hold, as an error.
func (f *facade) complaints() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.bad) == 0 {
		return nil
	}
	return fmt.Errorf("%d lines of the log complain, such as\n%s", len(f.bad),
		strings.Join(f.bad[:min(len(f.bad), 5)], "\n"))
}

// stop ends the process and returns how it ended.
func (f *facade) stop() error {
	if err := f.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-f.ended:
		if f.how != nil {
			return fmt.Errorf("the facade ended with %w", f.how)
		}
		return nil
	case <-time.After(30 * time.Second):
		return errors.New("the facade does not stop")
	}
}

// kill ends the process in any case.
func (f *facade) kill() {
	_ = f.cmd.Process.Kill() // it may have ended
	<-f.ended
	f.remove()
}
