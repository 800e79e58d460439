// Package redistest runs a real Redis for tests.
package redistest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Server is a Redis of a test's own, on a socket.
type Server struct {
	// URL is its address, and Socket the path in it.
	URL, Socket string

	t       testing.TB
	args    []string
	process *exec.Cmd
	ended   chan struct{} // closed once the process has ended
}

// Start runs a Redis until the test ends, with more arguments if there are any. Without one on this machine the test is
// skipped.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := New(t, args...)
	s.Run()
	return s
}

// New is Start for a Redis that does not run yet.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	s := &Server{
		URL: "unix://" + socket, Socket: socket, t: t,
		args: append([]string{
			"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir,
		}, args...),
	}
	t.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(dir)
	})
	return s
}

// Run starts it, and waits until it answers. The test fails if the process ends before that, such as over a port that
// somebody else has.
func (s *Server) Run() {
	s.t.Helper()
	output, err := os.Create(filepath.Join(filepath.Dir(s.Socket), "output"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = output.Close() }()
	s.process = exec.Command("redis-server", s.args...) //nolint:gosec,noctx // ours; Kill ends it
	s.process.Stdout, s.process.Stderr = output, output
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	for {
		if conn, err := net.Dial("unix", s.Socket); err == nil { //nolint:noctx // local
			_ = conn.Close()
			return
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(output.Name())
			s.t.Fatalf("redis-server ends before it answers:\n%s", said)
		case <-time.After(10 * time.Millisecond): // a process says nothing when it is ready
		}
	}
}

// Pause has it fall silent: it keeps its connections and answers nothing until Resume. It is silent once Pause returns.
func (s *Server) Pause() {
	s.t.Helper()
	s.signal("-STOP")
	for !strings.HasPrefix(s.state(), "T") {
		time.Sleep(time.Millisecond) //nolint:forbidigo // it goes on until the signal has reached it
	}
}

// Resume ends that.
func (s *Server) Resume() { s.signal("-CONT") }

// state is that of the process, as ps writes it.
func (s *Server) state() string {
	s.t.Helper()
	ps := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(s.process.Process.Pid)) //nolint:gosec,noctx // ours
	said, err := ps.Output()
	if err != nil {
		s.t.Fatalf("ps: %v", err)
	}
	return strings.TrimSpace(string(said))
}

func (s *Server) signal(signal string) {
	s.t.Helper()
	kill := exec.Command("kill", signal, strconv.Itoa(s.process.Process.Pid)) //nolint:gosec,noctx // ours
	if err := kill.Run(); err != nil {
		s.t.Fatal(err)
	}
}

// Kill ends it at once, and with it all that it knows.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	<-s.ended
	_ = os.Remove(s.Socket)
	s.process = nil
}
