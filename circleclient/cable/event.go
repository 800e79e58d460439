package cable

import (
	"encoding/json"
	"slices"
	"strings"

	"circlegraph/circleclient/lenient"
)

// Kind is the name of an event, in Circle's words.
type Kind string

// The events that Circle documents.
const (
	NewNotification  Kind = "newNotification"
	CountUpdated     Kind = "updateNewNotificationCount"
	CountReset       Kind = "resetNewNotificationCount"
	RoomCreated      Kind = "chatRoomCreated"
	RoomUpdated      Kind = "chatRoomUpdated"
	RoomDeleted      Kind = "chatRoomDeleted"
	RoomRead         Kind = "chatRoomRead"
	RoomPinned       Kind = "chatRoomPinned"
	RoomUnpinned     Kind = "chatRoomUnPinned"
	NewMessage       Kind = "newMessage"
	UpdatedMessage   Kind = "updatedMessage"
	DeletedMessage   Kind = "deletedMessage"
	ThreadRead       Kind = "chatThreadRead"
	Unknown          Kind = "" // an event that is not documented, or no event at all
	maxUnknownFields      = 12
)

// Event is something that has happened. Which fields are filled depends on its kind and channel.
type Event struct {
	// Identifier is the subscription that brought it.
	Identifier Identifier `json:"-"`
	// Kind is what has happened.
	Kind Kind `json:"-"`
	// Payload is the record as it came: a message, a room or a few ids.
	Payload json.RawMessage `json:"-"`
	// Fields are the names of the fields of an unknown event, in order; of known ones none.
	Fields []string `json:"-"`

	// ID is the number of the message or room.
	ID int64 `json:"id"`
	// UUID is the room's in [RoomCreated] and [RoomUpdated].
	UUID string `json:"uuid"`
	// ChatRoomUUID and ChatRoomID are the room's otherwise, whichever Circle sends.
	ChatRoomUUID string `json:"chat_room_uuid"`
	ChatRoomID   int64  `json:"chat_room_id"`
	// ChatThreadID is the thread of a message, or the one that was read.
	ChatThreadID int64 `json:"chat_thread_id"`
	// CreationUUID names the sending of a message, as the answer to it did.
	CreationUUID string `json:"creation_uuid"`
	// NewNotifications is the count of new notifications; nil if it is not sent.
	NewNotifications *int `json:"new_notifications_count"`
	// ParentMessage is the message that a deleted reply answered.
	ParentMessage json.RawMessage `json:"parent_message"`
}

// RoomUUID is the room's UUID, whichever field has it.
func (e Event) RoomUUID() string {
	if e.ChatRoomUUID != "" {
		return e.ChatRoomUUID
	}
	return e.UUID
}

var (
	kinds = []Kind{
		NewNotification, CountUpdated, CountReset, RoomCreated, RoomUpdated, RoomDeleted, RoomRead, RoomPinned,
		RoomUnpinned, NewMessage, UpdatedMessage, DeletedMessage, ThreadRead,
	}
	// nameKeys and payloadKeys are where the name and the record may stand: Circle documents neither.
	nameKeys    = []string{"event", "type", "name", "action", "event_name", "event_type"}
	payloadKeys = []string{"data", "payload", "message", "chat_room_message", "chat_message", "chat_room"}
)

// decode reads what a channel has sent, whatever keys it uses. What it cannot read is [Unknown].
func decode(id Identifier, message json.RawMessage) Event {
	e := Event{Identifier: id}
	fields := object(message)
	for _, key := range nameKeys {
		if e.Kind = kindOf(fields[key]); e.Kind != Unknown {
			break
		}
	}
	if e.Kind == Unknown {
		for name := range fields {
			e.Fields = append(e.Fields, name)
		}
		slices.Sort(e.Fields)
		e.Fields = e.Fields[:min(len(e.Fields), maxUnknownFields)]
		return e
	}
	e.Payload = unquoted(message)
	for range 2 { // data may hold the message
		inner := record(object(e.Payload))
		if inner == nil {
			break
		}
		e.Payload = unquoted(inner)
	}
	if lenient.Decode(e.Payload, &e) != nil {
		return Event{Identifier: id}
	}
	return e
}

// record is the record inside of an event; nil if the event is the record.
func record(fields map[string]json.RawMessage) json.RawMessage {
	for _, key := range payloadKeys {
		if object(fields[key]) != nil {
			return fields[key]
		}
	}
	return nil
}

// object reads an object, also one within a string; nil if it is not one.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(unquoted(raw), &fields) != nil {
		return nil
	}
	return fields
}

// unquoted is the JSON within a string of JSON; anything else stays as it is.
func unquoted(raw json.RawMessage) json.RawMessage {
	var text string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return raw
}

// kindOf reads a name in any case of its letters, with or without underscores.
func kindOf(raw json.RawMessage) Kind {
	var name string
	if len(raw) == 0 || json.Unmarshal(raw, &name) != nil {
		return Unknown
	}
	name = strings.NewReplacer("_", "", "-", "", ".", "").Replace(name)
	for _, kind := range kinds {
		if strings.EqualFold(name, string(kind)) {
			return kind
		}
	}
	return Unknown
}
