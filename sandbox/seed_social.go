package sandbox

import (
	"slices"
	"time"
)

// seedLikes lets members of a space like what is in it.
func (sd *seeder) seedLikes() {
	for i, p := range sd.store.posts {
		if p.status == "published" {
			p.likes = sd.likesFor(p.spaceID, p.createdAt, (i*5)%13)
		}
		for j, c := range p.comments {
			if j%5 == 0 {
				c.likes = sd.likesFor(p.spaceID, c.createdAt, 1+j%4)
			}
		}
		for _, c := range p.comments[:min(3, len(p.comments))] {
			if !slices.ContainsFunc(p.followers, func(f follower) bool { return f.memberID == c.authorID }) {
				p.followers = append(p.followers, follower{sd.store.smallID(), c.authorID})
			}
		}
	}
}

func (sd *seeder) likesFor(spaceID int64, since time.Time, n int) []like {
	var likes []like
	for range n {
		m := sd.memberOf(sd.store.spaceByID[spaceID])
		if !liked(likes, m.id) {
			likes = append(likes, like{m.id, sd.between(since, sd.now)})
		}
	}
	slices.SortStableFunc(likes, func(a, b like) int { return a.at.Compare(b.at) })
	return likes
}

// seedBookmarks gives Maya three posts and a comment, and some others one post.
func (sd *seeder) seedBookmarks() {
	maya, thread := sd.people[3], sd.postBySlug(slugWelcome)
	keep := func(m *member, kind string, id int64, age time.Duration) {
		sd.store.bookmarks = append(sd.store.bookmarks, &bookmark{
			id: sd.store.smallID(), memberID: m.id, kind: kind, recordID: id, createdAt: sd.ago(age),
		})
	}
	keep(maya, "post", thread.id, 90*day)
	keep(maya, "post", sd.postBySlug(slugShowcase).id, 18*day)
	keep(maya, "comment", thread.comments[3].id, 12*day)
	keep(maya, "post", sd.postBySlug("sharpening-morning").id, 2*day)
	for i, m := range sd.people[:12] {
		if m != maya {
			keep(m, "post", sd.postBySlug(slugShowcase).id, time.Duration(12-i)*day)
		}
	}
}

// seedNotifications adds the notifications of the seed's posts, comments and likes of the last weeks. Those older than
// four days are read.
func (sd *seeder) seedNotifications() {
	var all []*notification
	tell := func(n notification, at time.Time, action, display string) {
		if n.memberID == n.actorID || at.Before(sd.ago(40*day)) {
			return
		}
		n.action, n.displayAction, n.createdAt = action, display, at
		if at.Before(sd.ago(4 * day)) {
			n.readAt = at.Add(time.Hour)
		}
		all = append(all, &n)
	}
	for _, p := range sd.store.posts {
		if p.status != "published" {
			continue
		}
		for i, seat := range sd.store.memberships[p.spaceID] {
			n := sd.postNotification(p, seat.memberID, p.authorID)
			switch {
			case slices.Contains(p.content.mentioned(), seat.memberID):
				tell(n, p.createdAt, "mention", "mentioned you in a post")
			case p.event != nil || (int(p.id)+i)%6 == 0:
				tell(n, p.createdAt, "add", "posted")
			}
		}
		for _, l := range p.likes[:min(2, len(p.likes))] {
			tell(sd.postNotification(p, p.authorID, l.memberID), l.at, "like", "liked your post")
		}
		for _, c := range p.comments {
			n := notification{
				memberID: p.authorID, actorID: c.authorID, subjectKind: "Comment", subjectID: c.id,
				spaceID: p.spaceID, title: p.title(),
			}
			if c.parentID == 0 {
				tell(n, c.createdAt, "add", "commented on your post")
				continue
			}
			n.memberID = sd.store.comments[c.parentID].authorID
			if slices.Contains(c.content.mentioned(), n.memberID) {
				tell(n, c.createdAt, "mention", "mentioned you in a comment")
			} else {
				tell(n, c.createdAt, "reply", "replied to your comment")
			}
		}
	}
	for _, m := range sd.people[:4] {
		tell(notification{
			memberID: m.id, actorID: sd.people[32].id, subjectKind: "CommunityMember", subjectID: sd.people[32].id,
			title: "Thornbury Lane Allotments",
		}, sd.ago(35*time.Hour), "join", "joined the community")
	}
	slices.SortStableFunc(all, func(a, b *notification) int { return a.createdAt.Compare(b.createdAt) })
	for _, n := range all {
		sd.store.addNotification(n)
	}
}
