package circleclient

import "circlegraph/circleclient/lenient"

// carried are the lists that are worth looking through, by the template of their route.
var carried = map[string]carrier{
	memberAPI + "/home":                                             postsOf(SourceHome),
	memberAPI + "/spaces/{space_id}/posts":                          postsOf(SourceSpacePosts),
	memberAPI + "/community_members/{community_member_id}/posts":    postsOf(SourceMemberPosts),
	memberAPI + "/community_events":                                 postsOf(SourceCommunityEvents),
	memberAPI + "/posts/{post_id}/comments":                         commentsOf(SourceComments),
	memberAPI + "/comments/{comment_id}/replies":                    commentsOf(SourceReplies),
	memberAPI + "/community_members/{community_member_id}/comments": commentsOf(SourceMemberComments),
	memberAPI + "/spaces":                                           {[]RefType{RefSpace}, rowsOfSpaces},
	memberAPI + "/community_members":                                {[]RefType{RefMember}, rowsOfMembers},
	memberAPI + "/messages":                                         {[]RefType{RefChatRoom}, rowsOfRooms},
	memberAPI + "/courses/{course_id}/sections":                     {[]RefType{RefLesson}, rowsOfLessons},
}

// carrier says what records a list has, and finds them in its answer.
type carrier struct {
	has  []RefType
	find func(of route, body []byte) rows
}

func postsOf(source Source) carrier {
	return carrier{[]RefType{RefPost, RefMember, RefSpace}, rowsOfPosts(source)}
}

func commentsOf(source Source) carrier {
	return carrier{[]RefType{RefComment, RefMember}, rowsOfComments(source)}
}

// add notes a record by its number and, if it has them, by its slugs. The first in a list counts.
func (r rows) add(name recordName, source Source, json []byte) *row {
	made := &row{name: name, source: source, json: json}
	names := []recordName{{Ref: name.Ref}}
	if isWord(name.slug) && (name.Type != RefPost || isWord(name.space)) {
		names = append(names, recordName{Ref: Ref{Type: name.Type}, space: name.space, slug: name.slug})
	}
	for _, n := range names {
		if r[n] == nil {
			r[n] = made
		}
	}
	return made
}

// isWord reports whether Circle takes a slug for one. It takes what begins with a digit for a number.
func isWord(slug string) bool { return slug != "" && (slug[0] < '0' || slug[0] > '9') }

// recordsOf is a list whose records stay JSON; so do parts of them below.
type recordsOf[T any] struct {
	Records []lenient.Lazy[T] `json:"records"`
}

type memberStub struct {
	ID int64 `json:"community_member_id"`
}

func (r rows) addMember(source Source, json lenient.Lazy[memberStub]) {
	if id := json.Get().ID; id > 0 {
		r.add(recordName{Ref: MemberRef(id)}, source, json)
	}
}

type spaceStub struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
}

func (r rows) addSpace(source Source, json lenient.Lazy[spaceStub]) spaceStub {
	s := json.Get()
	if s.ID > 0 {
		r.add(recordName{Ref: SpaceNodeRef(s.ID), slug: s.Slug}, source, json)
	}
	return s
}

type postStub struct {
	ID     int64                    `json:"id"`
	Slug   string                   `json:"slug"`
	Space  lenient.Lazy[spaceStub]  `json:"space"`
	Author lenient.Lazy[memberStub] `json:"author"`
}

func rowsOfPosts(source Source) func(route, []byte) rows {
	return func(_ route, body []byte) rows {
		found := rows{}
		for _, record := range decoded[recordsOf[postStub]](body).Records {
			p := record.Get()
			space := found.addSpace(SourceUnknown, p.Space)
			found.addMember(SourceAuthor, p.Author)
			if p.ID > 0 && space.ID > 0 {
				found.add(recordName{Ref: PostRef(space.ID, p.ID), space: space.Slug, slug: p.Slug}, source, record)
			}
		}
		return found
	}
}

type commentStub struct {
	ID      int64                       `json:"id"`
	Space   int64                       `json:"space_id"`
	Post    int64                       `json:"post_id"`
	Parent  int64                       `json:"parent_comment_id"`
	Author  lenient.Lazy[memberStub]    `json:"author"`
	Replies []lenient.Lazy[commentStub] `json:"replies"`
}

func rowsOfComments(source Source) func(route, []byte) rows {
	return func(_ route, body []byte) rows {
		found := rows{}
		for _, record := range decoded[recordsOf[commentStub]](body).Records {
			for _, reply := range found.addComment(source, record).Replies {
				found.addComment(SourceEmbeddedReply, reply)
			}
		}
		return found
	}
}

func (r rows) addComment(source Source, json lenient.Lazy[commentStub]) commentStub {
	c := json.Get()
	r.addMember(SourceAuthor, c.Author)
	if c.ID > 0 {
		r.add(recordName{Ref: Ref{
			Type: RefComment, Space: c.Space, Post: c.Post, Parent: c.Parent, ID: c.ID,
		}}, source, json)
	}
	return c
}

func rowsOfSpaces(_ route, body []byte) rows {
	found := rows{}
	for _, record := range decoded[[]lenient.Lazy[spaceStub]](body) {
		found.addSpace(SourceSpaces, record)
	}
	return found
}

func rowsOfMembers(_ route, body []byte) rows {
	found := rows{}
	for _, record := range decoded[recordsOf[memberStub]](body).Records {
		found.addMember(SourceDirectory, record)
	}
	return found
}

func rowsOfRooms(_ route, body []byte) rows {
	found := rows{}
	for _, record := range decoded[recordsOf[wrappedRoom]](body).Records {
		room := record.Get()
		if uuid := room.unwrapped().UUID; uuid != "" {
			found.add(recordName{Ref: ChatRoomRef(uuid)}, SourceChatRooms, record)
		}
	}
	return found
}

func rowsOfLessons(of route, body []byte) rows {
	type section struct {
		IsDripped bool                      `json:"is_dripped"`
		Lessons   []lenient.Lazy[spaceStub] `json:"lessons"`
	}
	found := rows{}
	course, _ := of.names()
	for _, s := range decoded[[]section](body) {
		for _, record := range s.Lessons {
			if id := record.Get().ID; id > 0 {
				found.add(recordName{Ref: LessonRef(course.ID, id)}, SourceSections, record).locked = !s.IsDripped
			}
		}
	}
	return found
}

// decoded is an answer that was decoded before, so that it can be.
func decoded[T any](body []byte) T {
	var value T
	_ = lenient.Decode(body, &value)
	return value
}

// recordOf is the record of a row.
func recordOf[T sourced](r *row, empty T) T {
	_ = lenient.Decode(r.json, empty) // as [decoded]
	empty.setSource(r.source)
	return empty
}

// carriesAll reports whether a record carries each of several parts.
func carriesAll(record interface{ Carries(part Part) bool }, parts Part) bool {
	for ; parts != 0; parts &= parts - 1 {
		if !record.Carries(parts & -parts) {
			return false
		}
	}
	return true
}
