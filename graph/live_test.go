package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/tokens"
)

const (
	roomChanged = `subscription { chatRoomChanged(chatRoomId: %q%s) { __typename
		... on ChatMessageAdded {
			idempotencyKey creationUuid edge { cursor node { id body { plainText } reactions { count } } }
		}
		... on ChatMessageUpdated { chatMessage { id body { plainText } reactions { shortcode } } }
		... on ChatMessageDeleted { deletedChatMessageId } } }`
	inboxChanged = `subscription { inboxChanged { __typename
		... on ChatMessageAdded { chatRoom { id } edge { node { body { plainText } } } }
		... on ChatRoomAdded { edge { node { id name } } } ... on ChatRoomUpdated { chatRoom { unreadMessagesCount } } } }`
	sendMessage = `mutation($room: ID!, $text: String!, $key: String) {
		sendChatMessage(input: {chatRoomId: $room, body: {text: $text}, idempotencyKey: $key}) {
			creationUuid userErrors { message } } }`
)

// memberID is the id of whoever asks.
func (c *community) memberID(as string) string {
	c.t.Helper()
	id, _ := at(c.data(as, `{ viewer { member { id } } }`, nil), "viewer.member.id").(string)
	return id
}

// roomOf opens a direct room of two members and gives its id.
func (c *community) roomOf(one, two string) string {
	c.t.Helper()
	data := c.data(one, `mutation($id: ID!) {
		createChatRoom(input: {memberIds: [$id]}) { chatRoom { id } userErrors { message } }
	}`,
		map[string]any{"id": c.memberID(two)})
	id, _ := at(data, "createChatRoom.chatRoom.id").(string)
	if id == "" {
		c.t.Fatalf("no room was made: %v", data)
	}
	return id
}

func (c *community) say(as, room, text, key string) {
	c.t.Helper()
	variables := map[string]any{"room": room, "text": text}
	if key != "" {
		variables["key"] = key
	}
	c.data(as, sendMessage, variables)
}

// listening waits until all that the sockets have subscribed to is told over the cable.
func listening() { synctest.Wait() }

// What one member writes reaches another as it happens.
func TestRoomsTellOfMessages(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		room := c.roomOf(admin, member)
		c.say(admin, room, "before", "")
		reader, writer := c.connect(member), c.connect(admin)
		reader.Subscribe("1", fmt.Sprintf(roomChanged, room, ""))
		writer.Subscribe("1", fmt.Sprintf(roomChanged, room, ""))
		listening()
		c.say(admin, room, "hello", "key-1")
		added := reader.Next()
		for _, part := range []string{
			`"__typename":"ChatMessageAdded","idempotencyKey":null`, `"plainText":"hello"`,
			`"reactions":[]`,
		} {
			if !strings.Contains(added, part) {
				t.Errorf("the reader hears %s, want %s", added, part)
			}
		}
		writer.Want(`"idempotencyKey":"key-1"`)
		_, rest, _ := strings.Cut(added, `"cursor":"`)
		id, _, _ := strings.Cut(rest, `"`)
		c.data(admin, `mutation($id: ID!) {
			updateChatMessage(input: {messageId: $id, body: {text: "hullo"}}) { userErrors { message } }
		}`,
			map[string]any{"id": id})
		reader.Want(`"__typename":"ChatMessageUpdated","chatMessage":{"id":"` + id +
			`","body":{"plainText":"hullo"},"reactions":[]}`)
		c.data(admin, `mutation($id: ID!) { addReaction(input: {messageId: $id, emoji: HEART}) { userErrors { message } } }`,
			map[string]any{"id": id})
		writer.Want(`ChatMessageUpdated`)
		writer.Want(`"reactions":[{"shortcode":"heart"}]`)
		c.data(admin, `mutation($id: ID!) { deleteChatMessage(input: {messageId: $id}) { userErrors { message } } }`,
			map[string]any{"id": id})
		reader.Want(`{"__typename":"ChatMessageDeleted","deletedChatMessageId":"` + id + `"}`)
	})(t)
}

// The inbox hears of new rooms, of what is written in them, and that another device has read them.
func TestInboxes(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		s := c.connect(member)
		s.Subscribe("1", inboxChanged)
		listening()
		room := c.roomOf(admin, member) // which is there already, or told of
		c.say(admin, room, "hello", "")
		for heard := ""; !strings.Contains(heard, `"__typename":"ChatMessageAdded","chatRoom":{"id":"`+room+`"}`); {
			heard = s.Next()
		}
		c.data(member, `mutation($id: ID!) { markChatRoomAsRead(input: {chatRoomId: $id}) { userErrors { message } } }`,
			map[string]any{"id": room})
		for range 2 { // what the member did is told at once, and again by Circle
			s.Want(`{"__typename":"ChatRoomUpdated","chatRoom":{"unreadMessagesCount":0}}`)
		}
	})(t)
}

// Whoever comes back gets what was written meanwhile, in order.
func TestRoomsResume(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		room := c.roomOf(admin, member)
		c.say(admin, room, "one", "")
		data := c.data(member,
			`query($id: ID!) { node(id: $id) { ... on ChatRoom { messages(last: 1) { edges { cursor } } } } }`,
			map[string]any{"id": room})
		cursor, _ := at(data, "node.messages.edges.0.cursor").(string)
		c.say(admin, room, "two", "")
		c.say(admin, room, "three", "")
		s := c.connect(member)
		s.Subscribe("1", fmt.Sprintf(roomChanged, room, fmt.Sprintf(", after: %q", cursor)))
		s.Want(`"plainText":"two"`)
		s.Want(`"plainText":"three"`)
		c.say(admin, room, "four", "")
		s.Want(`"plainText":"four"`)
	})(t)
}

// A room is told of only to those who can read it, whatever id they make up.
func TestRoomsOfOthersAreSilent(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		others := ""
		for _, m := range c.sandbox.Members() {
			if m.Email != admin && m.Email != member {
				others = m.Email
			}
		}
		room := c.roomOf(admin, others)
		s := c.connect(member)
		s.Subscribe("1", fmt.Sprintf(roomChanged, room, ""))
		s.Want(`"code":"NOT_FOUND"`)
		s.Subscribe("2", inboxChanged)
		s.Subscribe("3", `subscription { liveStatusChanged { mode reason isUpToDate } }`)
		listening()
		c.say(admin, room, "a secret", "")
		listening()
		own := c.roomOf(admin, member)
		c.say(admin, own, "for you", "")
		for heard := ""; !strings.Contains(heard, "for you"); {
			if heard = s.Next(); strings.Contains(heard, "a secret") {
				t.Fatalf("a member hears %s", heard)
			}
		}
		for _, stream := range c.sandbox.CableStreams() {
			if strings.HasPrefix(stream, "chat-room-") && strings.HasSuffix(stream, "-channel") {
				t.Errorf("the member listens to %s", stream)
			}
		}
	})(t)
}

// All of a member's tokens hear what the member does, whichever of them does it.
func TestDevicesHearEachOther(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		s := c.connect(member)
		s.Subscribe("1", countsChanged)
		s.Want(`"notifications":10`)
		session, err := c.Sessions.Login(context.WithoutCancel(t.Context()), tokens.LoginRequest{Email: member})
		if err != nil || session.AccessToken == c.token(member) {
			t.Fatal("no second token", err)
		}
		c.data(session.AccessToken, resetCount, nil)
		s.Want(`"notifications":0`)
	})(t)
}

// The status says how it is: over the cable, or why not.
func TestLiveStatus(t *testing.T) {
	inMadeUpTime(func(_ *testing.T, c *community) {
		if status := at(c.data(member, `{ viewer { liveStatus { mode reason } } }`, nil),
			"viewer.liveStatus.reason"); status != "IDLE" {
			t.Errorf("the reason is %v, want IDLE", status)
		}
		c.sandbox.RefuseCables("rails404")
		s := c.connect(member)
		s.Subscribe("status", `subscription { liveStatusChanged { mode reason isUpToDate } }`)
		s.Want(`{"mode":"LOCAL","reason":"IDLE","isUpToDate":true}`)
		s.Subscribe("1", inboxChanged)
		var seen []string
		for !slices.ContainsFunc(seen, func(m string) bool { return strings.Contains(m, `"reason":"REFUSED"`) }) {
			seen = append(seen, s.Next())
		}
		c.sandbox.RefuseCables("")
		for m := ""; !strings.Contains(m, `{"mode":"LIVE","reason":null,"isUpToDate":true}`); { // after five minutes
			m = s.Next()
		}
	})(t)
}

// What Circle loses while its cable stands is told some minutes later, once; what comes after it is told at once.
func TestEventsThatTheCableLoses(t *testing.T) {
	t.Parallel()
	inMadeUpTime(func(t *testing.T, c *community) {
		const third = "arthur@example.com"
		room, quiet := c.roomOf(admin, member), c.roomOf(third, member)
		data := c.data(member, `{ homeFeed(first: 20) { nodes { id author { id } } } }`, nil)
		feed, _ := at(data, "homeFeed.nodes").([]any)
		own := ""
		for _, post := range feed {
			if at(post, "author.id") == c.memberID(member) {
				own, _ = at(post, "id").(string)
			}
		}
		s := c.connect(member)
		s.Subscribe("room", fmt.Sprintf(roomChanged, room, ""))
		s.Subscribe("inbox", inboxChanged)
		s.Subscribe("counts", `subscription { notificationCountsChanged { notifications } }`)
		told := make(chan string, 100)
		go func() { // or nobody would answer the pings
			for {
				_, message, err := s.Conn.Read(t.Context())
				if err != nil {
					return
				}
				told <- string(message)
			}
		}()
		heard := func(wants ...string) {
			t.Helper()
			var messages []string
			for range wants {
				select {
				case m := <-told:
					messages = append(messages, m)
				case <-time.After(20 * time.Minute):
					t.Fatalf("heard only %q, want %q", messages, wants)
				}
			}
			for _, want := range wants {
				if !slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, want) }) {
					t.Errorf("heard %q, want %s", messages, want)
				}
			}
		}
		heard(`"notifications":10`)
		listening()
		c.say(admin, room, "heard", "")
		heard(`{"id":"room"`, `{"id":"inbox"`)

		c.sandbox.DropEvents(1)
		c.say(admin, room, "lost", "")
		c.say(third, quiet, "lost too", "")
		c.data(admin, `mutation($id: ID!) {
			createComment(input: {postId: $id, body: {text: "Hello"}}) { userErrors { message } }
		}`, map[string]any{"id": own})
		c.sandbox.DropEvents(0)
		c.say(admin, room, "after", "")
		heard(`{"id":"room"`, `{"id":"inbox"`)

		c.clock.Advance(time.Minute)
		heard(`"plainText":"lost"`, `{"__typename":"ChatRoomUpdated","chatRoom":{"unreadMessagesCount":1}}`,
			`{"notificationCountsChanged":{"notifications":11}}`)
		<-time.After(11 * time.Minute) // the next reading finds nothing
		c.say(admin, room, "last", "")
		heard(`{"id":"room","type":"next","payload":{"data":{"chatRoomChanged":{"__typename":"ChatMessageAdded"`,
			`"chatRoom":{"id":"`+room+`"},"edge":{"node":{"body":{"plainText":"last"}}}`)
		if n := len(c.sandbox.Upgrades()); n != 1 {
			t.Errorf("%d cables were opened, want that the first one stands", n)
		}
	})(t)
}
