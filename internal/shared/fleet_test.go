package shared

import (
	"context"
	"encoding/binary"
	"errors"
	flags "flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/shared/redistest"
)

// What `go run ./bench fleet` prints is made here, because only tests can make up time. Without flags it is a small
// fleet in a short day, which must stay within its bounds.
var (
	fleetTable   = flags.String("fleet-table", "", "file to write the table of TestFleet to")
	fleetSizes   = flags.String("fleet-sizes", "10", "how many instances, by comma")
	fleetComing  = flags.String("fleet-coming", "2,30", "percent of the members who come on a day, by comma")
	fleetMembers = flags.Int("fleet-members", 100_000, "how many members there are")
	fleetMinutes = flags.Int("fleet-minutes", 1, "how many minutes stand for each hour of the day")
)

const (
	addresses  = 5
	perAddress = 1800 // of Circle's 2,000 in five minutes
	perScreen  = 3    // requests, which the budget admits together
	screens    = 2    // of whoever comes
	patient    = 10 * time.Second
	answers    = 200 * time.Millisecond // how long Circle takes
)

// day is how many come in each hour, as parts of what an hour has on average.
var day = [24]float64{
	.3, .2, .15, .1, .15, .3, .7, 1.1, 1.2, 1.1, 1, 1, 1.2, 1.1, 1, 1, 1.1, 1.3, 1.6, 2, 2.1, 1.8, 1.2, .7,
}

// fleetDay is what happened on a day.
type fleetDay struct {
	mu              sync.Mutex
	opened, refused int
	late            int // refused in the busiest hour
	evening         int // opened in it
	waited          []time.Duration
	through         [addresses][]time.Time
	busiest         int // the most through one address in five minutes
	commands        int // of the purse, in the busiest hour
}

// RoundTrip implements [http.RoundTripper]: Circle, which counts by address.
func (d *fleetDay) RoundTrip(r *http.Request) (*http.Response, error) {
	now := time.Now()
	d.mu.Lock()
	i := rand.IntN(addresses)
	d.through[i] = append(d.through[i], now)
	for now.Sub(d.through[i][0]) >= 5*time.Minute {
		d.through[i] = d.through[i][1:]
	}
	d.busiest = max(d.busiest, len(d.through[i]))
	d.mu.Unlock()
	<-time.After(answers)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"new_notifications_count": 1}`)),
	}, nil
}

// known are the proven tokens, and their members.
type known map[circleclient.TokenHash]int64

func (known) Prove(circleclient.TokenHash, int64) {}
func (known) Forget(circleclient.TokenHash)       {}
func (k known) Member(token circleclient.TokenHash) (memberID int64, proven bool) {
	memberID, proven = k[token]
	return memberID, proven
}

// number is the token of a member.
type number string

// Token implements [circleclient.TokenSource].
func (n number) Token() (string, error) { return string(n), nil }

// live lets a day pass.
func (d *fleetDay) live(t *testing.T, instances, members int, coming float64, hour time.Duration) {
	purses := map[string]*modelled{}
	var mu sync.Mutex
	proven := known{}
	for member := range members {
		proven[circleclient.HashToken(strconv.Itoa(member+1))] = int64(member + 1)
	}
	clients := make([]*circleclient.Client, instances)
	for i := range clients {
		client, err := circleclient.New(circleclient.Config{
			BaseURL: "http://127.0.0.1", HeadlessToken: "secret", Transport: d, Principals: proven, Clock: time.Now,
			Budget: circleclient.BudgetConfig{
				Requests: addresses * perAddress,
				Purse: func(name string, perSecond float64, burst int) circleclient.Purse {
					mu.Lock()
					defer mu.Unlock()
					if purses[name] == nil {
						purses[name] = newModelled(perSecond, burst, time.Now, instances)
					}
					return purses[name].of(fmt.Sprint(i))
				},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = client
	}
	var all sync.WaitGroup
	perHour := float64(members) * coming * screens / 24 * hour.Hours()
	for h, part := range day {
		before, ends := purses["requests"].carried(), time.Now().Add(hour)
		for {
			// Arrivals by chance, at whichever instance.
			<-time.After(time.Duration(rand.ExpFloat64() / (perHour * part) * float64(hour)))
			if !time.Now().Before(ends) {
				break
			}
			all.Go(func() { d.open(clients[rand.IntN(instances)], rand.IntN(members), h == 20) })
		}
		if h == 20 {
			d.commands = purses["requests"].carried() - before
		}
	}
	all.Wait()
	<-time.After(time.Minute) // until nothing is told any more
}

// open opens a screen.
func (d *fleetDay) open(client *circleclient.Client, member int, evening bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	token := number(strconv.Itoa(member + 1))
	ctx, done := client.Screen(circleclient.With(ctx, circleclient.As(token), circleclient.Fresh), perScreen)
	defer done()
	begin := time.Now()
	var calls sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range perScreen {
		calls.Go(func() {
			_, err := client.Notifications.Counts(ctx)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
		})
	}
	calls.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	if evening {
		d.evening++
	}
	if failed != nil {
		d.refused++
		if evening {
			d.late++
		}
	} else if evening {
		d.waited = append(d.waited, time.Since(begin)-answers)
	}
}

// TestFleet: many instances, five addresses, a day. All together stay within what Circle allows each address, and while
// there is enough for everybody nobody waits long.
func TestFleet(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "%d members, %d screens of %d requests for each who comes; %d addresses with %d requests in five "+
		"minutes each.\n\n", *fleetMembers, screens, perScreen, addresses, perAddress)
	table.WriteString("| instances | come on the day | wanted in the busiest hour, of the budget | " +
		"screens refused, the day | busiest hour | waited p50 | p99 | most through an address in 5 min | " +
		"commands/s of the purse |\n" +
		"|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	hour := time.Duration(*fleetMinutes) * time.Minute
	for size := range strings.SplitSeq(*fleetSizes, ",") {
		for percent := range strings.SplitSeq(*fleetComing, ",") {
			instances, failed := strconv.Atoi(size)
			coming, err := strconv.ParseFloat(percent, 64)
			if err := errors.Join(failed, err); err != nil {
				t.Fatal(err)
			}
			d := &fleetDay{}
			synctest.Test(t, func(t *testing.T) { d.live(t, instances, *fleetMembers, coming/100, hour) })
			slices.Sort(d.waited)
			at := func(part float64) time.Duration {
				if len(d.waited) == 0 {
					return 0
				}
				return d.waited[int(part*float64(len(d.waited)-1))]
			}
			perSecond := float64(*fleetMembers) * coming / 100 * screens * perScreen / 86400 * day[20]
			demand := perSecond / (addresses * perAddress / 300.)
			fmt.Fprintf(&table, "| %d | %.0f | %.0f %% | %.1f %% | %.1f %% | %d ms | %d ms | %d | %.1f |\n", instances,
				float64(*fleetMembers)*coming/100, demand*100, 100*float64(d.refused)/float64(d.opened),
				100*float64(d.late)/float64(max(d.evening, 1)), at(.5).Milliseconds(), at(.99).Milliseconds(), d.busiest,
				float64(d.commands)/hour.Seconds())
			if d.busiest > 2000 {
				t.Errorf("%d instances sent %d requests through one address in five minutes", instances, d.busiest)
			}
			if demand < .5 && d.refused > 0 {
				t.Errorf("%d of %d screens were refused, of a demand of %.2f of the budget", d.refused, d.opened, demand)
			}
		}
	}
	table.WriteString("\n" + weights(t))
	t.Log("\n" + table.String())
	if *fleetTable != "" {
		if err := os.WriteFile(*fleetTable, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// weights are what a real store holds for each thing that it is told.
func weights(t *testing.T) string {
	s := open(t, redistest.Start(t).URL)
	client := *s.client.Load()
	used := func() int {
		said, err := client.Do(t.Context(), client.B().Info().Section("memory").Build()).ToString()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(said, "used_memory:")
		digits, _, _ := strings.Cut(after, "\r\n")
		n, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	attempts := s.Attempts(AttemptLimits{
		Free: 20, Regain: time.Minute, FirstPause: time.Second, LongestPause: time.Minute, Age: time.Hour,
	})
	receipts := s.Receipts()
	const many = 2000
	text := "| in the store | bytes each |\n|---|--:|\n"
	for _, thing := range []struct {
		name string
		tell func(n int, id [32]byte)
	}{
		{"outcome of a create with a key, of 1 KB", func(_ int, id [32]byte) {
			receipts.Keep(t.Context(), id, id, make([]byte, 1024))
		}},
		{"attempt", func(n int, _ [32]byte) { _, _ = attempts.Begin(t.Context(), strconv.Itoa(n)) }},
		{"used ID token", func(n int, _ [32]byte) { _, _ = attempts.Use(t.Context(), strconv.Itoa(n), time.Hour) }},
		{"piece of news", func(_ int, id [32]byte) { s.News().Publish(t.Context(), Item{Kind: Wrote, Token: id}) }},
	} {
		before := used()
		for n := range many {
			var id [32]byte
			binary.BigEndian.PutUint64(id[:], uint64(n))
			thing.tell(n, id)
		}
		text += fmt.Sprintf("| %s | %d |\n", thing.name, (used()-before)/many)
	}
	return text
}
