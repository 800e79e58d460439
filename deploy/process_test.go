package deploy

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"circlegraph/internal/shared/redistest"
)

// builds is where the program is built, once for all tests.
var builds string

func TestMain(m *testing.M) {
	var err error
	if builds, err = os.MkdirTemp("", "circlegraph"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(builds)
	os.Exit(code)
}

// build builds the program, and returns what that said if it fails. The linker is quicker without what debuggers need.
var build = sync.OnceValues(func() (path, said string) {
	path = filepath.Join(builds, "circlegraph")
	out, err := exec.Command("go", "build", "-ldflags=-w", "-o", path, "..").CombinedOutput()
	if err != nil {
		said = fmt.Sprintf("%v\n%s", err, out)
	}
	return path, said
})

// built is the program.
func built(t *testing.T) string {
	t.Helper()
	path, said := build()
	if said != "" {
		t.Fatalf("go build: %s", said)
	}
	return path
}

// process is a program that a test runs.
type process struct {
	cmd      *exec.Cmd
	stopping atomic.Bool
	ended    chan struct{}
	err      error
}

// start runs a program until the test ends. If it ends before, the test fails with what it said.
func start(t *testing.T, c *exec.Cmd) *process {
	t.Helper()
	said, err := os.Create(filepath.Join(t.TempDir(), "said")) // a file, since nginx's workers hold on to it
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = said, said
	c.Cancel = func() error { return nil } // stopped below, and not by the test's context
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: c, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		if p.err = c.Wait(); !p.stopping.Load() {
			text, err := os.ReadFile(said.Name())
			t.Errorf("%s ended: %v\n%s", c.Path, errors.Join(p.err, err), text)
		}
	}()
	t.Cleanup(func() {
		_ = p.stop() // kindly, since nginx's workers would outlive it
		_ = said.Close()
	})
	return p
}

// stop asks the program to end, and waits until it has.
func (p *process) stop() error {
	p.stopping.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails if it has ended
	<-p.ended
	return p.err
}

// kill ends the program at once.
func (p *process) kill() {
	p.stopping.Store(true)
	_ = p.cmd.Process.Kill() // fails if it has ended
	<-p.ended
}

// until waits for other processes, which say nothing when they are ready, as long as the test has not failed.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for !done() {
		if t.Failed() {
			t.Fatalf("it does not come to this: %s", what)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// output runs a program to its end.
func output(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(redistest.FreePort(t)))
}
