package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// store holds everything the sandbox knows. Its methods expect the sandbox's mutex to be held; only the add and remove
// methods change the indexes.
type store struct {
	members      []*member // in order of id
	spaces       []*space  // in order of the sidebar
	posts        []*post   // oldest first
	comments     map[int64]*comment
	bookmarks    []*bookmark // oldest first
	tags         []*memberTag
	fields       []*profileField
	links        []communityLink
	invitations  []invitation
	uploads      map[string]*upload        // by signed id
	uploaded     int                       // bytes of all of them
	memberships  map[int64][]*membership   // by space id, in order of joining
	notification map[int64][]*notification // by member id, oldest first
	chatRooms    []*chatRoom               // oldest first
	chatThreads  []*chatThread             // oldest first
	messages     map[int64]*message        // of all rooms, replies included

	courses      map[int64]*course   // by space id
	courseTopics []*topic            // of all courses
	quizzes      map[int64]*quiz     // by id
	attempts     []*attempt          // at quizzes, oldest first
	completed    map[lessonSeat]bool // lessons that members have completed

	memberByID map[int64]*member
	spaceByID  map[int64]*space
	postByID   map[int64]*post
	seatByID   map[int64]*membership
	seats      map[seatKey]*membership

	nextMember, nextUser, nextSpace, nextSeat, nextPost, nextComment, nextNotification, nextSmall, nextAttempt int64
	nextRoom, nextParticipant, nextMessage, nextThread, nextReplier, nextLive                                  int64
}

type seatKey struct{ spaceID, memberID int64 }

func newStore() *store {
	return &store{
		comments:     map[int64]*comment{},
		uploads:      map[string]*upload{},
		memberships:  map[int64][]*membership{},
		notification: map[int64][]*notification{},
		courses:      map[int64]*course{},
		quizzes:      map[int64]*quiz{},
		completed:    map[lessonSeat]bool{},
		messages:     map[int64]*message{},
		memberByID:   map[int64]*member{},
		spaceByID:    map[int64]*space{},
		postByID:     map[int64]*post{},
		seatByID:     map[int64]*membership{},
		seats:        map[seatKey]*membership{},

		nextMember: firstMemberID, nextUser: firstUserID, nextSpace: firstSpaceID, nextSeat: firstSpaceMemberID,
		nextPost: firstPostID, nextComment: firstCommentID, nextNotification: firstNotificationID, nextSmall: firstSmallID,
		nextAttempt: firstAttemptID, nextRoom: firstChatRoomID, nextParticipant: firstParticipantID,
		nextMessage: firstMessageID, nextThread: firstChatThreadID, nextReplier: firstReplierID, nextLive: firstLiveRoomID,
	}
}

// find is the first of the list that match accepts; nil if there is none.
func find[T any](list []*T, match func(*T) bool) *T {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

// filter lists what keep accepts, in the same order; nil if there is nothing.
func filter[T any](list []T, keep func(T) bool) []T {
	var kept []T
	for _, x := range list {
		if keep(x) {
			kept = append(kept, x)
		}
	}
	return kept
}

// take returns the next id of a counter.
func take(counter *int64) int64 {
	id := *counter
	*counter++
	return id
}

// smallID allocates an id for things that have no range of their own.
func (st *store) smallID() int64 { return take(&st.nextSmall) }

func (st *store) addMember(m *member) *member {
	m.id, m.userID = take(&st.nextMember), take(&st.nextUser)
	m.preferences = map[preferenceKey]bool{}
	m.spacePrefs = map[spacePreferenceKey]string{}
	m.lastReadSpaces = map[int64]time.Time{}
	m.fieldValues = map[int64]*fieldValue{}
	st.members = append(st.members, m)
	st.memberByID[m.id] = m
	return m
}

func (st *store) addSpace(sp *space) *space {
	sp.id = take(&st.nextSpace)
	st.spaces = append(st.spaces, sp)
	st.spaceByID[sp.id] = sp
	return sp
}

// join adds a member to a space; joining twice keeps the first membership.
func (st *store) join(spaceID, memberID int64, at time.Time) {
	if st.seats[seatKey{spaceID, memberID}] != nil {
		return
	}
	seat := &membership{id: take(&st.nextSeat), spaceID: spaceID, memberID: memberID, joinedAt: at}
	st.memberships[spaceID] = append(st.memberships[spaceID], seat)
	st.seats[seatKey{spaceID, memberID}] = seat
	st.seatByID[seat.id] = seat
}

// leave ends the membership.
func (st *store) leave(spaceID, memberID int64) {
	seat := st.seats[seatKey{spaceID, memberID}]
	if seat == nil {
		return
	}
	delete(st.seats, seatKey{spaceID, memberID})
	delete(st.seatByID, seat.id)
	st.memberships[spaceID] = slices.DeleteFunc(st.memberships[spaceID], func(m *membership) bool { return m == seat })
}

// seat is the member's membership in the space, nil if not joined.
func (st *store) seat(spaceID, memberID int64) *membership {
	return st.seats[seatKey{spaceID, memberID}]
}

func (st *store) addPost(p *post) {
	p.id = take(&st.nextPost)
	st.posts = append(st.posts, p)
	st.postByID[p.id] = p
}

// removePost removes the post and its comments. Bookmarks and notifications of it stay, as at Circle.
func (st *store) removePost(p *post) {
	for _, c := range p.comments {
		delete(st.comments, c.id)
	}
	delete(st.postByID, p.id)
	st.posts = slices.DeleteFunc(st.posts, func(q *post) bool { return q == p })
}

// addComment adds the comment to its post.
func (st *store) addComment(c *comment) {
	c.id = take(&st.nextComment)
	st.comments[c.id] = c
	p := st.postByID[c.postID]
	p.comments = append(p.comments, c)
}

// removeComment removes the comment and its replies.
func (st *store) removeComment(c *comment) {
	p := st.postByID[c.postID]
	gone := func(x *comment) bool { return x.id == c.id || x.parentID == c.id }
	for _, x := range p.comments {
		if gone(x) {
			delete(st.comments, x.id)
		}
	}
	p.comments = slices.DeleteFunc(p.comments, gone)
}

// repliesOf lists the replies to a comment, oldest first.
func (st *store) repliesOf(c *comment) []*comment {
	return filter(st.postByID[c.postID].comments, func(x *comment) bool { return x.parentID == c.id })
}

func (st *store) addNotification(n *notification) {
	n.id = take(&st.nextNotification)
	st.notification[n.memberID] = append(st.notification[n.memberID], n)
}

// bookmarkOf finds the member's bookmark of a post or comment, nil if none.
func (st *store) bookmarkOf(memberID int64, kind string, recordID int64) *bookmark {
	return find(st.bookmarks, func(b *bookmark) bool {
		return b.memberID == memberID && b.kind == kind && b.recordID == recordID
	})
}

// series lists all occurrences of a recurring event by start.
func (st *store) series(seriesID int64) []*post {
	all := filter(st.posts, func(p *post) bool {
		return p.event != nil && seriesID != 0 && p.event.seriesID == seriesID
	})
	slices.SortStableFunc(all, func(a, b *post) int {
		return cmp.Or(a.event.startsAt.Compare(b.event.startsAt), cmp.Compare(a.id, b.id))
	})
	return all
}

// liked reports whether the member is among the likers.
func liked(likes []like, memberID int64) bool {
	return slices.ContainsFunc(likes, func(l like) bool { return l.memberID == memberID })
}
