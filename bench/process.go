package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"circlegraph/internal/freeport"
)

// ticks is how many units of CPU time /proc counts to a second: Linux has it so for all programs, whatever the kernel's
// own.
const ticks = 100

// process is a program under measure, in a process group of its own, so that what it starts counts with it.
type process struct {
	name string
	url  string // without a path
	cmd  *exec.Cmd
	log  string // path of what it writes
	done chan struct{}
}

// program says how to start a process. %ADDRESS%, %HOST% and %PORT% in arguments and environment become its address,
// and %WORK% becomes a directory that is removed at the end.
type program struct {
	name string
	args []string // the command first
	env  []string
	dir  string
	// prepare writes what the program reads at its start, and returns why it cannot run; nil if there is nothing to write.
	// fill replaces the placeholders.
	prepare func(ctx context.Context, fill func(string) string) error
	// ready is a path that answers when the program serves, with any status but 5xx.
	ready string
}

// start starts a program and waits until it serves.
func start(ctx context.Context, work string, p program) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(address)
	fill := strings.NewReplacer("%ADDRESS%", address, "%HOST%", host, "%PORT%", port, "%WORK%", work)
	if p.prepare != nil {
		if err := p.prepare(ctx, fill.Replace); err != nil {
			return nil, err
		}
	}
	args := make([]string, len(p.args))
	for i, arg := range p.args {
		args[i] = fill.Replace(arg)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return signalGroup(cmd, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = p.dir
	ownGroup(cmd)
	cmd.Env = os.Environ()
	for _, pair := range p.env {
		cmd.Env = append(cmd.Env, fill.Replace(pair))
	}
	log, err := os.Create(filepath.Join(work, strings.ReplaceAll(p.name, " ", "-")+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	proc := &process{name: p.name, url: "http://" + address, cmd: cmd, log: log.Name(), done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(proc.done)
	}()
	if err := proc.await(ctx, p.ready); err != nil {
		proc.stop()
		return nil, err
	}
	return proc, nil
}

// await asks until there is an answer that is not the server's failure, or the process ends.
func (p *process) await(ctx context.Context, path string) error {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close() // nobody reads it
			if res.StatusCode < http.StatusInternalServerError {
				return nil
			}
		}
		select {
		case <-again.C:
		case <-p.done:
			return fmt.Errorf("%s ended at once: %s", p.name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve: %s", p.name, p.tail())
		}
	}
}

// tail is the end of what the process has written, on one line.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return tail(text)
}

// tail is the end of a text, on one line.
func tail(text []byte) string {
	line := strings.Join(strings.Fields(string(text)), " ")
	return line[max(0, len(line)-300):]
}

// stop ends the process and what it has started.
func (p *process) stop() {
	_ = signalGroup(p.cmd, syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = signalGroup(p.cmd, syscall.SIGKILL)
		<-p.done
	}
}

// usage is what the process group has used: CPU time so far, and memory now.
func (p *process) usage() (cpu time.Duration, rss int64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name, in parentheses, may hold spaces; the third field follows it.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) < 22 || fields[2] != strconv.Itoa(p.cmd.Process.Pid) {
			continue
		}
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		cpu += time.Duration(user+system) * time.Second / ticks
		rss += pages * int64(os.Getpagesize())
	}
	return cpu, rss
}

// freeAddress is a loopback address that nobody listens on just now.
func freeAddress(ctx context.Context) (string, error) {
	port, err := freeport.Take(ctx)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}

// programs are the compiled ones: the facade itself, the naive server, and this program for the rest.
type programs struct {
	facade, naive, bench string
	source               string // the directory of this program's source
}

// workshop has what runs in processes of its own, compiled once for all commands that want it.
type workshop struct {
	once   sync.Once
	built  programs
	err    error
	remove func() // nil before anything was compiled
}

// programs are compiled when they are asked for first.
func (w *workshop) programs(ctx context.Context) (programs, error) {
	w.once.Do(func() {
		var dir string
		if dir, w.remove, w.err = workspace(); w.err == nil {
			w.built, w.err = build(ctx, dir)
		}
	})
	return w.built, w.err
}

// close removes them.
func (w *workshop) close() {
	if w.remove != nil {
		w.remove()
	}
}

// build compiles what runs in processes of its own, but for this program.
func build(ctx context.Context, work string) (programs, error) {
	built := programs{facade: filepath.Join(work, "circlegraph"), naive: filepath.Join(work, "naive")}
	var err error
	if built.bench, err = os.Executable(); err != nil {
		return built, err
	}
	for path, pkg := range map[string]string{
		built.facade: "circlegraph", built.naive: "circlegraph/bench/naive/cmd",
	} {
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
			return built, fmt.Errorf("building %s: %w: %s", pkg, err, out)
		}
	}
	dir, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "circlegraph/bench").Output()
	built.source = strings.TrimSpace(string(dir))
	return built, err
}

// workspace is a directory for one measurement. The returned function removes it.
func workspace() (string, func(), error) {
	dir, err := os.MkdirTemp("", "circlegraph-bench-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}
