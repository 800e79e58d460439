// Package redistest runs a real Redis for tests.
package redistest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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

// Run starts it, and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	s.process = exec.Command("redis-server", s.args...) //nolint:gosec,noctx // ours; Kill ends it
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 500 {
		if conn, err := net.Dial("unix", s.Socket); err == nil { //nolint:noctx // local
			_ = conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // a process says nothing when it is ready
	}
	s.t.Fatal("redis-server does not answer")
}

// Pause has it fall silent: it keeps its connections and answers nothing until Resume.
func (s *Server) Pause() { s.signal("-STOP") }

// Resume ends that.
func (s *Server) Resume() { s.signal("-CONT") }

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
	_ = s.process.Wait()
	_ = os.Remove(s.Socket)
	s.process = nil
}
