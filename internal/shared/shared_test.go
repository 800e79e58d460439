package shared

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"
	"go.uber.org/goleak"

	"circlegraph/circleclient"
	"circlegraph/internal/shared/redistest"
	"circlegraph/tokens"
)

// authority signs the certificates of stores with TLS. It is the only one that this process trusts.
var authority redistest.Authority

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "authority")
	if err == nil {
		authority, err = redistest.NewAuthority(dir)
	}
	if err == nil {
		err = os.Setenv("SSL_CERT_FILE", authority.File)
	}
	if err != nil {
		panic(err)
	}
	// Clients of clusters rest for some seconds after they have looked for nodes, and then end.
	resting := goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1")
	leaving := goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2")
	goleak.VerifyTestMain(m, resting, leaving, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// patientStore waits for a store that is slow only because the machine is busy.
var patientStore = Patience{Command: time.Hour, Claim: time.Hour, Probe: time.Hour, Later: time.Hour}

// impatient gives a store the patience that it has when it serves.
func impatient(o *Options) { o.Patience = Patience{} }

func key(b byte) []byte { return bytes.Repeat([]byte{b}, keySize) }

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// open opens a store and waits until it is up.
func open(t *testing.T, url string, edits ...func(*Options)) *Store {
	t.Helper()
	s := prepare(t, url, edits...)
	s.Start()
	until(t, "the store is up", s.Up)
	return s
}

func prepare(t *testing.T, url string, edits ...func(*Options)) *Store {
	t.Helper()
	o := Options{
		URL: url, Names: [][]byte{key(1)}, Values: [][]byte{key(2)}, SealKeys: []string{"aa"}, Instances: 4,
		Requests: 1800, Version: "test", Now: time.Now, Patience: patientStore,
	}
	for _, edit := range edits {
		edit(&o)
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// until waits for something that happens by itself.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	t.Log("until", what)
	for !done() {
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // another process takes its time
	}
}

// clocked lets a test say what time it is for the scripts of a store.
type clocked struct {
	t     *testing.T
	store *Store
	now   time.Time
}

const testClock = `return tonumber(redis.call('GET', 'cg:test:clock'))`

func withTestClock(o *Options) { o.clock = testClock }

func (c *clocked) advance(d time.Duration) {
	c.now = c.now.Add(d)
	client := *c.store.client.Load()
	set := client.B().Set().Key("cg:test:clock").Value(fmt.Sprint(c.now.UnixMilli())).Build()
	if err := client.Do(context.Background(), set).Error(); err != nil {
		c.t.Fatal(err)
	}
}

// still opens a store that goes by the test's clock, without what runs in the background and goes by another one.
func still(t *testing.T, url string) *Store {
	t.Helper()
	s := prepare(t, url, withTestClock)
	if err := s.reach(); err != nil {
		t.Fatal(err)
	}
	s.up.Store(true)
	return s
}

func newClocked(t *testing.T) *clocked {
	c := &clocked{t: t, store: still(t, redistest.Start(t).URL), now: time.Unix(1_800_000_000, 0)}
	c.advance(0)
	return c
}

// TestAttemptsAgree: attempts that all instances count are counted as those of one process.
func TestAttemptsAgree(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	var l AttemptLimits
	l.Free, l.Regain, l.FirstPause, l.LongestPause, l.Age = tokens.AttemptLimits()
	all := c.store.Attempts(l)
	random := rand.New(rand.NewPCG(1, 2))
	for run := range 60 {
		memory := tokens.NewMemoryAttempts(func() time.Time { return c.now })
		for range 1 + random.IntN(60) {
			key := fmt.Sprint(run, []string{"a", "b"}[random.IntN(2)])
			switch random.IntN(10) {
			case 0:
				c.advance(time.Duration(1+random.IntN(400)) * time.Second)
			case 1:
				_ = memory.Forgive(context.Background(), key)
				if err := all.Forgive(context.Background(), key); err != nil {
					t.Fatal(err)
				}
			case 2:
				want, _ := memory.Use(context.Background(), key, time.Hour)
				if got, err := all.Use(context.Background(), key, time.Hour); got != want || err != nil {
					t.Fatalf("Use(%s) = %v, %v, want %v", key, got, err, want)
				}
			case 3:
				_ = memory.Release(context.Background(), key)
				if err := all.Release(context.Background(), key); err != nil {
					t.Fatal(err)
				}
			default:
				want, _ := memory.Begin(context.Background(), key)
				if got, err := all.Begin(context.Background(), key); got != want || err != nil {
					t.Fatalf("Begin(%s) = %v, %v, want %v", key, got, err, want)
				}
			}
		}
	}
}

// TestClaims: of many who claim a key at the same time one has it, with whichever keys they hide it.
func TestClaims(t *testing.T) {
	server := redistest.Start(t)
	older, newer := key(1), key(9)
	with := func(names ...[]byte) func(*Options) {
		return func(o *Options) {
			o.Names, o.Values = names, nil
			for _, n := range names {
				o.Values = append(o.Values, bytes.Repeat([]byte{n[0] + 100}, keySize))
			}
		}
	}
	for name, sets := range map[string][2]func(*Options){
		"one key":          {with(older), with(older)},
		"the new one last": {with(older), with(older, newer)},
		"turned round":     {with(older, newer), with(newer, older)},
		"the old one gone": {with(newer, older), with(newer)},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := open(t, server.URL, sets[0]), open(t, server.URL, sets[1])
			for i := range byte(15) {
				id, input := [32]byte{i, name[0], name[4]}, [32]byte{7}
				var mu sync.Mutex
				mine, owner := 0, a
				var all sync.WaitGroup
				for _, s := range []*Store{a, b, a, b} {
					all.Go(func() {
						got, err := s.Receipts().Claim(t.Context(), id, input)
						mu.Lock()
						defer mu.Unlock()
						switch {
						case err != nil:
							t.Error(err)
						case got.Mine:
							mine, owner = mine+1, s
						case !got.Pending || got.Input != input:
							t.Errorf("somebody else's claim reads %+v", got)
						}
					})
				}
				all.Wait()
				if mine != 1 {
					t.Fatalf("%d have the key, want 1", mine)
				}
				owner.Receipts().Keep(t.Context(), id, input, []byte("done"))
				if got, err := b.Receipts().Claim(t.Context(), id, input); err != nil || string(got.Outcome) != "done" {
					t.Errorf("the outcome reads %+v, %v", got, err)
				}
				owner.Receipts().Drop(t.Context(), id)
				if got, err := b.Receipts().Claim(t.Context(), id, input); err != nil || !got.Mine {
					t.Errorf("after a drop: %+v, %v", got, err)
				}
			}
		})
	}
}

// TestReceiptsOfOthersAreBroken: what is not sealed by an instance is nobody's outcome, nor one that was moved.
func TestReceiptsOfOthersAreBroken(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL)
	id, other, input := [32]byte{1}, [32]byte{2}, [32]byte{3}
	s.Receipts().Keep(t.Context(), id, input, []byte("done"))
	client := *s.client.Load()
	key := s.secrets.names("receipt", string(id[:]))[0]
	box, err := client.Do(t.Context(), client.B().Get().Key(key).Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	moved := client.B().Set().Key(s.secrets.names("receipt", string(other[:]))[0]).Value(box).Build()
	if err := client.Do(t.Context(), moved).Error(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Receipts().Claim(t.Context(), other, input); err != nil || !got.Broken || got.Mine {
		t.Errorf("a receipt that was moved reads %+v, %v, want broken", got, err)
	}
	late := s.Receipts()
	late.age = 0
	if _, err := late.Claim(t.Context(), [32]byte{4}, input); err != nil {
		t.Fatal(err)
	}
	if got, err := late.Claim(t.Context(), [32]byte{4}, input); err != nil || !got.Broken {
		t.Errorf("a claim of which nobody has told reads %+v, %v, want broken", got, err)
	}
}

// TestNews: what one instance tells the others hear, those that come later and those that were cut off too.
func TestNews(t *testing.T) {
	server := redistest.Start(t)
	var mu sync.Mutex
	heard := map[string][]Item{}
	start := func(name string) *Store {
		s := prepare(t, server.URL)
		s.News().Listen(func(i Item) {
			mu.Lock()
			defer mu.Unlock()
			heard[name] = append(heard[name], i)
		})
		s.Start()
		until(t, name+" is up", s.Up)
		return s
	}
	count := func(name string, want Item) (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, i := range heard[name] {
			if i == want {
				n++
			}
		}
		return n
	}
	a, _ := start("a"), start("b")
	revoked := Item{Kind: Revoked, Token: [32]byte{1}, Until: time.Unix(2_000_000_000, 0)}
	wrote := Item{Kind: Wrote, Token: [32]byte{2}, Member: 77, Class: 1, Until: time.Unix(0, 0)}
	a.News().Publish(t.Context(), revoked)
	until(t, "b hears of a revocation", func() bool { return count("b", revoked) > 0 })
	until(t, "b listens", func() bool {
		a.News().Publish(t.Context(), wrote)
		return count("b", wrote) > 0
	})
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	cut := Item{Kind: Revoked, Token: [32]byte{4}, Until: time.Unix(2_000_000_000, 0)}
	cutWrite := Item{Kind: Wrote, Token: [32]byte{5}, Member: 78, Class: 1, Until: time.Unix(0, 0)}
	a.News().Publish(interrupted, cut)
	a.News().Publish(interrupted, cutWrite)
	until(t, "b hears of a revocation that failed at first", func() bool { return count("b", cut) > 0 })
	until(t, "b hears of a write that failed at first", func() bool { return count("b", cutWrite) > 0 })
	start("c")
	until(t, "c hears of what was revoked before it came", func() bool { return count("c", revoked) > 0 })
	if count("a", revoked) != 0 {
		t.Error("an instance hears its own news")
	}
	server.Kill()
	until(t, "the loss is noticed", func() bool {
		a.News().Publish(t.Context(), wrote)
		return !a.Up()
	})
	late := Item{Kind: Revoked, Token: [32]byte{3}, Until: time.Unix(2_000_000_000, 0)}
	a.News().Publish(t.Context(), late)
	server.Run()
	until(t, "b hears of what was revoked meanwhile", func() bool { return count("b", late) > 0 })
}

// TestLeastUser: a user who may do no more than the documentation says is enough for all parts.
func TestLeastUser(t *testing.T) {
	manual, err := os.ReadFile("../../docs/scale.md")
	if said := strings.Join(strings.Fields(string(manual)), " "); err != nil || !strings.Contains(said, LeastRights) {
		t.Errorf("docs/scale.md names other rights than %s", LeastRights)
	}
	rights := append([]string{"--user", "default", "off", "--user", "circlegraph", "on", ">secret"},
		strings.Fields(LeastRights)...)
	server := redistest.Start(t, rights...)
	s := open(t, strings.Replace(server.URL, "unix://", "unix://circlegraph:secret@", 1), func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	})
	everyPart(t, s)
	client := *s.client.Load()
	for _, forbidden := range []rueidis.Completed{
		client.B().Flushall().Build(), client.B().Get().Key("other").Build(), client.B().Keys().Pattern("*").Build(),
	} {
		if client.Do(t.Context(), forbidden).Error() == nil {
			t.Error("the user may do more than it has to")
		}
	}
}

// everyPart uses all that a store is for, with another instance.
func everyPart(t *testing.T, s *Store) {
	t.Helper()
	heard := make(chan Item, 100)
	other := prepare(t, s.options.URL)
	other.News().Listen(func(i Item) { heard <- i })
	other.Start()
	until(t, "the other one is up", other.Up)
	a := s.Attempts(AttemptLimits{
		Free: 2, Regain: time.Second, FirstPause: time.Second, LongestPause: time.Minute, Age: time.Hour,
	})
	_, begin := a.Begin(t.Context(), "k")
	_, use := a.Use(t.Context(), "k", time.Minute)
	_, claim := s.Receipts().Claim(t.Context(), [32]byte{1}, [32]byte{})
	_, claimed := s.Receipts().Claim(t.Context(), [32]byte{1}, [32]byte{})
	_, take := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 1})
	_, wait := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 90})
	if err := errors.Join(begin, use, claim, claimed, take, wait, a.Forgive(t.Context(), "k"),
		a.Release(t.Context(), "k")); err != nil {
		t.Error(err)
	}
	s.Receipts().Keep(t.Context(), [32]byte{1}, [32]byte{}, []byte("x"))
	s.Receipts().Drop(t.Context(), [32]byte{1})
	s.News().Publish(t.Context(), Item{Kind: Revoked, Until: time.Unix(2_000_000_000, 0)})
	<-heard
	until(t, "both are in the roster", func() bool {
		signal(s.beat)
		return s.roster.seen.Load() == 2 || other.roster.seen.Load() == 2
	})
}

// TestLoginOfTheStore: a new password is taken for the connections to come, and another store is refused.
func TestLoginOfTheStore(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "first")
	s := open(t, strings.Replace(server.URL, "unix://", "unix://:first@", 1))
	admin := *s.client.Load()
	if err := admin.Do(t.Context(), admin.B().ConfigSet().ParameterValue().
		ParameterValue("requirepass", "second").Build()).Error(); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"unix:///nowhere", "rediss://:second@redis.example.com", "ftp://x", ":"} {
		if err := s.UseLogin(other); err == nil || strings.Contains(err.Error(), "second") {
			t.Errorf("UseLogin(%s) = %v, want a refusal without the password", other, err)
		}
	}
	if err := s.UseLogin(strings.Replace(server.URL, "unix://", "unix://:second@", 1)); err != nil {
		t.Fatal(err)
	}
	_ = admin.Do(t.Context(), admin.B().ClientKill().TypeNormal().SkipmeNo().Build()).Error()
	s.lose()
	until(t, "it is back with the new password", s.Up)
}

// TestRoster: instances count each other, keep a share for those that vanish and none for those that say goodbye, and
// say how they differ.
func TestRoster(t *testing.T) {
	server := redistest.Start(t)
	log := &logged{}
	a := open(t, server.URL, func(o *Options) {
		o.Logger, o.Instances, o.SealKeys = slog.New(slog.NewTextHandler(log, nil)), 1, []string{"aa", "bb"}
	})
	b := prepare(t, server.URL, func(o *Options) { o.Requests = 900 })
	b.Start()
	until(t, "b is up", b.Up)
	until(t, "b sees both", func() bool { return b.roster.seen.Load() == 2 })
	signal(a.beat)
	until(t, "a sees both", func() bool { return a.Fleet() == 2 })
	until(t, "a says how b differs", func() bool {
		return strings.Contains(log.String(), "key=bb") && strings.Contains(log.String(), "other=900")
	})
	b.Close()
	signal(a.beat)
	until(t, "b is gone", func() bool { return a.Fleet() == 1 })
}
