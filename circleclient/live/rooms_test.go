package live

import (
	"fmt"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// A member follows so many rooms and no more, however many subscriptions a room has.
func TestRoomsOfAMemberAreLimited(t *testing.T) {
	client, err := circleclient.New(circleclient.Config{BaseURL: "http://127.0.0.1", HeadlessToken: "token"})
	if err != nil {
		t.Fatal(err)
	}
	l := New(Options{Client: client, Now: time.Now})
	defer l.Close()
	m := newMember(l, 7)
	defer m.end()
	follow := func(n int) bool {
		rooms := []*circleclient.ChatRoom{{ID: int64(n), UUID: fmt.Sprint("room ", n)}}
		return m.add(newFollower(nil, []Topic{{Kind: Room, Room: rooms[0].UUID}}), rooms)
	}
	for n := range MaxRooms {
		if !follow(n) {
			t.Fatalf("room %d of %d is refused", n+1, MaxRooms)
		}
	}
	if follow(MaxRooms) {
		t.Errorf("one room more than %d is followed", MaxRooms)
	}
	if !follow(0) {
		t.Error("a room that is followed cannot be followed again")
	}
}
