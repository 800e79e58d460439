package shared

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

const (
	newsKey = prefix + "news"
	// maxNews is about how many items the stream holds.
	maxNews = "100000"
	// history is how far back a new instance reads: no revocation counts for longer.
	history = time.Hour + 5*time.Minute
	// overlap is how far back an instance reads again after an outage: the store may have lost its last writes, or its
	// clock may be another's.
	overlap = 5 * time.Minute
	// listening is how long a read waits for something to happen.
	listening = 2 * time.Second
)

// Kind is what has happened.
type Kind byte

// The kinds.
const (
	// Revoked is a token that is refused from now on until a time.
	Revoked Kind = 'r'
	// Wrote is a member, by a token, who has changed what they read.
	Wrote Kind = 'w'
)

// Item is a piece of news: that something has happened, and never what. Losing one makes an answer older, not wrong.
type Item struct {
	Kind   Kind
	Token  [32]byte // its hash
	Member int64    // 0 if it is not known
	Class  uint8    // of what was written
	Until  time.Time
}

const itemSize = 1 + 32 + 8 + 1 + 8

func (i Item) encode() []byte {
	b := append([]byte{byte(i.Kind)}, i.Token[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(i.Member)) //nolint:gosec // G115: there and back
	b = append(b, i.Class)
	return binary.BigEndian.AppendUint64(b, uint64(i.Until.Unix())) //nolint:gosec // G115: there and back
}

func decodeItem(b []byte) (i Item, ok bool) {
	if len(b) != itemSize {
		return i, false
	}
	i.Kind, i.Token, i.Class = Kind(b[0]), [32]byte(b[1:33]), b[41]
	i.Member = int64(binary.BigEndian.Uint64(b[33:]))              //nolint:gosec // G115: there and back
	i.Until = time.Unix(int64(binary.BigEndian.Uint64(b[42:])), 0) //nolint:gosec // G115: there and back
	return i, true
}

// News carry what has happened to the other instances. It is a stream, so that what was said while an instance was cut
// off is read afterwards.
type News struct {
	store  *Store
	listen []func(Item)
	wake   chan struct{}
	last   string    // the latest that was read; only the reader has it
	since  time.Time // of the store, when this instance began to read

	revoked lately
}

func newNews(s *Store) *News { return &News{store: s, wake: make(chan struct{}, 1)} }

// News are what the instances tell each other.
func (s *Store) News() *News { return s.news }

// Listen calls f with what others tell. It must be called before [Store.Start].
func (n *News) Listen(f func(Item)) { n.listen = append(n.listen, f) }

// Publish tells the other instances, and returns once the store has it or has failed to take it: then it is told again
// in the background. What happens while the store is away is lost, except for revocations.
func (n *News) Publish(ctx context.Context, item Item) {
	tell := func(ctx context.Context, by runner) error { return n.send(ctx, by, item) }
	if item.Kind == Revoked {
		n.revoked.keep(n.store.options.Now(), told{
			bytes: itemSize, until: item.Until,
			tell: func(ctx context.Context, by runner, _ time.Duration) error { return tell(ctx, by) },
		})
	}
	if err := tell(ctx, n.store.do); err != nil && !errors.Is(err, errNotSent) {
		n.store.later(tell) //nolint:contextcheck // it outlives the request
	}
}

func (n *News) send(ctx context.Context, by runner, item Item) error {
	box := rueidis.BinaryString(n.store.secrets.seal("news", item.encode()))
	return by(ctx, "news", func(ctx context.Context, c rueidis.Client) error {
		return c.Do(ctx, c.B().Xadd().Key(newsKey).Maxlen().Almost().Threshold(maxNews).Id("*").
			FieldValue().FieldValue("i", n.store.id).FieldValue("x", box).Build()).Error()
	})
}

// read tells listeners what others say, for as long as the store lives.
func (n *News) read() {
	s := n.store
	outage := true
	for pause(s.ctx, 0, nil) {
		client := s.client.Load()
		if client == nil || !s.up.Load() {
			outage = true
			if !pause(s.ctx, probing, n.wake) {
				return
			}
			continue
		}
		if outage {
			if err := n.begin(*client); err != nil {
				s.lose()
				continue
			}
			outage = false
		}
		if err := n.next(*client); err != nil && s.ctx.Err() == nil {
			outage = true
			pause(s.ctx, probing, nil)
		}
	}
}

// begin finds where to read from, by the clock of the store.
func (n *News) begin(c rueidis.Client) error {
	ctx, cancel := context.WithTimeout(n.store.ctx, n.store.options.Patience.Probe)
	defer cancel()
	said, err := c.Do(ctx, c.B().Time().Build()).AsStrSlice()
	if err != nil || len(said) < 1 {
		return ErrAway
	}
	seconds, err := strconv.ParseInt(said[0], 10, 64)
	if err != nil {
		return ErrAway
	}
	now := time.Unix(seconds, 0)
	back := overlap
	if n.last == "" {
		n.since, back = now, history
	}
	from := strconv.FormatInt(now.Add(-back).UnixMilli(), 10) + "-0"
	if n.last == "" || before(from, n.last) {
		n.last = from
	}
	return nil
}

// next waits for items and tells them.
func (n *News) next(c rueidis.Client) error {
	// With a deadline the client would wait for an answer after the store is closed, so the time is kept here.
	ctx, cancel := context.WithCancel(n.store.ctx)
	defer cancel()
	defer time.AfterFunc(listening+n.store.options.Patience.Probe, cancel).Stop()
	read := c.B().Xread().Count(1000).Block(listening.Milliseconds()).Streams().Key(newsKey).Id(n.last).Build()
	streams, err := c.Do(ctx, read).AsXRead()
	if rueidis.IsRedisNil(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range streams[newsKey] {
		n.last = entry.ID
		if entry.FieldValues["i"] == n.store.id {
			continue
		}
		plain, err := n.store.secrets.open("news", []byte(entry.FieldValues["x"]))
		item, ok := decodeItem(plain)
		if err != nil || !ok {
			n.store.measures.degraded.WithLabelValues("news").Inc()
			continue
		}
		at := timeOf(entry.ID)
		if item.Kind != Revoked && at.Before(n.since) {
			continue // of before this instance knew anything
		}
		for _, f := range n.listen {
			f(item)
		}
		n.store.measures.lag.Set(within(n.store.options.Now().Sub(at)))
	}
	return nil
}

// timeOf is when an entry was written.
func timeOf(id string) time.Time {
	text, _, _ := strings.Cut(id, "-")
	ms, _ := strconv.ParseInt(text, 10, 64) // the store has made it
	return time.UnixMilli(ms)
}

// before compares the ids of two entries by time.
func before(a, b string) bool { return timeOf(a).Before(timeOf(b)) }
