// Package shared lets several instances act as one: what they must know of each other goes through Redis or Valkey.
// Nothing in the store is of use to whoever reads it: keys are hashed with a secret, values are sealed.
package shared

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

const (
	// prefix begins the name of all that is in the store.
	prefix = "cg:"
	// patience is how long a command may take.
	patience = 100 * time.Millisecond
	// claimPatience is that of one without which something would be done twice, which is worse than late, and of what is
	// told again, for which nobody waits.
	claimPatience = 2 * time.Second
	// retrying is the pause before it is tried again.
	retrying = 10 * time.Millisecond
	// probePatience is that of a sign of life, for which nobody waits. A busy machine is not taken for an outage.
	probePatience = time.Second
	// failures in a row are taken for an outage: from then on nobody waits for the store until it answers a ping.
	failures = 3
	// probing is the pause between two attempts to reach the store.
	probing = 250 * time.Millisecond
	// retained is for how long something that the store could not be told is told again.
	retained = 30 * time.Second
	// maxRetained is how many such things there may be.
	maxRetained = 1000
)

// LeastRights are the rights that a user of the store needs, as Redis's ACL writes them.
const LeastRights = "~cg:* resetchannels -@all +@connection +get +set +del +pttl +hmget +hgetall +hset +hdel " +
	"+pexpire +time +eval +evalsha +script|load +xadd +xread +zadd +zcount +zrange +zrem +zremrangebyscore +info +role " +
	"+cluster|slots +cluster|shards"

// ErrAway is a store that cannot be reached.
var ErrAway = errors.New("the shared store cannot be reached")

// errNotSent is ErrAway if nothing was sent.
var errNotSent = fmt.Errorf("%w: nothing was sent", ErrAway)

// Options say which store is used, and how.
type Options struct {
	// URL is the address of the store, see [Parse].
	URL string
	// Names and Values are keys of 32 bytes derived from each seal key: the first ones write, all of them are read with.
	Names, Values [][]byte
	// SealKeys are the public ids of the seal keys, for [Store.Compare].
	SealKeys []string
	// Instances is for how many instances a share is kept while nobody knows how many there are.
	Instances int
	// Requests is the budget, which all instances must agree about.
	Requests int
	// Version is the program's.
	Version string
	// Logger gets a line when the store is away, and when it is back.
	Logger *slog.Logger
	// Now is the clock.
	Now func() time.Time
	// Patience is other than usual in tests, which nothing else may make slow.
	Patience Patience

	clock string // of scripts, in tests; Redis's own if empty
}

// Patience is how long the store may take. What is zero is as usual.
type Patience struct {
	// Command is for a command, Claim for one that is told again until the store answers, Probe for a sign of life and
	// for a connection, and Later for what the store is told again in the background.
	Command, Claim, Probe, Later time.Duration
}

// orUsual fills in what is usual.
func (p Patience) orUsual() Patience {
	return Patience{
		Command: cmp.Or(p.Command, patience), Claim: cmp.Or(p.Claim, claimPatience), Probe: cmp.Or(p.Probe, probePatience),
		Later: cmp.Or(p.Later, retained),
	}
}

// Store is the connection to what instances share. It is safe for concurrent use.
type Store struct {
	options Options
	connect rueidis.ClientOption
	login   atomic.Pointer[rueidis.AuthCredentials] // of new connections
	secrets secrets
	id      string // of this instance
	log     *slog.Logger

	ctx  context.Context //nolint:containedctx // the life of what runs in the background
	stop context.CancelFunc
	work sync.WaitGroup

	client   atomic.Pointer[rueidis.Client]
	reaching sync.Mutex // while there is no client
	up       atomic.Bool
	away     atomic.Bool   // the last sign of life that was asked for did not come
	failed   atomic.Int64  // in a row
	wake     chan struct{} // of the probe
	beat     chan struct{} // of the roster
	retained atomic.Int64
	outcomes lately // of keyed writes
	used     lately // ID tokens
	measures measures
	roster   roster
	news     *News
}

// Open begins to connect and returns at once: an instance starts and serves without its store. The error is an address
// that cannot be used.
func Open(o Options) (*Store, error) {
	connect, err := Parse(o.URL)
	if err != nil {
		return nil, err
	}
	secrets, err := newSecrets(o.Names, o.Values)
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if probe := o.Patience.Probe; probe > 0 {
		connect.ConnWriteTimeout, connect.Dialer.Timeout, connect.Sentinel.Dialer.Timeout = probe, probe, probe
	}
	o.Patience = o.Patience.orUsual()
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{
		options: o, connect: connect, secrets: secrets, id: rand.Text()[:16], log: o.Logger,
		ctx: ctx, stop: stop, wake: make(chan struct{}, 1), beat: make(chan struct{}, 1), measures: newMeasures(),
	}
	s.news = newNews(s)
	s.login.Store(&rueidis.AuthCredentials{Username: connect.Username, Password: connect.Password})
	if connect.Sentinel.MasterSet == "" { // or sentinels would be told what is for the store
		s.connect.AuthCredentialsFn = func(rueidis.AuthCredentialsContext) (rueidis.AuthCredentials, error) {
			return *s.login.Load(), nil
		}
	}
	return s, nil
}

// UseLogin takes the user and password of an address for the connections to come. Those that are open go on. The error
// is an address of another store, which needs another process; it shows nothing of the address.
func (s *Store) UseLogin(address string) error {
	connect, err := Parse(address)
	if err != nil {
		return err
	}
	same := slices.Equal(connect.InitAddress, s.connect.InitAddress) && connect.SelectDB == s.connect.SelectDB &&
		connect.Sentinel.MasterSet == s.connect.Sentinel.MasterSet &&
		(connect.TLSConfig == nil) == (s.connect.TLSConfig == nil)
	if login := *s.login.Load(); same && login.Username == connect.Username && login.Password == connect.Password {
		return nil
	}
	if !same || connect.Sentinel.MasterSet != "" {
		return errors.New("only user and password can change without a restart, and those not behind sentinels")
	}
	s.login.Store(&rueidis.AuthCredentials{Username: connect.Username, Password: connect.Password})
	signal(s.wake)
	return nil
}

// Start begins to connect. What listens must have been set up before.
func (s *Store) Start() {
	s.work.Go(s.probe)
	s.work.Go(s.attend)
	s.work.Go(s.news.read)
}

// Close says goodbye to the other instances and ends the connection.
func (s *Store) Close() {
	s.leave()
	s.stop() // which ends what waits for news
	if client := s.client.Load(); client != nil {
		(*client).Close()
	}
	s.work.Wait()
}

// Up reports whether the store answers.
func (s *Store) Up() bool { return s.up.Load() }

// Parse reads the address of a store. It takes the forms of rueidis: redis, valkey, rediss and valkeys (TLS), or unix;
// a user and password; a database; further nodes of a cluster, or sentinels, as addr; the name of what sentinels watch
// as master_set, with sentinel_user and sentinel_password. The error shows nothing of the address.
func Parse(address string) (rueidis.ClientOption, error) {
	var none rueidis.ClientOption
	u, err := url.Parse(address)
	if err != nil {
		return none, errors.New("it is no address")
	}
	for name := range u.Query() {
		if !slices.Contains([]string{"addr", "master_set", "db", "sentinel_user", "sentinel_password"}, name) {
			return none, fmt.Errorf("it has a parameter %q, which is not known: use addr, master_set, db, sentinel_user "+
				"and sentinel_password", name)
		}
	}
	o, err := rueidis.ParseURL(address)
	if err != nil {
		return none, errors.New("it must be redis://, rediss://, valkey://, valkeys:// or unix://, with a number as its " +
			"database if it has one")
	}
	o.DisableRetry, o.DisableCache = true, true // nothing waits for a store that is away
	o.ConnWriteTimeout = time.Second
	o.Dialer = net.Dialer{Timeout: 500 * time.Millisecond, KeepAlive: time.Second}
	o.RingScaleEachConn, o.ReadBufferEachConn, o.WriteBufferEachConn = 8, 32<<10, 32<<10
	o.BlockingPoolSize = 8
	o.ClientName = "circlegraph"
	o.ClusterOption.ShardsRefreshInterval = 10 * time.Second
	if o.TLSConfig != nil {
		o.TLSConfig.ServerName = "" // each node by its own name
	}
	if o.Sentinel.MasterSet != "" {
		o.Sentinel.TLSConfig, o.Sentinel.Dialer = o.TLSConfig.Clone(), o.Dialer
		o.Sentinel.Username, o.Sentinel.Password = u.Query().Get("sentinel_user"), u.Query().Get("sentinel_password")
		o.Sentinel.TopologyRefreshInterval = 5 * time.Second
	}
	return o, nil
}

// probe connects, and finds out when a store that was away is back. Nobody waits for it.
func (s *Store) probe() {
	told, answers := false, false // whether the log says anything, and what
	for {
		if !s.up.Load() {
			if err := s.reach(); err == nil {
				s.failed.Store(0)
				s.away.Store(false)
				s.retained.Add(1) // whoever sees that it is up sees that something is untold
				s.up.Store(true)
				s.measures.up.Set(1)
				for _, l := range []*lately{&s.news.revoked, &s.used, &s.outcomes} {
					l.again(s) // once it is up, so that what was not sent because it was not is told too
				}
				s.retained.Add(-1)
				if !told || !answers { // commands may have failed for a moment that nobody was told of
					s.log.Info("the shared store answers: instances act as one")
				}
				told, answers = true, true
				signal(s.news.wake)
				signal(s.beat)
			} else if s.away.Store(true); (!told || answers) && s.ctx.Err() == nil {
				told, answers = true, false
				s.log.Warn("the shared store is away: this instance acts by itself until it is back, and nobody signs in by "+
					"ID token", "cause", cause(err))
			}
		}
		if !pause(s.ctx, probing, s.wake) {
			return
		}
	}
}

// pause waits for a time or for a signal. It reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-wake:
	}
	return ctx.Err() == nil
}

// reach asks the store for a sign of life, over a new client if there is none yet: making one needs the store.
func (s *Store) reach() error {
	s.reaching.Lock()
	defer s.reaching.Unlock()
	client := s.client.Load()
	if client == nil {
		made, err := rueidis.NewClient(s.connect)
		if err != nil {
			return err
		}
		s.client.Store(&made)
		client = &made
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.options.Patience.Probe)
	defer cancel()
	// Of the kind that all parts use, for a user that may do no more than it has to.
	return (*client).Do(ctx, (*client).B().Zcount().Key(prefix+"roster").Min("0").Max("0").Build()).Error()
}
