package circleclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
)

// Cause is in a few words of this package why a call failed, for the operator: whether the name was not found, the
// connection was refused, TLS failed, time ran out, or what Circle answered. It is empty without an error.
func Cause(err error) string {
	failure, known := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return ""
	case known && failure.Status != 0:
		text := "status " + strconv.Itoa(failure.Status)
		if failure.Status < 300 {
			text += ", an answer that cannot be read"
		}
		return text
	case errors.Is(err, errResting):
		return errResting.Error()
	}
	if text := networkCause(err); text != "" {
		return text
	}
	if known {
		return failure.Kind.Error()
	}
	return "another failure"
}

// networkCause is why the network gave no answer; empty if something else is the matter.
func networkCause(err error) string {
	var network net.Error
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsTimeout {
			return "DNS: no answer in time"
		}
		return "DNS: the name was not found"
	}
	for _, bad := range []func() bool{
		isA[*tls.CertificateVerificationError](err), isA[tls.RecordHeaderError](err), isA[tls.AlertError](err),
		isA[x509.UnknownAuthorityError](err), isA[x509.HostnameError](err), isA[x509.CertificateInvalidError](err),
	} {
		if bad() {
			return "TLS: no trusted connection"
		}
	}
	dialing := false
	if op, ok := errors.AsType[*net.OpError](err); ok {
		dialing = op.Op == "dial"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "network unreachable"
	case errors.Is(err, context.Canceled):
		return "the caller left"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrTimeout), errors.As(err, &network) &&
		network.Timeout():
		if dialing {
			return "timeout while connecting"
		}
		return "timeout"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "the connection was cut off"
	case dialing:
		return "no connection"
	}
	return ""
}

func isA[E error](err error) func() bool {
	return func() bool { _, ok := errors.AsType[E](err); return ok }
}
