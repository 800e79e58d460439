package web

import (
	"net"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// ignoreNewcomers makes the kernel overlook who begins to connect, while who has begun still comes in. Closing a port
// resets the connections that nobody has accepted yet, with requests that a proxy must not send again. Who was
// overlooked asks again after a second, finds the port closed and goes elsewhere.
//
// Where the kernel does not know this, nothing changes.
func ignoreNewcomers(listener net.Listener) {
	port, ok := listener.(syscall.Conn)
	if !ok {
		return
	}
	const flags, syn, ack = 13, 0x02, 0x10 // of the header of TCP: RFC 9293, section 3.1
	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: flags, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: syn | ack},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: syn, SkipTrue: 1},
		bpf.RetConstant{Val: 1 << 20}, // bytes: all
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return
	}
	filter := make([]unix.SockFilter, len(program))
	for i, p := range program {
		filter[i] = unix.SockFilter{Code: p.Op, Jt: p.Jt, Jf: p.Jf, K: p.K}
	}
	raw, err := port.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		attached := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]} //nolint:gosec // G115: five
		_ = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &attached)
	})
}
