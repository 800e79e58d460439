package live

import (
	"context"
	"errors"
	"net/http"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/cable"
)

// dial opens a cable with a token.
func (m *member) dial(t token) {
	reason, ok := m.live.gate.admit()
	if !ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.why = reason
		m.plan(true, true)
		m.report(true, true)
		return
	}
	if m.live.dials.Wait(m.ctx) != nil {
		m.live.gate.release()
		return
	}
	conn, err := m.open(t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.live.gate.release()
		m.failed(t, err)
		return
	}
	m.live.gate.wasAccepted()
	if m.over {
		m.live.gate.release()
		conn.Close()
		return
	}
	m.probe = 0
	s := &session{conn: conn, token: t, settled: map[cable.Identifier]bool{}, asked: map[cable.Identifier]bool{}}
	if m.current == nil {
		m.current = s
		if m.wasLive {
			m.live.counts.reconnect()
		}
	} else {
		m.next = s
	}
	m.start(func(context.Context) { m.listen(s) })
	m.subscribe(s, m.wanted())
	m.ready(s)
}

// open opens a cable, which Circle may count as a request.
func (m *member) open(t token) (conn *cable.Conn, err error) {
	o := m.live.options
	ctx := circleclient.With(m.ctx, circleclient.As(t), circleclient.InBackground)
	paced := o.Client.Paced(ctx, "/cable", func() error {
		conn, err = cable.Dial(m.ctx, cable.Options{
			URL: o.URL, Origin: o.Origin, Token: t.text, UserAgent: o.UserAgent, Client: m.live.http,
		})
		if refused, ok := errors.AsType[*cable.Refused](err); ok && refused.Status == http.StatusTooManyRequests {
			return &circleclient.Error{
				Kind: circleclient.ErrRateLimited, Status: refused.Status, RetryAfter: refused.RetryAfter,
			}
		}
		return nil
	})
	if conn == nil && err == nil { // there is no budget for it
		err = paced
	}
	return conn, err
}

// failed notes that a cable does not open.
func (m *member) failed(t token, err error) {
	refused, _ := errors.AsType[*cable.Refused](err)
	m.why = ReasonConnecting
	switch {
	case refused == nil || refused.Reconnect:
		wait := m.backoff.Next()
		if refused != nil {
			wait = max(wait, refused.RetryAfter)
		}
		m.pause(wait)
	case refused.IsToken():
		m.refuse(t)
		m.poke() // another token may do
	default:
		m.why = ReasonRefused
		m.live.gate.wasRefused(m.id)
		m.pause(probes[min(m.probe, len(probes)-1)])
		m.probe++
	}
	m.plan(true, true)
	m.report(true, true)
}

// pause keeps the member from dialling for a while.
func (m *member) pause(d time.Duration) {
	m.paused = true
	m.later(d, func() { m.paused = false })
}
