package live_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/sandbox"
)

// However the server shuffles, doubles and breaks off, each message comes once and in order.
func TestMessagesComeOnceAndInOrder(t *testing.T) {
	for name, o := range map[string]sandbox.CableOptions{
		"AnyCable": {}, "Rails": {NoSession: true, Shuffle: true}, "doubled": {Duplicate: true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, o, func(t *testing.T, c *community) {
				writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
				room := c.room(writer, c.members[1].ID)
				f, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
				inbox, _ := c.follow(reader, live.Topic{Kind: live.Inbox})
				c.standing(reader)
				for i := range 40 {
					c.send(writer, room, fmt.Sprint("message ", i))
					if i%10 == 9 {
						c.sandbox.CloseCables(0, "", true)
						c.standing(reader)
					}
				}
				got := ids(t, f, 40)
				if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != 40 {
					t.Errorf("the messages are %v", got)
				}
				if e := await(t, inbox); e.Kind != live.MessageAdded && e.Kind != live.RoomUpdated {
					t.Errorf("the inbox is told %+v", e)
				}
			})
		})
	}
}

// All devices of a member share a cable. It outlives the token that it was opened with only if there is another.
func TestOneCableForAllDevices(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		member := c.members[0].ID
		var devices []*device
		var followers []*follower
		for range 3 {
			d := c.device(member)
			f, _ := c.follow(d, live.Topic{Kind: live.Counts})
			devices, followers = append(devices, d), append(followers, f)
		}
		c.standing(devices[0])
		if n := c.sandbox.Cables(); n != 1 {
			t.Fatalf("%d cables are open, want 1", n)
		}
		tell := func(n int) {
			c.sandbox.Broadcast(fmt.Sprintf("notification-channel-%d", member),
				map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": n})
		}
		drain(followers...)
		tell(3)
		for _, f := range followers {
			if e := next(t, f, live.CountsChanged); *e.NewNotifications != 3 {
				t.Errorf("the count is %d, want 3", *e.NewNotifications)
			}
		}
		for _, d := range devices[:2] { // whichever opened it, the third device goes on
			d.revoked.Store(true)
			c.client.Forget(d.token)
			synctest.Wait()
		}
		c.standing(devices[2])
		drain(followers...)
		tell(4)
		if e := next(t, followers[2], live.CountsChanged); *e.NewNotifications != 4 {
			t.Errorf("the count is %d, want 4", *e.NewNotifications)
		}
		devices[2].revoked.Store(true)
		c.client.Forget(devices[2].token)
		synctest.Wait()
		if n := c.sandbox.Cables(); n != 0 {
			t.Errorf("%d cables are open without a token, want none", n)
		}
	})
}

// Before the token of a cable ends, a newer one takes over, and nothing is lost.
func TestHandOver(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		writer := c.device(c.members[0].ID)
		old := c.device(c.members[1].ID)
		room := c.room(writer, c.members[1].ID)
		f, _ := c.follow(old, live.Topic{Kind: live.Room, Room: room})
		c.standing(old)
		<-time.After(50 * time.Minute)
		fresh := c.device(c.members[1].ID)
		other, _ := c.follow(fresh, live.Topic{Kind: live.Room, Room: room})
		writer = c.device(c.members[0].ID)
		for i := range 18 { // a message a minute, past the end of the old token
			c.send(writer, room, fmt.Sprint(i))
			<-time.After(time.Minute)
		}
		if n := len(c.sandbox.Upgrades()); n != 2 {
			t.Errorf("%d cables were opened, want 2", n)
		}
		for _, f := range []*follower{f, other} {
			if got := ids(t, f, 18); !slices.IsSorted(got) {
				t.Errorf("the messages are %v", got)
			}
		}
		if s := c.live.Stats(); s.Gaps != 0 || s.Cables != 1 {
			t.Errorf("the figures are %+v, want one cable and no gap", s)
		}
	})
}

// Without subscribers a cable closes after a while, and not at once.
func TestCablesLinger(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		d := c.device(c.members[0].ID)
		_, leave := c.follow(d, live.Topic{Kind: live.Inbox})
		c.standing(d)
		leave()
		<-time.After(20 * time.Second)
		if n := c.sandbox.Cables(); n != 1 {
			t.Fatalf("after 20 s %d cables are open, want 1", n)
		}
		_, leave = c.follow(d, live.Topic{Kind: live.Inbox})
		<-time.After(40 * time.Second)
		leave()
		<-time.After(31 * time.Second)
		if n, upgrades := c.sandbox.Cables(), len(c.sandbox.Upgrades()); n != 0 || upgrades != 1 {
			t.Errorf("%d of %d cables are open, want none of 1", n, upgrades)
		}
	})
}

// A cable that is not open to the community is said to be, and is tried again by one member at a time.
func TestRefusedToEverybody(t *testing.T) {
	for _, how := range []string{"rails404", "anycable403", "invalid_request"} {
		t.Run(how, func(t *testing.T) {
			inBubble(t, sandbox.CableOptions{Refuse: how}, func(t *testing.T, c *community) {
				var followers []*follower
				for _, m := range c.members[:5] {
					f, _ := c.follow(c.device(m.ID), live.Topic{Kind: live.StatusOf}, live.Topic{Kind: live.Inbox})
					followers = append(followers, f)
					synctest.Wait()
				}
				<-time.After(4 * time.Minute)
				if n := len(c.sandbox.Upgrades()); n != 3 {
					t.Errorf("%d cables were tried, want 3", n)
				}
				for _, f := range followers {
					last := live.Status{}
					for f.waiting() > 0 {
						last = await(t, f).Status
					}
					if last.Reason != live.ReasonRefused || last.Mode == live.ModeLive || last.UpToDate {
						t.Errorf("the status is %+v, want refused", last)
					}
				}
				c.sandbox.RefuseCables("")
				<-time.After(8 * time.Minute)
				if n := c.sandbox.Cables(); n != 5 {
					t.Errorf("after the refusal %d cables are open, want 5", n)
				}
			})
		})
	}
}

func TestSlowFollowers(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
		room := c.room(writer, c.members[1].ID)
		slow, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
		quick, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
		c.standing(reader)
		for i := range 100 {
			c.send(writer, room, fmt.Sprint(i))
			next(t, quick, live.MessageAdded)
		}
		if e := await(t, slow); e.Kind != live.Missed || slow.waiting() > 40 {
			t.Errorf("a slow follower finds %+v and %d more, want a single gap first", e, slow.waiting())
		}
	})
}

// Circle does not say how a room's channel is named. Whatever it is, the room is told of.
func TestShapesOfRooms(t *testing.T) {
	for _, param := range []string{"chat_room_id", "chat_room_uuid", "id", "something"} {
		t.Run(param, func(t *testing.T) {
			inBubble(t, sandbox.CableOptions{RoomParam: param}, func(t *testing.T, c *community) {
				writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
				room := c.room(writer, c.members[1].ID)
				f, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
				c.standing(reader)
				for i := range 8 {
					c.send(writer, room, fmt.Sprint(i))
					<-time.After(15 * time.Second)
				}
				if got := ids(t, f, 8); !slices.IsSorted(got) {
					t.Errorf("the messages are %v", got)
				}
				byRoom := slices.ContainsFunc(c.sandbox.CableStreams(),
					func(s string) bool { return strings.HasPrefix(s, "chat-room-5") })
				if byRoom != (param != "something") {
					t.Errorf("the streams are %v", c.sandbox.CableStreams())
				}
			})
		})
	}
}

// Circle does not say by which key an event names itself either. Whatever it is of those that are usual, the event is
// told of; with any other, messages come all the same, by readings of the room.
func TestKeysOfEvents(t *testing.T) {
	for _, key := range []string{"event", "type", "name", "action", "event_name", "event_type", "something"} {
		t.Run(key, func(t *testing.T) {
			inBubble(t, sandbox.CableOptions{EventKey: key}, func(t *testing.T, c *community) {
				writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
				room := c.room(writer, c.members[1].ID)
				f, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
				c.standing(reader)
				for i := range 4 {
					sent := time.Now()
					c.send(writer, room, fmt.Sprint(i))
					next(t, f, live.MessageAdded)
					if took := time.Since(sent); took > time.Second && key != "something" {
						t.Errorf("message %d came after %v, want as it happens", i, took)
					}
				}
			})
		})
	}
}

// Whoever comes back says which message was the last, and gets the rest.
func TestReplay(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
		room := c.room(writer, c.members[1].ID)
		f, leave := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
		c.standing(reader)
		c.send(writer, room, "one")
		last := next(t, f, live.MessageAdded).Message.ID
		leave()
		for i := range 5 {
			c.send(writer, room, fmt.Sprint(i))
		}
		f, _ = c.follow(reader, live.Topic{Kind: live.Room, Room: room, After: last})
		c.send(writer, room, "meanwhile")
		if got := ids(t, f, 6); !slices.IsSorted(got) || got[0] <= last {
			t.Errorf("after %d come %v", last, got)
		}
	})
}

// What is written while somebody comes back is told once, whichever way it is found first: by the reading of what they
// lack, over the cable, or by the reading that repairs a cable which has just opened.
func TestReplayTellsOnce(t *testing.T) {
	for name, slow := range map[string]time.Duration{"the cable is slow": 5 * time.Second, "the cable is fast": 0} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
				writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
				room := c.room(writer, c.members[1].ID)
				c.send(writer, room, "one")
				w, err := c.client.Chat.Messages(reader.ctx, room, circleclient.MessageWindowOptions{Older: 10})
				if err != nil {
					t.Fatal(err)
				}
				var read atomic.Bool
				c.before = func(r *http.Request) {
					if r.URL.Path == "/cable" {
						<-time.After(slow)
					}
					if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/chat_room_messages") ||
						read.Swap(true) {
						return
					}
					if slow == 0 {
						<-time.After(2 * time.Second) // the cable stands by then
					}
					reply := circleclient.ChatMessageRequest{Body: paragraph("a reply"), ParentMessageID: w.LastID}
					if _, err := c.client.Chat.Send(writer.ctx, room, reply); err != nil {
						t.Error(err)
					}
					c.send(writer, room, "two")
					<-time.After(time.Second)
				}
				f, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room, After: w.LastID})
				<-time.After(5 * time.Minute)
				c.send(writer, room, "three")
				synctest.Wait()
				told := map[int64]int{}
				for n := f.waiting(); n > 0; n-- {
					if e := <-f.Events(); e.Kind == live.MessageAdded {
						told[e.Message.ID]++
					}
				}
				want := map[int64]int{w.LastID + 2: 1, w.LastID + 3: 1}
				if slow == 0 {
					want[w.LastID+1] = 1 // readings of a room have no replies
				}
				if !maps.Equal(told, want) {
					t.Errorf("after %d the messages are told %v times, want %v", w.LastID, told, want)
				}
			})
		})
	}
}

// A member's own message says by which key it was sent, even if it overtakes the answer to the sending.
func TestOwnMessagesAreKnown(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		writer := c.device(c.members[0].ID)
		room := c.room(writer, c.members[1].ID)
		f, _ := c.follow(writer, live.Topic{Kind: live.Room, Room: room})
		c.standing(writer)
		done := c.live.Sending(writer.ctx, room)
		sent, err := c.client.Chat.Send(writer.ctx, room, circleclient.ChatMessageRequest{Body: paragraph("mine")})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := f.waiting(); n != 0 {
			t.Errorf("%d events overtake the answer", n)
		}
		done(sent.CreationUUID, "key-1")
		if e := next(t, f, live.MessageAdded); e.IdempotencyKey != "key-1" || e.CreationUUID != sent.CreationUUID {
			t.Errorf("the message is told as %+v", e)
		}
	})
}

// What a member does through another process is looked for at once if no cable tells, and seldom if they do much.
func TestDidElsewhere(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		phone := c.device(c.members[0].ID)
		room := c.room(phone, c.members[1].ID)
		f, _ := c.follow(phone, live.Topic{Kind: live.Room, Room: room})
		before := c.requests.Load()
		for n := range 20 {
			c.send(phone, room, fmt.Sprint(n)) // with a client of which nobody tells
			c.live.DidElsewhere(c.members[0].ID)
			<-time.After(time.Second)
		}
		<-time.After(time.Minute)
		if got := ids(t, f, 20); !slices.IsSorted(got) {
			t.Errorf("told in the order %v", got)
		}
		if n := c.requests.Load() - before - 20; n < 4 || n > 6 {
			t.Errorf("%d requests for what was done within twenty seconds, want one in five", n)
		}
		before = c.requests.Load()
		c.live.DidElsewhere(c.members[1].ID) // who does not listen
		<-time.After(time.Minute)
		if n := c.requests.Load() - before; n != 0 {
			t.Errorf("%d requests for somebody who does not listen", n)
		}
	}, func(o *live.Options) { o.URL = "" })
}

// A member follows so much and no more, on all devices together; what ends makes room.
func TestMembersFollowOnlySoMuch(t *testing.T) {
	inBubble(t, sandbox.CableOptions{}, func(t *testing.T, c *community) {
		phone, laptop, other := c.device(c.members[0].ID), c.device(c.members[0].ID), c.device(c.members[1].ID)
		_, end := c.follow(phone, live.Topic{Kind: live.Counts})
		for n := 1; n < live.MaxFollowers; n++ {
			c.follow([]*device{phone, laptop}[n%2], live.Topic{Kind: live.Counts})
		}
		if _, err := c.live.Follow(laptop.ctx, live.Topic{Kind: live.Inbox}); !errors.Is(err, live.ErrTooMany) {
			t.Errorf("one more than %d: %v, want ErrTooMany", live.MaxFollowers, err)
		}
		c.follow(other, live.Topic{Kind: live.Counts})
		end()
		synctest.Wait()
		c.follow(laptop, live.Topic{Kind: live.Inbox})
	})
}
