package live_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/internal/race"
	"circlegraph/sandbox"
)

// screen is a room as an app keeps it by its events: the texts of its messages, without replies.
type screen struct {
	c      *community
	device *device
	room   string
	f      *follower
	texts  map[int64]string
	gaps   int
	told   map[int64]int // how often a message was told of as new
}

func (c *community) screen(d *device, room string) *screen {
	c.t.Helper()
	f, _ := c.follow(d, live.Topic{Kind: live.Room, Room: room})
	s := &screen{c: c, device: d, room: room, f: f, texts: map[int64]string{}, told: map[int64]int{}}
	s.read()
	return s
}

// read reads the whole of it, as an app does when it opens and after a gap.
func (s *screen) read() {
	s.c.t.Helper()
	s.texts = s.c.texts(s.device, s.room, 100)
}

// texts are the last messages of a room by their numbers.
func (c *community) texts(d *device, room string, last int) map[int64]string {
	c.t.Helper()
	w, err := c.client.Chat.Messages(circleclient.With(d.ctx, circleclient.Fresh), room,
		circleclient.MessageWindowOptions{Older: last - 1})
	if err != nil {
		c.t.Fatal(err)
	}
	texts := map[int64]string{}
	for _, m := range w.Records {
		texts[m.ID] = m.RichText().PlainText()
	}
	return texts
}

// follow takes what has come.
func (s *screen) follow() {
	s.c.t.Helper()
	synctest.Wait()
	for s.f.waiting() > 0 {
		switch e := <-s.f.Events(); e.Kind {
		case live.Missed:
			s.gaps++
			s.read()
		case live.MessageAdded, live.MessageUpdated:
			if e.Kind == live.MessageAdded {
				s.told[e.Message.ID]++
			}
			if e.Message.ParentMessageID == nil {
				s.texts[e.Message.ID] = e.Message.RichText().PlainText()
			}
		case live.MessageDeleted:
			delete(s.texts, e.MessageID)
		default:
		}
	}
}

// newest are the last hundred.
func newest(texts map[int64]string) map[int64]string {
	numbers := slices.Sorted(maps.Keys(texts))
	last := map[int64]string{}
	for _, id := range numbers[max(0, len(numbers)-100):] {
		last[id] = texts[id]
	}
	return last
}

// Whatever is written, changed and deleted while cables break, restart, fall silent, overtake themselves, repeat
// themselves and lose events while they stand: an app that goes by the events shows what is there, and no message is
// told of as new twice.
func TestAppsShowWhatIsThere(t *testing.T) {
	for seed := range uint64(race.Rounds(12, 4)) { // each mixture of what follows, or each of these things
		o := sandbox.CableOptions{
			NoSession: seed%2 == 1, Shuffle: seed%4 == 1, Duplicate: seed%3 == 0,
			DropEvery: []int{0, 0, 5, 2}[seed%4],
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			testShowsWhatIsThere(t, seed, o, func(o *live.Options) { o.PollShare = 1.5 })
		})
	}
}

// The same without a cable, by questions.
func TestAppsWithoutACableShowWhatIsThere(t *testing.T) {
	for seed := range uint64(race.Rounds(6, 3)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := sandbox.CableOptions{Refuse: []string{"rails404", "anycable403", "invalid_request"}[seed%3]}
			testShowsWhatIsThere(t, seed, o, func(o *live.Options) {
				if o.PollShare = 1.5; seed%2 == 1 {
					o.URL = ""
				}
			})
		})
	}
}

func testShowsWhatIsThere(t *testing.T, seed uint64, o sandbox.CableOptions, edits ...func(*live.Options)) {
	random := rand.New(rand.NewPCG(seed, 7))
	inBubble(t, o, func(t *testing.T, c *community) {
		writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
		room := c.room(writer, c.members[1].ID)
		if o.Refuse != "" {
			for _, m := range c.members[2:5] { // whom a cable is refused too, so that it is known to be closed to all
				c.follow(c.device(m.ID), live.Topic{Kind: live.Counts})
			}
		}
		s := c.screen(reader, room)
		for n := range 250 {
			c.step(random, writer, reader, room, n)
			<-time.After(10 * time.Millisecond)
			if random.IntN(3) == 0 {
				s.follow()
			}
			if random.IntN(10) == 0 {
				<-time.After(time.Duration(random.IntN(40)) * time.Second)
			}
		}
		<-time.After(12 * time.Minute) // all cables stand again, and all that was lost is read
		s.follow()
		want := c.texts(reader, room, 100)
		for id, text := range newest(s.texts) {
			if want[id] != text {
				t.Errorf("the app shows %q as message %d, want %q", text, id, want[id])
			}
			delete(want, id)
		}
		for id, text := range want {
			t.Errorf("the app lacks message %d, %q", id, text)
		}
		for id, times := range s.told {
			if times > 1 {
				t.Errorf("message %d is told of as new %d times", id, times)
			}
		}
		t.Logf("%d messages, %d gaps, %+v", len(s.told), s.gaps, c.live.Stats())
	}, edits...)
}

// step does something at random.
func (c *community) step(random *rand.Rand, writer, reader *device, room string, n int) {
	c.t.Helper()
	some := func() int64 {
		numbers := slices.Sorted(maps.Keys(c.texts(writer, room, 15)))
		if len(numbers) == 0 {
			return 0
		}
		return numbers[max(0, len(numbers)-1-random.IntN(15))]
	}
	check := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	switch dice := random.IntN(100); {
	case dice < 50:
		c.send([]*device{writer, reader}[dice%2], room, fmt.Sprint("message ", n))
	case dice < 60:
		if id := some(); id != 0 {
			_, err := c.client.Chat.Send(writer.ctx, room,
				circleclient.ChatMessageRequest{Body: paragraph(fmt.Sprint("reply ", n)), ParentMessageID: id})
			check(err)
		}
	case dice < 78:
		if id := some(); id != 0 {
			author := c.author(writer, reader, room, id)
			check(c.client.Chat.UpdateMessage(author.ctx, room, id, paragraph(fmt.Sprint("change ", n))))
		}
	case dice < 88:
		if id := some(); id != 0 {
			check(c.client.Chat.DeleteMessage(c.author(writer, reader, room, id).ctx, room, id))
		}
	case dice < 92:
		c.sandbox.CloseCables(0, "", true)
	case dice < 95:
		c.sandbox.RestartCable()
	case dice < 97 && n > 0: // a connection that is half open: what is sent over it never comes
		c.sandbox.SilenceCables(true)
		for range 5 {
			c.step(random, writer, reader, room, 0)
			<-time.After(3 * time.Second)
		}
		c.sandbox.SilenceCables(false)
	}
}

// author is which of two devices wrote a message.
func (c *community) author(one, two *device, room string, id int64) *device {
	c.t.Helper()
	m, err := c.client.Chat.Message(one.ctx, room, id)
	if err != nil {
		c.t.Fatal(err)
	}
	if m.Sender.CommunityMemberID == c.members[1].ID {
		return two
	}
	return one
}

// Many messages in a row, with ten cables lost on the way: none is missing, none comes twice, all come in order.
func TestManyMessages(t *testing.T) {
	const cuts = 10
	messages := race.Rounds(2000, 400)
	inBubble(t, sandbox.CableOptions{NoSession: true, Shuffle: true}, func(t *testing.T, c *community) {
		writer, reader := c.device(c.members[0].ID), c.device(c.members[1].ID)
		room := c.room(writer, c.members[1].ID)
		f, _ := c.follow(reader, live.Topic{Kind: live.Room, Room: room})
		c.standing(reader)
		var got []int64
		for n := range messages {
			c.send(writer, room, fmt.Sprint(n))
			if n%(messages/cuts) == messages/cuts/2 {
				c.sandbox.CloseCables(0, "", true)
				c.standing(reader)
			}
			if n%20 == 19 {
				got = append(got, ids(t, f, 20)...)
			}
		}
		if !slices.IsSorted(got) || len(slices.Compact(got)) != messages {
			t.Errorf("%d of %d messages are told of once and in order", len(slices.Compact(got)), messages)
		}
		if s := c.live.Stats(); s.Reconnects != cuts {
			t.Errorf("%d cables were lost, want %d", s.Reconnects, cuts)
		}
	})
}
