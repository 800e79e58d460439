package shared

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

const (
	// beat is how often an instance says that it is there.
	beat = 5 * time.Second
	// silence is after how long an instance counts as lost, and oblivion after how long as gone.
	silence, oblivion = 15 * time.Second, 10 * time.Minute
)

// roster is which instances there are.
type roster struct {
	seen, lost atomic.Int64 // those that are heard of, and those that have fallen silent without saying goodbye
	told       map[string]bool
}

// Instances is how many instances there are as far as this one knows: those that are heard of, itself included, and
// those that have fallen silent, which may be cut off and at work.
func (s *Store) Instances() int { return int(max(s.roster.seen.Load(), 1) + s.roster.lost.Load()) }

// Fleet is for how many instances shares are kept.
func (s *Store) Fleet() int { return max(s.Instances(), s.options.Instances, 1) }

// rosterScript notes an instance and gives all that were heard of within the time given, with how long ago that was.
// KEYS[1] is a sorted set by time.
const rosterScript = `
local now = clock()
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 2, #all, 2 do all[i] = string.format('%.0f', now - tonumber(all[i])) end
return all`

// attend says again and again that this instance is there, and looks who else is.
func (s *Store) attend() {
	script := s.script(rosterScript)
	s.roster.told = map[string]bool{}
	for {
		_ = s.do(s.ctx, "roster", func(ctx context.Context, c rueidis.Client) error {
			all, err := script.Exec(ctx, c, []string{prefix + "roster"}, []string{s.card(), millis(oblivion)}).AsStrSlice()
			if err == nil {
				s.look(all)
			}
			return err
		})
		if !pause(s.ctx, beat, s.beat) {
			return
		}
	}
}

// card is what an instance says of itself: an id made up at its start, the ids of its seal keys, its budget and its
// version. Nothing of it is secret: sealed tokens name the ids of keys too.
func (s *Store) card() string {
	return fmt.Sprintf("%s %s %d %s", s.id, strings.Join(s.options.SealKeys, ","), s.options.Requests, s.options.Version)
}

// look counts instances, and says once of each how it differs.
func (s *Store) look(all []string) {
	seen, lost := 0, 0
	for pair := range slices.Chunk(all, 2) {
		if len(pair) < 2 {
			break
		}
		ago, err := strconv.ParseInt(pair[1], 10, 64)
		if err != nil {
			continue
		}
		if time.Duration(ago)*time.Millisecond > silence {
			lost++
			continue
		}
		seen++
		s.compare(pair[0])
	}
	s.roster.seen.Store(int64(seen))
	s.roster.lost.Store(int64(lost))
}

// compare says how another instance differs from this one, once.
func (s *Store) compare(card string) {
	fields := strings.Fields(card)
	if len(fields) < 3 || fields[0] == s.id || s.roster.told[fields[0]] {
		return
	}
	s.roster.told[fields[0]] = true
	if len(s.roster.told) > 1000 {
		clear(s.roster.told)
	}
	theirs := strings.Split(fields[1], ",")
	for _, key := range s.options.SealKeys {
		if !slices.Contains(theirs, key) {
			s.log.Warn("another instance does not have a seal key of this one: what is sealed with it is refused there",
				"key", key)
		}
	}
	if requests, err := strconv.Atoi(fields[2]); err == nil && requests != s.options.Requests {
		s.log.Warn("another instance has another CIRCLEGRAPH_UPSTREAM_BUDGET: give all of them the same", "this",
			s.options.Requests, "other", requests)
	}
}

// leave says goodbye, so that nobody keeps a share for this instance.
func (s *Store) leave() {
	_ = s.do(s.ctx, "roster", func(ctx context.Context, c rueidis.Client) error {
		return c.Do(ctx, c.B().Zrem().Key(prefix+"roster").Member(s.card()).Build()).Error()
	})
}
