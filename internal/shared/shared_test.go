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
	"golang.org/x/time/rate"

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

// TestPurse: what instances take together is never more than the whole in any window.
func TestPurse(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	const perSecond, burst = 6.0, 90
	others := []circleclient.Purse{
		c.store.Purse("requests", perSecond, burst),
		still(t, c.store.options.URL).Purse("requests", perSecond, burst),
		still(t, c.store.options.URL).Purse("requests", perSecond, burst),
	}
	type spending struct {
		at time.Duration
		n  int
	}
	var spent []spending
	start := c.now
	held := make([][]circleclient.Used, len(others))
	random := rand.New(rand.NewPCG(3, 4))
	for quiet := range 20 {
		c.advance(time.Duration(quiet*quiet) * time.Second)
		for range 100 {
			c.advance(time.Duration(random.IntN(1000)) * time.Millisecond)
			i := random.IntN(3)
			ask := circleclient.Ask{Want: random.IntN(20), Used: held[i]}
			g, err := others[i].Take(context.Background(), ask)
			if err != nil {
				t.Fatal(err)
			}
			held[i] = nil
			if g.Got > 0 {
				n := random.IntN(g.Got + 1)
				held[i] = []circleclient.Used{{Lot: g.Lot, Spent: n, Unused: g.Got - n}}
				spent = append(spent, spending{c.now.Sub(start), n})
			} else if ask.Want > 0 && (g.Next <= 0) {
				t.Fatalf("%d are wanted, none is given, and next is %v", ask.Want, g.Next)
			}
		}
	}
	most := 0
	for i := range spent {
		n := 0
		for _, s := range spent[i:] {
			if s.at-spent[i].at < 5*time.Minute {
				n += s.n
			}
		}
		most = max(most, n)
	}
	// What is spent is told up to three seconds later here, of which six instances know nothing.
	if limit := burst + int(perSecond*(300+10)); most > limit || most < burst {
		t.Errorf("five minutes saw %d requests, want at most %d, and some", most, limit)
	}
}

// TestPartition: while some instances are cut off, both sides together exceed the budget only by what those spend
// before the others know, and by what they can save up.
func TestPartition(t *testing.T) {
	t.Parallel()
	const perSecond, burst, instances = 5.7, 90, 4
	const cut, healed, end = 400 * time.Second, 1000 * time.Second, 1400 * time.Second
	for _, cutOff := range []int{1, 3} {
		for _, idle := range []time.Duration{0, 100 * time.Second} { // before those who are cut off want all they can get
			t.Run(fmt.Sprintf("%d of %d, after %v", cutOff, instances, idle), func(t *testing.T) {
				c := newClocked(t)
				purse := c.store.Purse("requests", perSecond, burst)
				own := rate.NewLimiter(rate.Limit(perSecond*purse.Share()*float64(cutOff)),
					int(burst*purse.Share()*float64(cutOff))) // as hand.lose makes it, for all of them
				own.AllowN(c.now.Add(cut), own.Burst())
				const step = 500 * time.Millisecond
				var sent []int
				var used []circleclient.Used
				for at := time.Duration(0); at < end; at += step {
					c.advance(step)
					c.store.roster.lost.Store(0)
					if at >= cut+silence+beat && at < healed {
						c.store.roster.lost.Store(int64(cutOff))
					}
					n := 0
					for more := true; more; {
						ask := circleclient.Ask{Want: 1, More: burst, Used: used, WasAway: at == healed && n == 0}
						g, err := purse.Take(t.Context(), ask)
						if err != nil {
							t.Fatal(err)
						}
						used, more = []circleclient.Used{{Lot: g.Lot, Spent: g.Got}}, g.Got > 0
						n += g.Got
					}
					for at >= cut+idle && at < healed && own.AllowN(c.now, 1) {
						n++
					}
					sent = append(sent, n)
				}
				most := 0
				for i := range sent {
					sum := 0
					for _, n := range sent[i:min(i+int(5*time.Minute/step), len(sent))] {
						sum += n
					}
					most = max(most, sum)
				}
				whole := burst + perSecond*300
				excess := purse.Share() * float64(cutOff) * (perSecond*(silence+beat).Seconds() + burst)
				t.Logf("%d in five minutes, of a budget of %.0f", most, whole)
				if float64(most) > whole+excess+1 || float64(most) < whole*.9 {
					t.Errorf("%d in five minutes, want at most %.0f", most, whole+excess)
				}
			})
		}
	}
}

// TestPurseIsFair: who asks for little waits little beside somebody who asks for all there is, and nobody starves.
func TestPurseIsFair(t *testing.T) {
	c := newClocked(t)
	greedy := c.store.Purse("requests", 6, 90)
	modest := still(t, c.store.options.URL).Purse("requests", 6, 90)
	got, large := map[string]int{}, map[string]int{}
	used := map[string][]circleclient.Used{}
	take := func(name string, p circleclient.Purse, want int) {
		g, err := p.Take(t.Context(), circleclient.Ask{Want: want, Used: used[name]})
		if err != nil {
			t.Fatal(err)
		}
		used[name] = []circleclient.Used{{Lot: g.Lot, Spent: g.Got}}
		got[name] += g.Got
		if g.Got > 1 {
			large[name]++
		}
	}
	for range 600 { // a minute
		c.advance(100 * time.Millisecond)
		take("greedy", greedy, 1)
		take("modest", modest, 20)
	}
	if got["modest"] < got["greedy"]*2/3 || got["greedy"] < got["modest"]*2/3 || large["modest"] == 0 {
		t.Errorf("they got %v, want about the same each", got)
	}
}

// TestRefusalSlowsAll: a 429 that one instance meets holds back all of them.
func TestRefusalSlowsAll(t *testing.T) {
	c := newClocked(t)
	a := c.store.Purse("requests", 6, 90)
	b := still(t, c.store.options.URL).Purse("requests", 6, 90)
	c.advance(time.Minute)
	if _, err := a.Take(t.Context(), circleclient.Ask{Refused: true, Pause: 7 * time.Second}); err != nil {
		t.Fatal(err)
	}
	g, err := b.Take(t.Context(), circleclient.Ask{Want: 1})
	if err != nil || g.Got != 0 || g.Pause != 7*time.Second || g.Strength != .5 {
		t.Errorf("the other one gets %+v, %v, want a pause of 7s at half strength", g, err)
	}
	for range 4 {
		c.advance(11 * time.Second)
		if g, err = b.Take(t.Context(), circleclient.Ask{Want: 1, Accepted: true}); err != nil || g.Got != 1 {
			t.Errorf("after the pause: %+v, %v", g, err)
		}
	}
	if g.Strength != 1 {
		t.Errorf("strength %v after Circle has answered for long, want 1", g.Strength)
	}
}

// TestDeadInstanceHoldsNothing: what an instance took and never spoke of again is free after a minute.
func TestDeadInstanceHoldsNothing(t *testing.T) {
	c := newClocked(t)
	dead := c.store.Purse("requests", 6, 90)
	alive := still(t, c.store.options.URL).Purse("requests", 6, 90)
	c.advance(0)
	if _, err := dead.Take(t.Context(), circleclient.Ask{}); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute)
	if g, err := dead.Take(t.Context(), circleclient.Ask{Want: 90}); err != nil || g.Got != 90 {
		t.Fatalf("%+v, %v", g, err)
	}
	if g, err := dead.Take(t.Context(), circleclient.Ask{Want: 90}); err != nil || g.Got != 0 {
		t.Fatalf("%+v, %v", g, err)
	}
	for range 5 { // its place among those who wait ends too
		c.advance(15 * time.Second)
		if _, err := alive.Take(t.Context(), circleclient.Ask{}); err != nil {
			t.Fatal(err)
		}
	}
	if g, err := alive.Take(t.Context(), circleclient.Ask{Want: 60}); err != nil || g.Got != 60 {
		t.Errorf("the living one gets %+v, %v, want 60", g, err)
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

// TestOutage: an instance starts without its store, says once that it is away and once that it is back, and waits for
// nothing meanwhile.
func TestOutage(t *testing.T) {
	server := redistest.New(t)
	log := &logged{}
	s := prepare(t, server.URL, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	s.Start()
	until(t, "the log says that the store is away", func() bool { return strings.Contains(log.String(), "is away") })
	purse := s.Purse("requests", 6, 90)
	if _, err := purse.Take(t.Context(), circleclient.Ask{Want: 1}); !errors.Is(err, ErrAway) {
		t.Errorf("without a store: %v, want %v", err, ErrAway)
	}
	if share := purse.Share(); share != .2 {
		t.Errorf("the share of one of four instances is %v, want .2", share)
	}
	for n := range 3 {
		server.Run()
		until(t, "the store serves", func() bool {
			_, err := purse.Take(t.Context(), circleclient.Ask{Want: 1})
			return err == nil
		})
		server.Kill()
		until(t, "the loss is noticed", func() bool {
			_, _ = purse.Take(t.Context(), circleclient.Ask{})
			return !s.Up()
		})
		until(t, "the log says so", func() bool { return strings.Count(log.String(), "is away") == n+2 })
	}
	if n := strings.Count(log.String(), "\n"); n != 1+3*2 {
		t.Errorf("%d lines, want one for each time that it came or went:\n%s", n, log)
	}
	if strings.Contains(log.String(), server.Socket) {
		t.Errorf("the log shows the address:\n%s", log)
	}
}

// TestSilence: a store that keeps its connections and answers nothing is taken for away after three commands, and
// nobody waits from then on; once it answers again all goes on, and what was told meanwhile is heard.
func TestSilence(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL, impatient)
	heard := make(chan Item, 100)
	other := prepare(t, server.URL, impatient)
	other.News().Listen(func(i Item) { heard <- i })
	other.Start()
	until(t, "the other one is up", other.Up)
	for range 2 {
		server.Pause()
		waited := 0
		until(t, "the silence is noticed", func() bool {
			_, err := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 1})
			if err == nil {
				t.Fatal("a silent store gives something")
			}
			if !errors.Is(err, errNotSent) {
				waited++
			}
			return !s.Up()
		})
		if waited > failures {
			t.Errorf("%d commands have waited, want %d at most", waited, failures)
		}
		revoked := Item{Kind: Revoked, Token: [32]byte{9}, Until: time.Unix(2_000_000_000, 0)}
		s.News().Publish(t.Context(), revoked)
		server.Resume()
		until(t, "both are back", func() bool { return s.Up() && other.Up() })
		if item := <-heard; item != revoked {
			t.Errorf("the other one hears %+v, want %+v", item, revoked)
		}
		until(t, "it serves again", func() bool {
			_, err := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{})
			return err == nil
		})
	}
}

// TestCloseInSilence: an instance that waits for news of a store that answers nothing can be stopped.
func TestCloseInSilence(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL, func(o *Options) { o.Patience = Patience{Probe: time.Hour} })
	until(t, "it waits for news", func() bool { return strings.Contains(server.Say("CLIENT", "LIST"), "cmd=xread") })
	server.Pause()
	s.Close()
}

// TestHiccup: a store that says nothing for a moment makes a create or a sign-in late, and neither twice nor fail, also
// if other commands have been given up meanwhile.
func TestHiccup(t *testing.T) {
	server := redistest.Start(t)
	other := open(t, server.URL)
	s := prepare(t, server.URL, func(o *Options) { o.Patience = Patience{Claim: time.Hour} })
	if err := s.reach(); err != nil { // once: while nothing probes, the store is not known to be away
		t.Fatal(err)
	}
	s.up.Store(true)
	server.Pause()
	id, input := [32]byte{1}, [32]byte{2}
	claimed, signed := make(chan error, 1), make(chan error, 1)
	go func() {
		receipt, err := s.Receipts().Claim(t.Context(), id, input)
		if err == nil && !receipt.Mine {
			err = errors.New("another has claimed it")
		}
		claimed <- err
	}()
	go func() {
		first, err := s.Attempts(AttemptLimits{}).Use(t.Context(), "token", time.Minute)
		if err == nil && !first {
			err = errors.New("the token was used")
		}
		signed <- err
	}()
	until(t, "other commands are given up", func() bool {
		_, _ = s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 1})
		return !s.Up()
	})
	server.Resume()
	for what, done := range map[string]chan error{"the claim": claimed, "the sign-in": signed} {
		if err := <-done; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if receipt, err := other.Receipts().Claim(t.Context(), id, input); err != nil || receipt.Mine || !receipt.Pending {
		t.Errorf("the other one gets %+v, %v, want that it is under way", receipt, err)
	}
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
