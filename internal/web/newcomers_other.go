//go:build !linux

package web

import "net"

// ignoreNewcomers does nothing: only Linux can.
func ignoreNewcomers(net.Listener) {}
