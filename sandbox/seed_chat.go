package sandbox

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// plannedRoom is a room with what is said in it, written as a script:
//
//	margaret: Kettle is on. Cake, @arthur?      a message of margaret@example.com with a mention
//	olena: It has set. [first-pumpkin.jpg]      a message with a photo
//	+ heart zoe member                          two reactions to the line above
//	> arthur: Always.                           a reply to the message above
//	---                                         Maya has read as far as this
//
// An empty line is a longer pause.
type plannedRoom struct {
	space  string  // slug: the room of a chat space
	lesson *lesson // else the room of a lesson of the course
	course *course
	people []string // else its participants; the first is the admin of a group
	name   string
	script string
	oldest time.Duration // when the talk began
	newest time.Duration // when its last line was written
	change func(room *chatRoom, maya *participant)
}

// plannedMessage is a message that waits for its id: ids follow the order of time over all rooms.
type plannedMessage struct {
	*message
	answers *plannedMessage
	unread  bool // by Maya
}

// seedChat makes the rooms and lets everybody talk. It draws from a source of its own, so that the rest of the
// community stays what it is.
func (sd *seeder) seedChat() {
	rnd := rand.New(rand.NewPCG(1894, 9))
	var plan []*plannedMessage
	plans := append(chatRooms(), sd.lessonRooms()...)
	rooms := make([]*chatRoom, len(plans))
	for i, p := range plans {
		rooms[i] = sd.planRoom(p)
		plan = append(plan, sd.planTalk(rooms[i], p, rnd)...)
	}
	slices.SortStableFunc(plan, func(a, b *plannedMessage) int { return a.sentAt.Compare(b.sentAt) })
	for _, pm := range plan {
		if pm.answers != nil {
			pm.parent = pm.answers.message
		}
		sd.store.addMessage(pm.message)
	}
	for i, room := range rooms {
		sd.readUp(room, plan)
		if p := plans[i]; p.change != nil {
			p.change(room, room.participant(sd.people[3].id))
		}
	}
}

func (sd *seeder) planRoom(p plannedRoom) *chatRoom {
	switch {
	case p.space != "":
		room := sd.embedInSpace(sd.rooms[p.space])
		sd.present(room)
		return room
	case p.lesson != nil:
		p.lesson.room = sd.embedInLesson(sd.store.spaceByID[p.course.spaceID],
			lessonRef{p.lesson.id, p.lesson.name, p.lesson.section.id})
		return p.lesson.room
	}
	room := sd.store.addRoom(&chatRoom{kind: roomDirect, name: p.name, createdAt: sd.ago(p.oldest)})
	for _, email := range p.people {
		sd.store.enter(room, sd.personNamed(email).id)
	}
	if len(p.people) > 2 {
		room.kind, room.participants[0].admin = roomGroup, true
	}
	return room
}

// planTalk turns the script into messages. The pauses between what belongs together are minutes; the longer ones fill
// the time.
func (sd *seeder) planTalk(room *chatRoom, p plannedRoom, rnd *rand.Rand) []*plannedMessage {
	if p.script == "" {
		return nil
	}
	var plan []*plannedMessage
	var top *plannedMessage
	blocks := strings.Split(strings.TrimSpace(p.script), "\n\n")
	pause := (p.oldest - p.newest) / time.Duration(max(1, len(blocks)-1))
	unread := false
	for i, block := range blocks {
		lines := strings.Split(block, "\n")
		at := sd.ago(p.newest + pause*time.Duration(len(blocks)-1-i) + time.Duration(len(lines))*4*time.Minute)
		for _, line := range lines {
			at = at.Add(time.Minute + time.Duration(rnd.IntN(180))*time.Second)
			switch {
			case line == "---":
				unread = true
				continue
			case strings.HasPrefix(line, "+ "):
				last := plan[len(plan)-1]
				last.reactions = append(last.reactions, sd.reactionsOf(strings.Fields(line[2:]))...)
				continue
			}
			line, isReply := strings.CutPrefix(line, "> ")
			pm := &plannedMessage{unread: unread, message: sd.planLine(line, int64(len(plan)))}
			pm.room, pm.sentAt = room, at
			if isReply {
				pm.answers = top
			} else {
				top = pm
			}
			plan = append(plan, pm)
		}
	}
	return plan
}

// planLine makes a message of a line, but for its room and time; a photo in it gets the id.
func (sd *seeder) planLine(line string, photoID int64) *message {
	email, text, _ := strings.Cut(line, ": ")
	text, photo, _ := strings.Cut(strings.TrimSuffix(text, "]"), " [")
	m := &message{memberID: sd.personNamed(email).id, content: sd.spoken(text)}
	if photo != "" {
		m.content.envelope.Attachments = append(m.content.envelope.Attachments, sd.photo(photo, photoID))
	}
	return m
}

// spoken is the text of a message; "@arthur" in it is a mention.
func (sd *seeder) spoken(text string) content {
	line := node{Type: "paragraph"}
	for {
		before, rest, found := strings.Cut(text, "@")
		if before != "" {
			line.Content = append(line.Content, textNode(before))
		}
		if !found {
			doc := document(line)
			return sd.chatContent(&documentInput{Body: &doc})
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' })
		if end < 0 {
			end = len(rest)
		}
		line.Content = append(line.Content, mentionNode(sd.personNamed(rest[:end])))
		text = rest[end:]
	}
}

// photo is an image in a message.
func (sd *seeder) photo(filename string, id int64) attachment {
	return sd.file(attachment{
		SignedID: signedID("chat", id), SGID: sgid("ChatBlob", id), ContentType: "image/jpeg", Filename: filename,
		ByteSize: 214_880 + id, Width: 1200, Height: 900,
		Metadata: attachmentMetadata{Identified: true, Width: 1200, Height: 900},
	})
}

func (sd *seeder) reactionsOf(words []string) []reaction {
	var all []reaction
	for _, email := range words[1:] {
		all = append(all, reaction{sd.personNamed(email).id, words[0]})
	}
	return all
}

// readUp lets everybody have read everything, but for what is new to Maya.
func (sd *seeder) readUp(room *chatRoom, plan []*plannedMessage) {
	for _, p := range room.participants {
		room.markRead(p)
	}
	maya := room.participant(sd.people[3].id)
	if maya == nil {
		return
	}
	for _, pm := range slices.Backward(plan) {
		switch {
		case pm.room != room || !pm.unread:
		case pm.parent == nil:
			maya.lastReadID = min(maya.lastReadID, pm.id-1)
		default:
			read := pm.parent.thread.lastReadID
			read[maya.memberID] = min(cmp.Or(read[maya.memberID], pm.id), pm.id-1)
		}
	}
}

// personNamed finds a person by the first half of the address.
func (sd *seeder) personNamed(email string) *member {
	i := slices.IndexFunc(sd.people, func(m *member) bool { return m.email == email+"@example.com" })
	return sd.people[i]
}

// lessonRooms are those of all lessons of all courses. In one of them somebody has talked, this morning.
func (sd *seeder) lessonRooms() []plannedRoom {
	var rooms []plannedRoom
	for _, sp := range sd.store.spaces {
		c := sd.store.courses[sp.id]
		if c == nil {
			continue
		}
		for _, l := range c.lessons() {
			rooms = append(rooms, plannedRoom{course: c, lesson: l, script: lessonTalk()[l.name], newest: time.Minute})
		}
	}
	return rooms
}

// chatRooms are all rooms but those of lessons. Maya talks with six members and in three groups; the last room is not
// hers.
func chatRooms() []plannedRoom {
	return []plannedRoom{
		{space: "tea-hut", script: teaHutTalk(), oldest: 34 * day, newest: 25 * time.Minute},
		{people: []string{"admin", "member"}, script: talkWithRuth(), oldest: 120 * day, newest: 9 * day},
		{people: []string{"moderator", "member"}, script: talkWithSiobhan(), oldest: 100 * day, newest: 30 * time.Hour},
		{people: []string{"member", "jose"}, script: talkWithJose(), oldest: 21 * day, newest: 50 * time.Minute},
		{people: []string{"zoe", "member"}, script: talkWithZoe(), oldest: 40 * day, newest: 5 * day},
		{people: []string{"member", "margaret"}, script: talkWithMargaret(), oldest: 16 * day, newest: 3 * time.Hour},
		{
			// she has switched messaging off since
			people: []string{"member", "hannah"}, script: talkWithHannah(), oldest: 80 * day, newest: 61 * day,
			change: func(_ *chatRoom, maya *participant) { maya.archived = true },
		},
		{
			people: []string{"kwame", "member", "margaret", "yusuf"}, name: "Bean pole expedition", script: beanPoleTalk(),
			oldest: 6 * day, newest: 95 * time.Minute,
		},
		{
			people: []string{
				"moderator", "member", "yusuf",
				"harriet",
			}, name: "New this year", script: newcomersTalk(), oldest: 60 * day, newest: 6 * time.Hour,
			change: func(room *chatRoom, maya *participant) {
				room.description, maya.muted = "For everybody in their first season. No question is too small.", true
			},
		},
		{
			people: []string{"zoe", "member", "jose", "priya", "dev"}, script: seedOrderTalk(), oldest: 33 * day,
			newest: 12 * day,
		},
		{people: []string{"jose", "zoe"}, script: talkOfOthers(), oldest: 18 * day, newest: 2 * day},
	}
}
