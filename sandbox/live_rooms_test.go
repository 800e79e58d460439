package sandbox

import "testing"

func TestLiveRooms(t *testing.T) {
	const at = "/live_streams/rooms"
	walkSteps(t, newWorld(t), []step{
		{
			name: "as a member", method: "POST", path: at, body: `{"name":"Mine"}`, status: 401,
			want: "You cannot perform this action.",
		},
		{
			name: "bare", who: asAdmin, method: "POST", path: at, body: `{}`, status: 201,
			want: `"name":"Ruth's room","description":"","slug":"ruth-s-room","status":"backstage"`,
		},
		{name: "again", who: asAdmin, method: "POST", path: at, body: `{}`, status: 201, want: `"slug":"ruth-s-room-310002"`},
		{
			name: "full", who: asAdmin, method: "POST", path: at,
			body: `{"name":"Grafting","slug":"grafting","view_type":"speaker_view","room_type":"conference","access_type":"secret","invited_entities_ids":{"members_ids":[8800004]}}`, status: 201, want: `"invited_entities_ids":[8800004]`,
		},
		{
			name: "on stage", who: asAdmin, method: "POST", path: at,
			body: `{"view_type":"grid_view","access_type":"public_stream"}`, status: 201, want: `"access_type":"public_stream"`,
		},
		{
			name: "view", who: asAdmin, method: "POST", path: at, body: `{"view_type":"sideways"}`, status: 400,
			want: "view_type",
		},
		{name: "type", who: asAdmin, method: "POST", path: at, body: `{"room_type":"shed"}`, status: 400, want: "room_type"},
		{
			name: "access", who: asAdmin, method: "POST", path: at, body: `{"access_type":"key"}`, status: 400,
			want: "access_type",
		},
	})
}

func TestChatOfLiveRooms(t *testing.T) {
	w := newWorld(t)
	open := func(body string) string {
		uuid, _ := w.as(asAdmin).must(201, "POST", "/live_streams/rooms", body).at("chat_room_uuid").(string)
		return uuid
	}
	public, secret := open(`{"name":"Open"}`), open(`{"name":"Secret","access_type":"secret","invited_entities_ids":{"members_ids":[8800004]}}`)
	w.as(asZoe).say(public, "Good evening")
	w.as(asMember).say(secret, "Good evening")
	w.as(asZoe).must(404, "GET", "/messages/"+secret, "")
	if r := w.as(asMember).must(200, "GET", "/messages/"+secret, ""); r.at("chat_room", "chat_room_name") != "Secret" ||
		r.id("chat_room", "chat_room_participants_count") != 2 {
		t.Errorf("the room = %s, want the admin and her guest in it", r.raw)
	}
}

func TestInvitationsToLiveRooms(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]int{
		`{"members_ids":[8800004,8800004,1]}`:                1,
		path(`{"spaces_ids":[%d]}`, idSecret):                len(w.store.memberships[idSecret]),
		`{"space_groups_ids":[504]}`:                         len(w.store.memberships[idTeaHut]),
		path(`{"member_tags_ids":[%d]}`, w.store.tags[2].id): 3,
		`{}`: 0,
	} {
		r := w.as(asAdmin).must(201, "POST", "/live_streams/rooms", `{"invited_entities_ids":`+body+`}`)
		if got := r.ids("invited_entities_ids"); len(got) != want {
			t.Errorf("invited by %s = %v, want %d members", body, got, want)
		}
	}
}
