//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a program a process group of its own, so that what it starts can be ended and counted with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup sends the signal to a program and to what it has started.
func signalGroup(cmd *exec.Cmd, signal syscall.Signal) error {
	return syscall.Kill(-cmd.Process.Pid, signal)
}
