package sandbox

import "testing"

func TestLiveRooms(t *testing.T) {
	const at, full = "/live_streams/rooms", `{"name":"Grafting","slug":"grafting","view_type":"speaker_view",
		"room_type":"conference","access_type":"secret","invited_entities_ids":{"members_ids":[8800004]}}`
	walkSteps(t, newWorld(t), []step{
		{"as a member", asMember, "POST", at, `{"name":"Mine"}`, 401, denied},
		{
			"bare", asAdmin, "POST", at, `{}`, 201,
			`"name":"Ruth's room","description":"","slug":"ruth-s-room","status":"backstage"`,
		},
		{"again", asAdmin, "POST", at, `{}`, 201, `"slug":"ruth-s-room-310002"`},
		{"full", asAdmin, "POST", at, full, 201, `"invited_entities_ids":[8800004]`},
		{
			"on stage", asAdmin, "POST", at, `{"view_type":"grid_view","access_type":"public_stream"}`, 201,
			`"access_type":"public_stream"`,
		},
		{"view", asAdmin, "POST", at, `{"view_type":"sideways"}`, 400, "view_type"},
		{"type", asAdmin, "POST", at, `{"room_type":"shed"}`, 400, "room_type"},
		{"access", asAdmin, "POST", at, `{"access_type":"key"}`, 400, "access_type"},
	})
}

func TestChatOfLiveRooms(t *testing.T) {
	w := newWorld(t)
	open := func(body string) string {
		uuid, _ := w.as(asAdmin).must(201, "POST", "/live_streams/rooms", body).at("chat_room_uuid").(string)
		return uuid
	}
	public, secret := open(`{"name":"Open"}`),
		open(`{"name":"Secret","access_type":"secret","invited_entities_ids":{"members_ids":[8800004]}}`)
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
