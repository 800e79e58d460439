package circleclient

import (
	"context"
	"net/http"
	"time"
)

// LiveRoom is a room for video and voice. A single one cannot be read.
type LiveRoom struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// Description is what it is about; nil if nobody wrote any.
	Description *string `json:"description"`
	// Slug is its name in addresses.
	Slug string `json:"slug"`
	// Status is backstage until it begins.
	Status string `json:"status"`
	// RoomType is stream or conference.
	RoomType string `json:"room_type"`
	// ViewType is speaker_view, speaker_variant_view or grid_view.
	ViewType string `json:"view_type"`
	// AccessType is open, secret or public_stream.
	AccessType string `json:"access_type"`
	// HostCapacity is how many members can be seen and heard at once.
	HostCapacity     int  `json:"host_capacity"`
	RecordingEnabled bool `json:"recording_enabled"`
	MuteOnJoin       bool `json:"mute_on_join"`
	LimitURLSharing  bool `json:"limit_url_sharing"`
	// CreatedAt is when it was made.
	CreatedAt time.Time `json:"created_at"`
	// ChatRoomUUID is its chat room; nil if it has none.
	ChatRoomUUID *string `json:"chat_room_uuid"`
	// CanHost, CanManage and CanModerate are what the viewer may do.
	CanHost     bool `json:"can_host"`
	CanManage   bool `json:"can_manage"`
	CanModerate bool `json:"can_moderate"`
}

// ChatRoom returns its chat room, of which only the UUID is known; nil if it has none.
func (r *LiveRoom) ChatRoom() *ChatRoom {
	if r.ChatRoomUUID == nil {
		return nil
	}
	return &ChatRoom{UUID: *r.ChatRoomUUID}
}

// LiveRoomRequest is a live room to make. Circle chooses what is empty or nil.
type LiveRoomRequest struct {
	Name             string       `json:"name,omitempty"`
	Description      string       `json:"description,omitempty"`
	Slug             string       `json:"slug,omitempty"`
	RoomType         string       `json:"room_type,omitempty"`
	ViewType         string       `json:"view_type,omitempty"`
	AccessType       string       `json:"access_type,omitempty"`
	RecordingEnabled *bool        `json:"recording_enabled,omitempty"`
	MuteOnJoin       *bool        `json:"mute_on_join,omitempty"`
	LimitURLSharing  *bool        `json:"limit_url_sharing,omitempty"`
	Invited          *LiveInvited `json:"invited_entities_ids,omitempty"`
}

// LiveInvited are those invited to a live room.
type LiveInvited struct {
	Members []int64 `json:"members_ids,omitempty"`
	Spaces  []int64 `json:"spaces_ids,omitempty"`
}

// CreateLiveRoom makes a live room.
//
//circle:op POST /api/headless/v1/live_streams/rooms
func (s *ChatService) CreateLiveRoom(ctx context.Context, r LiveRoomRequest) (*LiveRoom, error) {
	return write[LiveRoom](ctx, s.client, http.MethodPost, member("/live_streams/rooms"), r)
}
