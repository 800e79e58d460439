package live_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/internal/race"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

// everybody follows something, each with a device of their own.
func (c *community) everybody(members []sandbox.Member, topics ...live.Topic) (all []*follower) {
	c.t.Helper()
	for _, m := range members {
		f, _ := c.follow(c.device(m.ID), topics...)
		all = append(all, f)
	}
	<-time.After(5 * time.Minute) // cables are opened two a second
	drain(all...)
	return all
}

// One post that three hundred members are told of costs no request: the event says how many notifications are new.
func TestManyAreToldAtOnce(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		// With all of them the race detector itself breaks down now and then (tsan_rtl.cpp: CHECK failed).
		members := c.members[len(c.members)-race.Rounds(crowd, 50):]
		all := c.everybody(members, live.Topic{Kind: live.Counts}, live.Topic{Kind: live.Notifications})
		if s := c.live.Stats(); s.Members[live.ModeLive] != len(members) {
			t.Fatalf("the figures are %+v, want all live", s)
		}
		before := c.requests.Load()
		for _, m := range members {
			stream := fmt.Sprintf("notification-channel-%d", m.ID)
			c.sandbox.Broadcast(stream, map[string]any{"event": "newNotification"})
			c.sandbox.Broadcast(stream, map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": 7})
		}
		for _, f := range all {
			next(t, f, live.Notified)
			if e := next(t, f, live.CountsChanged); *e.NewNotifications != 7 {
				t.Errorf("the count is %d, want 7", *e.NewNotifications)
			}
		}
		<-time.After(time.Minute)
		if n := c.requests.Load() - before; n != 0 {
			t.Errorf("%d requests, want none", n)
		}
	})
}

// Whoever wants all counts has them read, once in five seconds and however often Circle says that they have changed.
func TestAllCountsAreReadSeldom(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		d := c.device(c.members[0].ID)
		f, _ := c.follow(d, live.Topic{Kind: live.Counts, Full: true})
		c.standing(d)
		<-time.After(time.Minute)
		drain(f)
		before := c.requests.Load()
		for range 100 {
			c.sandbox.Broadcast(fmt.Sprintf("notification-channel-%d", c.members[0].ID),
				map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": 7})
			<-time.After(100 * time.Millisecond)
		}
		<-time.After(time.Minute)
		if n := c.requests.Load() - before; n < 2 || n > 4 {
			t.Errorf("%d requests for a hundred changes in ten seconds, want one in five seconds", n)
		}
	})
}

// Where the cable is closed to the community, all who are here share the questions: no more than the share in all, the
// fewer the more of them there are, and none for those who have not asked for anything themselves for half an hour.
func TestQuestionsAreShared(t *testing.T) {
	const share = 1.5
	for _, members := range []int{20, 100, crowd}[:race.Rounds(3, 1)] {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			t.Parallel()
			inBubble(t, sandbox.CableOptions{Refuse: "rails404"}, func(t *testing.T, c *community) {
				all := c.everybody(c.members[len(c.members)-members:], live.Topic{Kind: live.Counts})
				<-time.After(10 * time.Minute)
				before := c.requests.Load()
				<-time.After(5 * time.Minute)
				n := c.requests.Load() - before
				s := c.live.Stats()
				t.Logf("%d requests in five minutes, %v", n, s.Members)
				if n == 0 || float64(n) > share*300 {
					t.Errorf("%d requests in five minutes, want some and at most %g", n, share*300)
				}
				if asked := s.Members[live.ModePolling]; asked == 0 || asked < min(members, 200) {
					t.Errorf("%v, want most of them asked for", s.Members)
				}
				<-time.After(30 * time.Minute)
				before = c.requests.Load()
				<-time.After(10 * time.Minute)
				if n := c.requests.Load() - before; n != 0 {
					t.Errorf("%d requests for members who have been away for half an hour, want none", n)
				}
				drain(all...)
			}, func(o *live.Options) { o.PollShare = share })
		})
	}
}

// Whatever many members write to each other, in whichever room, with whichever of their tokens and with whatever ids:
// each hears what is said in their own rooms and nothing else.
func TestNobodyHearsOthers(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		random := rand.New(rand.NewPCG(5, 8))
		members := c.members[:len(c.members)-crowd] // the others take no messages
		type listener struct {
			devices []*device
			rooms   map[string]bool
		}
		all := make([]*listener, len(members))
		for i, m := range members {
			all[i] = &listener{[]*device{c.device(m.ID)}, map[string]bool{}}
		}
		for range 60 {
			one, two := random.IntN(len(all)), random.IntN(len(all))
			if one == two {
				continue
			}
			room, err := c.client.Chat.CreateRoom(all[one].devices[0].ctx, circleclient.CreateChatRoomRequest{
				Kind: circleclient.ChatRoomDirect, MemberIDs: []int64{members[two].ID},
			})
			switch {
			case errors.Is(err, circleclient.ErrForbidden): // some take no messages
			case err != nil:
				t.Fatal(err)
			default:
				all[one].rooms[room.UUID], all[two].rooms[room.UUID] = true, true
			}
		}
		var sent, heard, wrong int
		var mu sync.Mutex
		listen := func(l *listener, d *device, topics ...live.Topic) {
			f, _ := c.follow(d, topics...)
			go func() {
				for e := range f.Events() {
					mu.Lock()
					switch {
					case e.Room == "":
					case l.rooms[e.Room] && (e.Message == nil || e.Message.ChatRoomUUID == e.Room):
						heard++
					default:
						wrong++
					}
					mu.Unlock()
				}
			}()
		}
		for _, l := range all {
			listen(l, l.devices[0], live.Topic{Kind: live.Inbox})
			for room := range l.rooms {
				listen(l, l.devices[0], live.Topic{Kind: live.Room, Room: room})
			}
			foreign := all[random.IntN(len(all))]
			for room := range foreign.rooms {
				if _, err := c.live.Follow(l.devices[0].ctx, live.Topic{Kind: live.Room, Room: room}); err == nil != l.rooms[room] {
					t.Errorf("following a room of others: %v", err)
				}
			}
		}
		<-time.After(2 * time.Minute)
		messages := race.Rounds(500, 150)
		for n := range messages {
			i := random.IntN(len(all))
			l := all[i]
			if rooms := slices.Sorted(maps.Keys(l.rooms)); len(rooms) > 0 {
				_, err := c.client.Chat.Send(l.devices[len(l.devices)-1].ctx, rooms[random.IntN(len(rooms))],
					circleclient.ChatMessageRequest{Body: paragraph(fmt.Sprint(n))})
				if err == nil {
					sent++
				} else if !errors.Is(err, circleclient.ErrForbidden) { // who takes no messages
					t.Fatal(err)
				}
			}
			switch random.IntN(20) {
			case 0: // a new token, and the end of the old one
				d := c.device(members[i].ID)
				listen(l, d, live.Topic{Kind: live.Threads})
				last := l.devices[len(l.devices)-1]
				l.devices = append(l.devices, d)
				last.revoked.Store(true)
				c.client.Forget(last.token)
			case 1:
				c.sandbox.CloseCables(members[i].ID, "", true)
			case 2:
				<-time.After(time.Minute)
			}
		}
		<-time.After(5 * time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		t.Logf("%d messages, %d events", sent, heard)
		if wrong > 0 || sent < messages*2/5 || heard < 2*sent {
			t.Errorf("%d of %d events were for somebody else", wrong, heard+wrong)
		}
	})
}

// Circle may count the opening of a cable as a request, so all that is sent and opened in five minutes is within the
// budget, and goes on after it.
func TestCablesAreOpenedWithinTheBudget(t *testing.T) {
	const budget = 60
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		members := c.members[len(c.members)-50:]
		devices := make([]*device, len(members))
		for i, m := range members {
			devices[i] = c.device(m.ID)
		}
		var sent []int // by minute
		last := c.requests.Load()
		for _, d := range devices {
			go func() {
				_, err := c.live.Follow(d.ctx, live.Topic{Kind: live.Inbox})
				for errors.Is(err, circleclient.ErrRateLimited) { // their own question, as apps ask it again
					<-time.After(rand.N(2 * time.Minute))
					_, err = c.live.Follow(d.ctx, live.Topic{Kind: live.Inbox})
				}
				if err != nil {
					t.Error(err)
				}
			}()
		}
		opened := 0
		for range 60 {
			<-time.After(time.Minute)
			synctest.Wait()
			now := c.requests.Load()
			sent = append(sent, int(now-last)+len(c.sandbox.Upgrades())-opened)
			last, opened = now, len(c.sandbox.Upgrades())
		}
		for i := range sent {
			if n := sum(sent[max(0, i-4) : i+1]); n > budget {
				t.Errorf("%d requests and cables in five minutes, want %d at most: %v", n, budget, sent)
			}
		}
		if n := c.sandbox.Cables(); n != len(members) {
			t.Errorf("%d of %d cables are open after an hour: %v", n, len(members), sent)
		}
	}, func(o *live.Options) {
		var err error
		o.Client, err = circleclient.New(circleclient.Config{
			BaseURL: "http://127.0.0.1", HeadlessToken: secret, Transport: o.Transport,
			Principals: tokens.NewPrincipals(0, o.Now), Clock: o.Now, Budget: circleclient.BudgetConfig{Requests: budget},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
