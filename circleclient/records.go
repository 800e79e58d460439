package circleclient

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A list carries much of what a read of one of its records would give. The memo therefore answers such a read from the
// lists that the same token was given a moment ago, if one of them carries all that is needed. It keeps no records of
// its own: it looks for them in the answers that it remembers anyway, and only once somebody asks for one. What is true
// of an answer is true of the records in it: it is for one token, and what changes its class ends it.

const (
	// maxLists is how many lists of one token are looked through, the newest.
	maxLists = 32
	// maxReads is how many reads of single records are noted for one token. Beyond it nothing answers for a list.
	maxReads = 64
	// listWeight and rowWeight are what it takes to find a list of a token and a record in a list, in bytes.
	listWeight = 120
	rowWeight  = 200
)

// carriers are what the memo has of one token's lists. They are an entry of the memo beside the answers, so that they
// are weighed and end like these. The memo's lock guards them.
type carriers struct {
	lists []list // the newest last
	reads []singleRead
}

// list is an answer that carries records.
type list struct {
	key   memoKey
	asked uint64
	until time.Time // when it no longer answers for its records
}

// singleRead is a read of one record by itself. Whatever came of it, no older list answers for the record afterwards:
// what was seen does not become older again, and what is gone does not come back.
type singleRead struct {
	recordName
	asked   uint64
	at      time.Time
	refused bool // neither for what is in it
}

// recordName is how a record is named in a path. What a path does not say is zero.
type recordName struct {
	Ref

	space, slug string // of a post, if it is named by slugs, or of a space
}

// row is a record in a list, as Circle wrote it.
type row struct {
	name   recordName // in all ways
	source Source
	json   []byte
	locked bool // of a lesson: its section is not released
}

// rows are the records of a list by their names: those of Circle's numbers, and those of slugs.
type rows map[recordName]*row

// carriersOf is the key of a token's carriers.
func carriersOf(token TokenHash) memoKey { return memoKey{token: token} }

// listed looks for a record in the lists that the caller was given a moment ago, the newest first, and returns what
// read makes of the first that suffices.
func listed[T any](ctx context.Context, c *Client, name recordName, read func(*row) (T, bool)) (record T, ok bool) {
	asking := AskingFrom(ctx)
	if !c.memo.reuses() || asking.Fresh || asking.Caller == nil {
		return record, false
	}
	token, err := asking.Caller.Token()
	if err != nil || token == "" {
		return record, false
	}
	for found := range c.memo.find(HashToken(token), name) {
		if record, ok = read(found); ok {
			r := &request{usage: asking.Usage, total: c.total}
			r.count(reused, 1)
			return record, true
		}
	}
	return record, false
}

// reuses reports whether lists answer for their records.
func (m *memo) reuses() bool { return m.config.Bytes > 0 && m.config.Records > 0 }

// find gives what lists have carried of a record, the newest first. A list that is older than the last read of the
// record by itself is not among them.
func (m *memo) find(token TokenHash, name recordName) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		for _, r := range m.lists(token, name.Type) {
			found := m.rowsOf(r)[name]
			if found != nil && !m.readSince(token, found, r.asked) && !yield(found) {
				return
			}
		}
	}
}

// lists returns the answers that carry records of a type and are still true for a token, the newest first.
func (m *memo) lists(token TokenHash, of RefType) []*remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, _ := m.answers.GetIfPresent(carriersOf(token))
	if known == nil {
		return nil
	}
	var good []*remembered
	for _, l := range slices.Backward(known.carriers.lists) {
		r, _ := m.answers.GetIfPresent(l.key)
		if r != nil && m.now().Before(l.until) && slices.Contains(carried[r.route.template].has, of) &&
			r.version >= m.leastOfLists(token, r.class) {
			good = append(good, r)
		}
	}
	return good
}

// leastOfLists is the version that a list must have at least. It is stricter than for answers, which are forgotten
// within seconds: as long as Circle has not said whose a token is, any write may be the same member's.
func (m *memo) leastOfLists(token TokenHash, c class) uint64 {
	if member, _ := m.principals.Member(token); member == 0 {
		return m.version
	}
	return max(m.lastWrite(token, c), m.unowned)
}

// readSince reports whether the record was read by itself after a list was asked for, or something that it is in was
// refused.
func (m *memo) readSince(token TokenHash, found *row, asked uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	of, _ := m.answers.GetIfPresent(carriersOf(token))
	return of == nil || slices.ContainsFunc(of.carriers.reads, func(r singleRead) bool {
		return r.asked > asked && (r.is(found.name) || r.refused && r.holds(found.name))
	})
}

// rowsOf finds the records of a list, once. The index is weighed with its list.
func (m *memo) rowsOf(r *remembered) rows {
	if known := r.rows.Load(); known != nil {
		return *known
	}
	made := carried[r.route.template].find(r.route, r.answer.body)
	if !r.rows.CompareAndSwap(nil, &made) {
		return *r.rows.Load()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if current, _ := m.answers.GetIfPresent(r.key); current == r {
		m.answers.Set(r.key, r) // to be weighed again
	}
	return made
}

// keepList notes that an answer carries records.
func (m *memo) keepList(key memoKey, r *remembered) {
	if !m.reuses() || carried[r.route.template].find == nil {
		return
	}
	m.changeCarriers(key.token, func(of *carriers) {
		of.lists = slices.DeleteFunc(of.lists, func(l list) bool { return l.key == key })
		until := r.at.Add(m.config.Records)
		if until.Before(r.until) && r.class == classSeldom { // it is given for as long itself
			until = r.until
		}
		of.lists = append(of.lists, list{key: key, asked: r.asked, until: until})
		slices.SortFunc(of.lists, func(a, b list) int { return cmp.Compare(a.asked, b.asked) })
		if len(of.lists) > maxLists {
			of.lists = of.lists[len(of.lists)-maxLists:]
		}
	})
}

// noteRead notes the read of a record by itself, or that Circle has refused what is beneath it.
func (m *memo) noteRead(key memoKey, f *flight, r *request) {
	if !m.reuses() {
		return
	}
	name, itself := r.route.names()
	refused := errors.Is(f.err, ErrNotFound) || errors.Is(f.err, ErrForbidden)
	if name == (recordName{}) || !refused && (f.err != nil || !itself) {
		return
	}
	m.changeCarriers(key.token, func(of *carriers) {
		if len(of.lists) == 0 {
			return
		}
		if len(of.reads) >= maxReads {
			of.lists, of.reads = nil, nil
		}
		of.reads = append(of.reads, singleRead{recordName: name, asked: f.asked, at: m.now(), refused: refused})
	})
}

// changeCarriers changes what is known of a token's lists, without what has become too old.
func (m *memo) changeCarriers(token TokenHash, change func(*carriers)) {
	key, now := carriersOf(token), m.now()
	var of carriers
	if known, _ := m.answers.GetIfPresent(key); known != nil {
		of = *known.carriers
	}
	longest := max(m.config.Records, m.config.Seldom)
	of.lists = slices.DeleteFunc(slices.Clone(of.lists), func(l list) bool { return !now.Before(l.until) })
	of.reads = slices.DeleteFunc(slices.Clone(of.reads), func(r singleRead) bool { return now.Sub(r.at) >= longest })
	change(&of)
	if len(of.lists) == 0 {
		m.answers.Invalidate(key)
		return
	}
	m.answers.Set(key, &remembered{key: key, carriers: &of, at: now, until: now.Add(longest)})
}

// is reports whether this is the name of a record whose names are all known.
func (n recordName) is(of recordName) bool {
	switch {
	case n.Type != of.Type:
		return false
	case n.slug != "":
		return n.slug == of.slug && n.space == of.space
	case n.Type == RefChatRoom:
		return n.Room == of.Room
	}
	return n.ID == of.ID
}

// holds reports whether a record with this name is what another one is in.
func (n recordName) holds(inside recordName) bool {
	switch n.Type {
	case RefSpace:
		return n.ID != 0 && n.ID == inside.Space || n.slug != "" && n.slug == inside.space
	case RefPost:
		return n.ID != 0 && n.ID == inside.Post
	case RefComment:
		return n.ID == inside.Parent
	default:
		return false
	}
}

// named are the kinds of records that stand behind a word in a path.
var named = map[string]RefType{
	"spaces": RefSpace, "courses": RefSpace, "posts": RefPost, "events": RefPost, "comments": RefComment,
	"replies": RefComment, "lessons": RefLesson, "messages": RefChatRoom, "community_members": RefMember,
}

// names returns the last record that a path names, and whether the path is the record's own. Numbers of posts and
// comments are their own in all of Circle, so the rest of the ref may be missing.
func (r route) names() (name recordName, itself bool) {
	template, path := strings.Split(r.template, "/"), strings.Split(r.path, "/")
	for i, gap := range template {
		if !strings.HasPrefix(gap, "{") {
			continue
		}
		of, space := named[template[i-1]], cmp.Or(name.slug, strconv.FormatInt(name.ID, 10))
		value, _ := url.PathUnescape(path[i]) // a route escapes it
		name = recordName{Ref: Ref{Type: of, ID: linkNumber(value)}}
		switch {
		case of == "":
			name = recordName{}
		case of == RefChatRoom:
			name.Ref = ChatRoomRef(value)
		case name.ID == 0:
			name.slug = value
			if of == RefPost {
				name.space = space
			}
		}
	}
	last := template[len(template)-1]
	return name, name.Type != "" && (strings.HasPrefix(last, "{") || last == "public_profile")
}
