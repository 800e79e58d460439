package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// firstLiveRoomID is the first id of the rooms for video and voice.
const firstLiveRoomID = 310_001

// liveRoom is a room for video and voice. The sandbox has only its settings and its chat.
type liveRoom struct {
	id          int64
	creatorID   int64
	chat        *chatRoom
	name        string
	description string
	slug        string
	viewType    string
	roomType    string
	access      string
	recorded    bool
	muteOnJoin  bool
	limitShare  bool
	invited     []int64 // by member id, ascending
	createdAt   time.Time
}

// opensFor reports whether the member may enter: everybody may enter an open room.
func (l *liveRoom) opensFor(m *member) bool {
	return l.access != "secret" || l.creatorID == m.id || slices.Contains(l.invited, m.id)
}

func (s *Sandbox) liveRoomRoutes() []route {
	return []route{{"POST /live_streams/rooms", s.createLiveRoom}}
}

// liveRoomInput is a live room as callers ask for one; Circle needs none of it.
type liveRoomInput struct {
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Slug        string       `json:"slug"`
	ViewType    string       `json:"view_type"`
	RoomType    string       `json:"room_type"`
	AccessType  string       `json:"access_type"`
	Recording   bool         `json:"recording_enabled"`
	MuteOnJoin  bool         `json:"mute_on_join"`
	LimitShare  bool         `json:"limit_url_sharing"`
	Invited     invitedInput `json:"invited_entities_ids"`
}

// invitedInput is who is invited, in person or with others.
type invitedInput struct {
	Members []int64 `json:"members_ids"`
	Spaces  []int64 `json:"spaces_ids"`
	Groups  []int64 `json:"space_groups_ids"`
	Tags    []int64 `json:"member_tags_ids"`
}

// wrong names the first setting with an unknown value, if any.
func (in liveRoomInput) wrong() string {
	switch {
	case !slices.Contains([]string{"", "speaker_view", "speaker_variant_view", "grid_view"}, in.ViewType):
		return "view_type"
	case !slices.Contains([]string{"", "stream", "conference"}, in.RoomType):
		return "room_type"
	case !slices.Contains([]string{"", "open", "secret", "public_stream"}, in.AccessType):
		return "access_type"
	}
	return ""
}

// createLiveRoom makes a room and its chat. Only staff may, as can_create_live_streams of the current member says.
func (s *Sandbox) createLiveRoom(q *request) answer {
	if !q.member.staff() {
		return forbidden()
	}
	var in liveRoomInput
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if setting := in.wrong(); setting != "" {
		return notListed("Failed to create live room!", setting)
	}
	l := &liveRoom{
		id: take(&s.store.nextLive), creatorID: q.member.id, name: cmp.Or(in.Name, q.member.firstName+"'s room"),
		description: in.Description, viewType: cmp.Or(in.ViewType, "grid_view"), roomType: cmp.Or(in.RoomType, "stream"),
		access: cmp.Or(in.AccessType, "open"), recorded: in.Recording, muteOnJoin: in.MuteOnJoin, limitShare: in.LimitShare,
		invited: s.invited(in.Invited), createdAt: q.now,
	}
	l.slug = slugOf(cmp.Or(in.Slug, l.name))
	if slices.ContainsFunc(s.store.chatRooms, func(r *chatRoom) bool { return r.live != nil && r.live.slug == l.slug }) {
		l.slug += fmt.Sprintf("-%d", l.id)
	}
	l.chat = s.store.addRoom(&chatRoom{kind: roomGroup, live: l, name: l.name, createdAt: q.now})
	s.store.enter(l.chat, q.member.id).admin = true
	for _, id := range l.invited {
		s.store.enter(l.chat, id)
	}
	return created(s.liveRoomView(q.member, l))
}

// invited lists the invited members, each once, in order of id.
func (s *Sandbox) invited(in invitedInput) []int64 {
	var ids []int64
	for _, m := range s.store.members {
		in := slices.Contains(in.Members, m.id) ||
			slices.ContainsFunc(m.tags, func(t *memberTag) bool { return slices.Contains(in.Tags, t.id) }) ||
			slices.ContainsFunc(s.store.spaces, func(sp *space) bool {
				return s.store.seat(sp.id, m.id) != nil &&
					(slices.Contains(in.Spaces, sp.id) || slices.Contains(in.Groups, sp.groupID))
			})
		if in {
			ids = append(ids, m.id)
		}
	}
	return ids
}

type liveRoomJSON struct {
	ID           int64       `json:"id"`
	Name         string      `json:"name"`
	Description  string      `json:"description"`
	Slug         string      `json:"slug"`
	Status       string      `json:"status"`
	HostCapacity int         `json:"host_capacity"`
	ViewType     string      `json:"view_type"`
	RoomType     string      `json:"room_type"`
	Recorded     bool        `json:"recording_enabled"`
	AccessType   string      `json:"access_type"`
	Provider     string      `json:"room_provider"`
	Invited      []int64     `json:"invited_entities_ids"` // null without any
	MuteOnJoin   bool        `json:"mute_on_join"`
	LimitShare   bool        `json:"limit_url_sharing"`
	CreatedAt    stamp       `json:"created_at"`
	ChatRoomUUID string      `json:"chat_room_uuid"`
	Creator      liveCreator `json:"creator"`
	Participants liveGuests  `json:"participants_preview"`
	CanHost      bool        `json:"can_host"`
	CanManage    bool        `json:"can_manage"`
	CanModerate  bool        `json:"can_moderate"`
	IsCreator    bool        `json:"is_creator"`
}

// liveCreator is the creator of the room, by community member id.
type liveCreator struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
	PublicUID string  `json:"public_uid"`
	Bio       string  `json:"bio"`
	Headline  string  `json:"headline"`
}

// liveGuests is who is in the room: always nobody.
type liveGuests struct {
	Records []empty `json:"records"`
	Count   int     `json:"count"`
}

func (s *Sandbox) liveRoomView(m *member, l *liveRoom) liveRoomJSON {
	by := s.store.memberByID[l.creatorID]
	return liveRoomJSON{
		ID: l.id, Name: l.name, Description: l.description, Slug: l.slug, Status: "backstage", HostCapacity: 30,
		ViewType: l.viewType, RoomType: l.roomType, Recorded: l.recorded, AccessType: l.access, Provider: "hms",
		Invited: l.invited, MuteOnJoin: l.muteOnJoin, LimitShare: l.limitShare, CreatedAt: stamp(l.createdAt),
		ChatRoomUUID: l.chat.uuid, Participants: liveGuests{Records: []empty{}}, CanHost: by == m,
		CanManage: by == m || m.roles.Admin, IsCreator: by == m,
		Creator: liveCreator{by.id, by.name(), orNull(by.avatarURL), by.publicUID, by.bio, by.headline},
	}
}
