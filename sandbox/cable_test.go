package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// heard opens a cable for a member, subscribes, and returns a function that takes the next event of a subscription.
func heard(t *testing.T, s *Sandbox, url, token string, identifiers ...string) func() map[string]any {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), url+"/cable", &websocket.DialOptions{ //nolint:bodyclose // it has none
		Subprotocols: []string{cableProtocol}, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	read := func() map[string]any {
		for {
			_, data, err := ws.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var frame map[string]any
			if json.Unmarshal(data, &frame) == nil && frame["type"] != "ping" && frame["type"] != "welcome" {
				return frame
			}
		}
	}
	for _, identifier := range identifiers {
		command, _ := json.Marshal(map[string]string{"command": "subscribe", "identifier": identifier})
		if err := ws.Write(t.Context(), websocket.MessageText, command); err != nil {
			t.Fatal(err)
		}
		if frame := read(); frame["type"] != "confirm_subscription" {
			t.Fatalf("%s is answered %v", identifier, frame)
		}
	}
	return read
}

// keys are the names of a record's fields, sorted.
func keys(record map[string]any) []string {
	var names []string
	for name := range record {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stage is a sandbox that is served, and what its members do.
type stage struct {
	*Sandbox

	t   *testing.T
	url string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := New(Options{})
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return &stage{s, t, web.URL}
}

func (s *stage) token(m *member) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, _ := s.mint(m, s.clock.Now())
	return made.value
}

func (s *stage) do(m *member, method, path, body string) {
	s.t.Helper()
	r := httptest.NewRequest(method, memberAPI+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token(m))
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code >= 300 {
		s.t.Fatalf("%s %s = %d %s", method, path, w.Code, w.Body)
	}
}

// event takes the next event, which must have this name.
func (s *stage) event(from func() map[string]any, name string) map[string]any {
	s.t.Helper()
	message, _ := from()["message"].(map[string]any)
	if message["event"] != name {
		s.t.Fatalf("the event is %v, want %s", message, name)
	}
	return message
}

// hears listens to one of a member's own channels.
func (s *stage) hears(m *member, channel string) func() map[string]any {
	s.t.Helper()
	return heard(s.t, s.Sandbox, s.url, s.token(m), fmt.Sprintf(`{"channel":%q,"community_member_id":%d}`, channel, m.id))
}

// opens listens to a room.
func (s *stage) opens(m *member, r *chatRoom) func() map[string]any {
	s.t.Helper()
	return heard(s.t, s.Sandbox, s.url, s.token(m),
		fmt.Sprintf(`{"channel":"Chats::RoomChannel","chat_room_id":%d}`, r.id))
}

// A new room is told to all in it. A room of a space is not told of in the inbox, only on its own channel. A new
// notification is told with how many there are, and that they were seen.
func TestCableTellsOfRoomsAndNotifications(t *testing.T) {
	s := newStage(t)
	one, two := s.store.members[0], s.store.members[1]
	inbox, bell := s.hears(two, "ChatRoomChannel"), s.hears(two, "NotificationChannel")

	s.do(one, http.MethodPost, "/messages",
		fmt.Sprintf(`{"chat_room":{"kind":"group_chat","community_member_ids":[%d]}}`, two.id))
	created := s.event(inbox, "chatRoomCreated")
	for _, field := range []string{
		"id", "uuid", "identifier", "unread_messages_count", "chat_room_kind", "chat_room_name", "chat_room_description",
		"chat_room_show_history", "other_participants_preview", "current_participant",
	} {
		if _, there := created[field]; !there {
			t.Errorf("a new room has no %s, only %v", field, keys(created))
		}
	}

	hut := find(s.store.chatRooms, func(r *chatRoom) bool {
		return r.embedded() && s.canWrite(one, r) && s.canRead(two, r)
	})
	open := s.opens(two, hut)
	const body = `{"rich_text_body":{"body":{"type":"doc","content":[]}}}`
	s.do(one, http.MethodPost, "/messages/"+hut.uuid+"/chat_room_messages", body)
	s.event(open, "newMessage")
	s.do(one, http.MethodPost, fmt.Sprintf("/messages/%v/chat_room_messages", created["uuid"]), body)
	if told := s.event(inbox, "newMessage"); told["chat_room_uuid"] != created["uuid"] {
		t.Errorf("the inbox tells of room %v, want %v", told["chat_room_uuid"], created["uuid"])
	}

	s.mu.Lock()
	before := s.countNew(two).All
	s.notify(notification{memberID: two.id, actorID: one.id, action: "mention"})
	s.mu.Unlock()
	s.event(bell, "newNotification")
	if told := s.event(bell, "updateNewNotificationCount"); told["new_notifications_count"] != float64(before+1) {
		t.Errorf("the count is %v, want %d", told["new_notifications_count"], before+1)
	}
	s.do(two, http.MethodPost, "/notifications/reset_new_notifications_count", "")
	if told := s.event(bell, "resetNewNotificationCount"); told["new_notifications_count"] != 0. {
		t.Errorf("the count is %v after it was reset, want 0", told["new_notifications_count"])
	}
}

// What Circle documents of its events: who hears them, and with which fields.
func TestCableTellsOfMessages(t *testing.T) {
	s := newStage(t)
	one, two := s.store.members[0], s.store.members[1]
	room := func() *chatRoom {
		s.mu.Lock()
		defer s.mu.Unlock()
		r := s.store.addRoom(&chatRoom{kind: roomDirect, createdAt: s.clock.Now()})
		s.store.enter(r, one.id)
		s.store.enter(r, two.id)
		return r
	}()
	inbox, threads := s.hears(two, "ChatRoomChannel"), s.hears(two, "Chats::CommunityMemberThreadsChannel")
	open := s.opens(two, room)
	const body = `{"rich_text_body":{"body":{"type":"doc","content":[]}}%s}`
	messages := "/messages/" + room.uuid + "/chat_room_messages"
	s.do(one, http.MethodPost, messages, fmt.Sprintf(body, ""))
	added := s.event(inbox, "newMessage")
	s.event(open, "newMessage")
	for _, absent := range []string{"reactions", "bookmark_id", "last_reply_at"} {
		if _, there := added[absent]; there {
			t.Errorf("a new message has %s", absent)
		}
	}
	id := fmt.Sprintf("%.0f", added["id"])
	s.do(two, http.MethodPost, messages, fmt.Sprintf(body, `,"parent_message_id":`+id)) // not told in the inbox
	s.event(open, "newMessage")
	reply := s.event(threads, "newMessage")
	s.do(one, http.MethodPut, messages+"/"+id, fmt.Sprintf(body, ""))
	changed := s.event(open, "updatedMessage")
	if changed["edited_at"] == nil || changed["chat_room_kind"] != nil {
		t.Errorf("a changed message has %v", keys(changed))
	}
	s.event(threads, "updatedMessage")
	s.do(two, http.MethodDelete, messages+fmt.Sprintf("/%.0f", reply["id"]), "")
	if gone := s.event(open, "deletedMessage"); gone["parent_message"] == nil || gone["id"] != reply["id"] {
		t.Errorf("a deleted reply is told as %v", gone)
	}
	parent, _ := s.event(threads, "deletedMessage")["parent_message"].(map[string]any)
	if _, text := parent["chat_room_participant_id"].(string); !text || parent["chat_room_uuid"] != nil {
		t.Errorf("above a deleted reply is %v", keys(parent))
	}
	s.do(two, http.MethodPost, "/messages/"+room.uuid+"/mark_all_as_read", "")
	if read := s.event(inbox, "chatRoomRead"); read["chat_room_uuid"] != room.uuid {
		t.Errorf("a room that was read is told as %v", read)
	}
	if s.Cables() != 3 {
		t.Errorf("%d cables are open, want 3", s.Cables())
	}
}
