package cable

import (
	"encoding/json"
	"strconv"
)

// Identifier names a subscription: JSON that the server gives back as it was sent.
type Identifier string

// The channels, by the names of Circle's classes.
const (
	channelNotifications = "NotificationChannel"
	channelInbox         = "ChatRoomChannel"
	channelRoom          = "Chats::RoomChannel"
	channelThreads       = "Chats::CommunityMemberThreadsChannel"
)

// identifier writes an identifier.
func identifier(channel, parameter, value string) Identifier {
	return Identifier(`{"channel":"` + channel + `","` + parameter + `":` + value + `}`)
}

// Notifications is the channel of a member's notifications.
func Notifications(memberID int64) Identifier { return ofMember(channelNotifications, memberID) }

// Inbox is the channel of a member's chat rooms, without those that are embedded in something.
func Inbox(memberID int64) Identifier { return ofMember(channelInbox, memberID) }

// Threads is the channel of a member's threads.
func Threads(memberID int64) Identifier { return ofMember(channelThreads, memberID) }

func ofMember(channel string, memberID int64) Identifier {
	return identifier(channel, "community_member_id", strconv.FormatInt(memberID, 10))
}

// RoomShapes are the ways to name a room's channel that are worth a try, the likeliest first: Circle does not document
// the parameter. A wrong one is answered by silence, by a rejection, or by a confirmation that nothing ever follows.
func RoomShapes(roomID int64, roomUUID string) []Identifier {
	number, text := strconv.FormatInt(roomID, 10), strconv.Quote(roomUUID)
	return []Identifier{
		identifier(channelRoom, "chat_room_id", number),
		identifier(channelRoom, "chat_room_uuid", text),
		identifier(channelRoom, "id", number),
	}
}

// canonical is the JSON of an identifier with its keys in order and without spaces; empty if it is no JSON.
func canonical(identifier string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(identifier), &fields) != nil {
		return ""
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return ""
	}
	return string(text)
}
