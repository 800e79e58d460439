package circleclient

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"circlegraph/internal/race"
)

// Two members with two tokens each read lists and posts in any order, like posts and see others like them, some posts
// go and come back, tokens end. Nobody gets another's record, nothing that is older than the bound or than their last
// own write, with whichever token; nothing becomes older again, and nothing comes back that was refused since.
func TestRecordsInAnyOrder(t *testing.T) {
	for seed := range uint64(race.Rounds(25, 5)) {
		random := rand.New(rand.NewPCG(seed, 7))
		circle := newLivingCircle(map[string]int64{"a1": 5, "a2": 5, "b1": 6, "b2": 6})
		c, clock, known := memoClient(t, circle, reusing)
		for token, member := range circle.members {
			if random.IntN(4) > 0 { // of the others, Circle has not said whose they are
				known.Prove(HashToken(token), member)
			}
		}
		tokens := []string{"a1", "a2", "b1", "b2"}
		type view struct {
			token string
			post  int64
		}
		history := map[int64][]int{1: {}, 2: {}, 3: {}} // likes at each second
		own := map[view]int{}                           // likes after a member's last write, by one of their tokens
		seen := map[view]int{}
		refused := map[view]bool{}
		reused := 0
		note := func(token string, p *Post, how string) {
			t.Helper()
			v, now := view{token, p.ID}, int(clock.Load())
			delete(refused, v)
			if *p.Name != fmt.Sprint("for ", circle.members[token]) {
				t.Fatalf("seed %d: %s gets a post %s", seed, token, *p.Name)
			}
			if got, least := *p.LikesTotal, history[p.ID][max(now-60, 0)]; got < max(least, own[v], seen[v]) {
				t.Fatalf("seed %d: %s sees %d likes %s; %d a minute ago, %d after their write, %d seen before", seed, token,
					got, how, least, own[v], seen[v])
			}
			seen[v] = *p.LikesTotal
		}
		for range 300 {
			for range random.IntN(8) {
				for id := range history {
					history[id] = append(history[id], circle.likes[id])
				}
				clock.Add(1)
			}
			for id := range history {
				history[id] = append(history[id][:clock.Load()], circle.likes[id])
			}
			token, id := tokens[random.IntN(4)], int64(1+random.IntN(3))
			ctx, v := as(t.Context(), token), view{token, id}
			switch random.IntN(12) {
			case 0, 1, 2:
				page, err := c.Posts.Home(ctx, PostListOptions{})
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range page.Records {
					note(token, p, "in the list")
				}
			case 3:
				if err := c.Posts.Like(ctx, id); err != nil {
					t.Fatal(err)
				}
				for _, other := range tokens {
					if circle.members[other] == circle.members[token] {
						own[view{other, id}] = circle.likes[id]
					}
				}
			case 4, 5:
				circle.likes[id]++ // by somebody elsewhere
			case 6:
				if random.IntN(3) == 0 {
					circle.gone[id] = !circle.gone[id]
				}
			case 7:
				if random.IntN(5) == 0 {
					c.Forget(token)
					known.Prove(HashToken(token), circle.members[token])
					if _, ok := c.Posts.Listed(ctx, SpaceKey{ID: 9}, PostKey{ID: id}, 0); ok {
						t.Fatalf("seed %d: %s is answered after its end", seed, token)
					}
				}
			default:
				p, fromList, err := look(ctx, c, id, 0)
				switch {
				case errors.Is(err, ErrNotFound):
					refused[v] = true
				case err != nil:
					t.Fatal(err)
				case fromList && refused[v]:
					t.Fatalf("seed %d: %s gets a post back that was gone", seed, token)
				default:
					note(token, p, "by itself")
				}
				if fromList {
					reused++
				}
			}
		}
		if reused == 0 {
			t.Errorf("seed %d: nothing was reused", seed)
		}
	}
}

// chattyCircle is a Circle with two rooms, which says of a room whom it was given to, in its name, and how much was
// written in it.
type chattyCircle struct {
	members map[string]int64 // by token
	written map[string]int   // by room
}

func (c *chattyCircle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	member := c.members[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	room := func(uuid string) string {
		return fmt.Sprintf(`{"chat_room":{"uuid":%q,"chat_room_name":"for %d","chat_room_kind":"group_chat",
			"unread_messages_count":%d}}`, uuid, member, c.written[uuid])
	}
	switch path := strings.TrimPrefix(r.URL.Path, memberAPI); {
	case path == "/messages":
		say(200, "application/json", `{"records":[`+room(rooms[0])+","+room(rooms[1])+`]}`)(w, r)
	case r.Method == http.MethodPost:
		c.written[strings.Split(path, "/")[2]]++
		say(202, "application/json", `{"creation_uuid":"c"}`)(w, r)
	default:
		say(200, "application/json", room(strings.TrimPrefix(path, "/messages/")))(w, r)
	}
}

var rooms = []string{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"}

// The same with rooms, of which events tell besides. Whoever was told of a message, on whichever device, sees a room
// with it from then on, in the list and by itself, and so does who has written one.
func TestRoomsInAnyOrder(t *testing.T) {
	for seed := range uint64(race.Rounds(25, 5)) {
		random := rand.New(rand.NewPCG(seed, 7))
		circle := &chattyCircle{map[string]int64{"a1": 5, "a2": 5, "b1": 6, "b2": 6}, map[string]int{}}
		c, clock, known := memoClient(t, circle, reusing)
		tokens := []string{"a1", "a2", "b1", "b2"}
		for _, token := range tokens {
			known.Prove(HashToken(token), circle.members[token])
		}
		type view struct {
			member int64
			room   string
		}
		least, reused := map[view]int{}, 0
		note := func(token string, r *ChatRoom, how string) {
			t.Helper()
			v := view{circle.members[token], r.UUID}
			if r.Name != fmt.Sprint("for ", v.member) {
				t.Fatalf("seed %d: %s gets a room %s", seed, token, r.Name)
			}
			if got := *r.UnreadMessagesCount; got < least[v] {
				t.Fatalf("seed %d: %s sees %d messages %s, and their member knows of %d", seed, token, got, how, least[v])
			}
		}
		for range 400 {
			clock.Add(int64(random.IntN(4)))
			token, uuid := tokens[random.IntN(4)], rooms[random.IntN(2)]
			ctx, v := as(t.Context(), token), view{circle.members[token], uuid}
			switch random.IntN(12) {
			case 0, 1, 2:
				page, err := c.Chat.Rooms(ctx, PageOptions{})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Records {
					note(token, r, "in the list")
				}
			case 3: // somebody elsewhere writes
				circle.written[uuid]++
			case 4: // and an event tells of it, to one member
				circle.written[uuid]++
				c.ChangedChat(v.member)
				least[v] = circle.written[uuid]
			case 5:
				c.ChangedNotifications(v.member) // says nothing of rooms
			case 6:
				if _, err := c.Chat.Send(ctx, uuid, ChatMessageRequest{Body: text(t, "hello")}); err != nil {
					t.Fatal(err)
				}
				least[v] = circle.written[uuid]
			case 7:
				if random.IntN(5) == 0 {
					c.Forget(token)
					known.Prove(HashToken(token), circle.members[token])
					if _, ok := c.Chat.Listed(ctx, uuid, 0); ok {
						t.Fatalf("seed %d: %s is answered after its end", seed, token)
					}
				}
			default:
				r, ok := c.Chat.Listed(ctx, uuid, 0)
				if ok {
					reused++
				} else {
					var err error
					if r, err = c.Chat.Room(ctx, uuid); err != nil {
						t.Fatal(err)
					}
				}
				note(token, r, "by itself")
			}
		}
		if reused == 0 {
			t.Errorf("seed %d: nothing was reused", seed)
		}
	}
}
