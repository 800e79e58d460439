package cable

import (
	"encoding/json"
	"slices"
	"testing"
)

// Circle documents neither the key of an event's name nor whether the record stands beside it.
func TestDecode(t *testing.T) {
	for message, want := range map[string]struct {
		kind   Kind
		id     int64
		room   string
		fields []string
	}{
		`{"event":"newMessage","id":2147500001,"chat_room_uuid":"u","body":"x"}`:                {NewMessage, 2147500001, "u", nil},
		`{"type":"newMessage","data":{"id":"2147500001","chat_room_uuid":"u"}}`:                 {NewMessage, 2147500001, "u", nil},
		`{"action":"new_message","payload":{"message":{"id":2147500001,"chat_room_uuid":"u"}}}`: {NewMessage, 2147500001, "u", nil},
		`{"name":"NewMessage","message":"{\"id\":2147500001,\"chat_room_uuid\":\"u\"}"}`:        {NewMessage, 2147500001, "u", nil},
		`"{\"event\":\"chatRoomDeleted\",\"chat_room_uuid\":\"u\"}"`:                            {RoomDeleted, 0, "u", nil},
		`{"type":"chat_room","event":"chatRoomUnPinned","chat_room_id":5}`:                      {RoomUnpinned, 0, "", nil},
		`{"event":"chatRoomUpdated","uuid":"u","chat_room_name":"New"}`:                         {RoomUpdated, 0, "u", nil},
		`{"event":"presence","who":7}`:                                                          {Unknown, 0, "", []string{"event", "who"}},
		`{"channel":"ChatRoomChannel"}`:                                                         {Unknown, 0, "", []string{"channel"}},
		`[1,2]`:                                                                                 {Unknown, 0, "", nil},
		`null`:                                                                                  {Unknown, 0, "", nil},
		`{"event":["newMessage"],"id":{}}`:                                                      {Unknown, 0, "", []string{"event", "id"}},
		`{"event":"newMessage","id":{},"chat_room_uuid":7}`:                                     {NewMessage, 0, "7", nil},
	} {
		got := decode("x", json.RawMessage(message))
		if got.Kind != want.kind || got.ID != want.id || got.RoomUUID() != want.room ||
			!slices.Equal(got.Fields, want.fields) {
			t.Errorf("decode(%s) = %+v, want %+v", message, got, want)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	for got, want := range map[Identifier]string{
		Inbox(7):                 `{"channel":"ChatRoomChannel","community_member_id":7}`,
		Threads(7):               `{"channel":"Chats::CommunityMemberThreadsChannel","community_member_id":7}`,
		RoomShapes(5, "u")[0]:    `{"channel":"Chats::RoomChannel","chat_room_id":5}`,
		RoomShapes(5, "u")[1]:    `{"channel":"Chats::RoomChannel","chat_room_uuid":"u"}`,
		RoomShapes(5, `"},{`)[1]: `{"channel":"Chats::RoomChannel","chat_room_uuid":"\"},{"}`,
	} {
		if string(got) != want {
			t.Errorf("the identifier is %s, want %s", got, want)
		}
	}
	if canonical(`{"community_member_id": 7, "channel":"ChatRoomChannel"}`) != canonical(string(Inbox(7))) {
		t.Error("an identifier that comes back in another form is not known")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"event":"newMessage","data":{"id":1}}`))
	f.Fuzz(func(_ *testing.T, message []byte) { decode("x", message) })
}
