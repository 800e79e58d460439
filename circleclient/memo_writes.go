package circleclient

import (
	"context"
	"errors"
)

// writer is a member if Circle has said whose the token is, else a token.
type writer struct {
	member int64
	token  TokenHash
}

// lastWrites are the versions after the last changes to what a writer reads, by class.
type lastWrites [classes]uint64

// wrote drops what a write has touched, for every token known to be the same member's. It is called at the end of a
// write, whatever its outcome: a read that follows has started after it.
func (m *memo) wrote(ctx context.Context, r *request, err error) {
	w := Written{Token: r.token, LeavesLong: leavesLongLived(r.route.template)}
	w.MemberID, _ = m.principals.Member(r.token)
	failure, _ := errors.AsType[*Error](err)
	w.Invented = failure != nil && isDeadToken(failure.Kind)
	m.note(w)
	if m.onWrote != nil && !w.Invented {
		m.onWrote(ctx, w)
	}
}

// Written is a write: whose it was, and what it leaves as it was.
type Written struct {
	Token TokenHash
	// MemberID is 0 if Circle has not said whose the token is.
	MemberID int64
	// LeavesLong reports whether what [livesLong] is as it was.
	LeavesLong bool
	// Invented reports whether Circle refuses the token. Such a write has changed nothing, and must not end what others
	// have.
	Invented bool
}

// note drops what a write has touched.
func (m *memo) note(writes Written) {
	w := writer{token: writes.Token}
	if writes.MemberID != 0 {
		w = writer{member: writes.MemberID}
	}
	changed := []class{classBrief, classChat, classNotifications}
	if !writes.LeavesLong {
		changed = append(changed, classLong, classSeldom)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark(w, changed...)
	if writes.MemberID == 0 && !writes.Invented {
		m.unowned = m.version
	}
}

// writtenElsewhere drops what a write of another process has touched. This one may not know whose the token is.
func (m *memo) writtenElsewhere(w Written) {
	if m.config.Bytes == 0 {
		return
	}
	m.note(w)
	if w.MemberID != 0 {
		w.MemberID, w.Invented = 0, true // it ends only what this token has read
		m.note(w)
	}
}

// mark notes a change to what a writer reads.
func (m *memo) mark(w writer, changed ...class) {
	m.version++
	if len(m.written) >= maxWriters {
		m.oldest = m.version
		clear(m.written)
	}
	last := m.written[w]
	for _, c := range changed {
		last[c] = m.version
	}
	m.written[w] = last
}

// lastWrite is the version that an answer to the token must have at least.
func (m *memo) lastWrite(token TokenHash, c class) uint64 {
	own := m.written[writer{token: token}]
	var all lastWrites
	if member, _ := m.principals.Member(token); member != 0 {
		all = m.written[writer{member: member}]
	}
	return max(m.oldest, own[c], all[c])
}

// changed drops what a member has read of a class, whichever of their tokens they have read it with. It is for what
// others have done.
func (m *memo) changed(memberID int64, c class) {
	if m.config.Bytes == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark(writer{member: memberID}, c)
}

// forget drops all that was answered to a token, which is dead, and ends its flights that nobody waits for.
func (m *memo) forget(hash TokenHash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark(writer{token: hash}, classBrief, classLong, classSeldom, classChat, classNotifications)
	for key := range m.answers.Keys() {
		if key.token == hash {
			m.answers.Invalidate(key)
		}
	}
	for key, f := range m.flights {
		if key.token == hash && f.orphaned {
			f.cancel()
		}
	}
}
