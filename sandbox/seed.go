package sandbox

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// How much the seed makes.
const (
	seedPosts    = 200 // events and drafts included
	seedComments = 1500
	day          = 24 * time.Hour
)

// seeder makes the community: Thornbury Lane Allotments, some forty people who grow things on the edge of a small town.
// It is the same at every start; only the times count from now.
type seeder struct {
	*Sandbox
	now     time.Time
	rnd     *rand.Rand
	people  []*member
	rooms   map[string]*space // by slug
	subject map[int64]string  // what a post is about, by post id; for its comments
}

// seed fills the store.
func (s *Sandbox) seed(now time.Time, crowd int) {
	sd := &seeder{
		Sandbox: s, now: now.Truncate(time.Millisecond), rnd: rand.New(rand.NewPCG(1894, 7)),
		rooms: map[string]*space{}, subject: map[int64]string{},
	}
	sd.seedPeople()
	sd.seedSpaces()
	sd.seedSeats()
	sd.seedPosts()
	sd.seedComments()
	sd.seedLikes()
	sd.seedBookmarks()
	sd.seedNotifications()
	sd.seedCourses()
	sd.seedChat()
	sd.seedCrowd(crowd)
}

// ago is a moment in the past.
func (sd *seeder) ago(d time.Duration) time.Time { return sd.now.Add(-d) }

// between is a random moment after from and before to.
func (sd *seeder) between(from, to time.Time) time.Time {
	return from.Add(time.Duration(sd.rnd.Int64N(max(1, int64(to.Sub(from)))))).Truncate(time.Millisecond)
}

// pick takes one of the list at random.
func pick[T any](sd *seeder, list []T) T { return list[sd.rnd.IntN(len(list))] }

// memberOf takes a random member of the space.
func (sd *seeder) memberOf(sp *space) *member {
	return sd.store.memberByID[pick(sd, sd.store.memberships[sp.id]).memberID]
}

// plannedPost is a post that waits for its id: ids follow the order of time.
type plannedPost struct {
	post
	room    string
	subject string
	author  int // index into people, -1: any member of the room
}

func (sd *seeder) seedPosts() {
	plan := slices.Concat(sd.planSpecials(), sd.planTexts(), sd.planPhotos(), sd.planEvents())
	plan = append(plan, sd.planFiller(seedPosts-len(plan))...)
	slices.SortStableFunc(plan, func(a, b *plannedPost) int { return a.createdAt.Compare(b.createdAt) })
	var series int64
	for i, pp := range plan {
		sp := sd.rooms[pp.room]
		p := &pp.post
		p.spaceID, p.authorID = sp.id, sd.memberOf(sp).id
		if pp.author >= 0 {
			p.authorID = sd.people[pp.author].id
		}
		p.kind, p.status = cmp.Or(p.kind, postBasic), cmp.Or(p.status, "published")
		p.updatedAt = p.createdAt
		p.commentsEnabled, p.likingEnabled = true, true
		p.slug = sd.freeSlug(sp.id, cmp.Or(p.slug, p.title()))
		if len(sp.topics) > 0 && len(p.topicIDs) == 0 && (sp.requireTopic || i%2 == 0) {
			p.topicIDs = []int64{pick(sd, sp.topics).ID}
		}
		sd.store.addPost(p)
		sd.subject[p.id] = cmp.Or(pp.subject, "that")
		p.followers = append(p.followers, follower{sd.store.smallID(), p.authorID})
		if p.event != nil && p.event.seriesID != 0 {
			if series == 0 {
				series = p.id
			}
			p.event.seriesID = series
		}
		if p.event != nil {
			sd.seedAttendees(p)
		}
	}
}

// planFiller makes what is missing to the full number: questions about crops.
func (sd *seeder) planFiller(n int) []*plannedPost {
	patterns, crops := vegetablePatterns(), cropNames()
	var plan []*plannedPost
	for i := range max(0, n) {
		plan = append(plan, sd.planText("vegetables", patterns[i%len(patterns)],
			crops[(i/len(patterns)*3+i%len(patterns)*5)%len(crops)], i))
	}
	return plan
}

// planText makes a post from a pattern: a title, then paragraphs.
func (sd *seeder) planText(room string, pattern []string, subject string, i int) *plannedPost {
	fill := fillIn(subject)
	pp := &plannedPost{
		room: room, subject: subject, author: -1,
		post: post{name: fill(pattern[0]), createdAt: sd.between(sd.ago(150*day), sd.ago(2*time.Hour))},
	}
	paragraphs := make([]string, 0, len(pattern))
	for _, text := range pattern[1:] {
		paragraphs = append(paragraphs, fill(text))
	}
	if i%12 == 5 { // written before the new editor came
		pp.content = trixContent("<div><!--block-->" + strings.Join(paragraphs, "<br><br>") + "</div>")
		return pp
	}
	doc := document()
	for _, text := range paragraphs {
		doc.Content = append(doc.Content, paragraph(text))
	}
	switch i % 9 {
	case 2:
		doc.Content = append(doc.Content, sd.mentionLine("Perhaps ", sd.people[sd.rnd.IntN(len(sd.people)-1)],
			" knows more?"))
	case 4:
		doc.Content = append(doc.Content, bulletList("what I sowed and when", "what came up", "what the slugs left"))
	case 7:
		doc.Content = append(doc.Content, node{
			Type: "paragraph",
			Content: []node{
				textNode("I keep "), linkNode("my notes here", "https://notes.example.com/"+slugOf(subject)),
				textNode("."),
			},
		})
	}
	pp.content = sd.tiptapContent(doc, nil, nil)
	return pp
}

func (sd *seeder) planTexts() []*plannedPost {
	var plan []*plannedPost
	add := func(room string, subjects []string, patterns [][]string) {
		for i, subject := range subjects {
			for j, pattern := range patterns {
				plan = append(plan, sd.planText(room, pattern, subject, i*len(patterns)+j))
			}
		}
	}
	add("soil-and-compost", soilThings(), soilPatterns())
	add("fruit", fruitNames(), fruitPatterns())
	add("seed-swap", cropNames()[:10], swapPatterns())
	for i, text := range introductions() {
		plan = append(plan, sd.planText("say-hello", text, "your plot", i))
		plan[len(plan)-1].author = 4 + i
	}
	for _, room := range []string{"announcements", "beekeepers", "committee"} {
		for i, text := range handWritten()[room] {
			plan = append(plan, sd.planText(room, text, "this", i*12))
			if room == "announcements" {
				plan[len(plan)-1].author = i % 2
			}
		}
	}
	return plan
}

func (sd *seeder) planPhotos() []*plannedPost {
	var plan []*plannedPost
	for i, caption := range photoCaptions() {
		g := &gallery{id: sd.store.smallID(), downloadable: i%3 == 0}
		for n := range 1 + i%3 {
			id := sd.store.smallID()
			photo := sd.file(attachment{
				SignedID: signedID("image", id), SGID: sgid("Blob", id), ContentType: "image/jpeg", Filename: slugOf(caption) +
					"-" + string(rune('a'+n)) + ".jpg",
				Width: 1600, Height: 1200,
			})
			g.images = append(g.images, &galleryImage{
				id: id, signedID: photo.SignedID, filename: photo.Filename,
				width: photo.Width, height: photo.Height,
			})
		}
		plan = append(plan, &plannedPost{room: "harvest-photos", subject: "that photo", author: -1, post: post{
			kind: postImage, gallery: g, createdAt: sd.between(sd.ago(120*day), sd.ago(3*time.Hour)),
			content: sd.tiptapContent(document(paragraph(caption)), nil, nil),
		}})
	}
	return plan
}

// seedComments spreads the comments over the published posts: a few posts get many. They get their ids in order of
// time.
func (sd *seeder) seedComments() {
	type planned struct {
		post *post
		at   time.Time
	}
	var open []*post
	for _, p := range sd.store.posts {
		if p.status == "published" {
			open = append(open, p)
		}
	}
	plan := make([]planned, 0, seedComments)
	for len(plan) < seedComments {
		p := open[sd.rnd.IntN(len(open))]
		switch n := len(plan); {
		case n < 60:
			p = sd.postBySlug(slugWelcome)
		case n < 90:
			p = sd.postBySlug(slugShowcase)
		case n < 102:
			p = sd.postBySlug(slugMaya)
		case n%4 == 0:
			p = open[sd.rnd.IntN(12)*len(open)/12]
		}
		plan = append(plan, planned{p, sd.between(p.createdAt.Add(time.Minute), sd.now)})
	}
	slices.SortStableFunc(plan, func(a, b planned) int { return a.at.Compare(b.at) })
	openers, endings := commentOpeners(), commentEndings()
	for i, c := range plan {
		by := sd.memberOf(sd.store.spaceByID[c.post.spaceID])
		text := fillIn(sd.subject[c.post.id])(openers[(i*17+i/len(openers))%len(openers)])
		if i%3 != 0 {
			text += " " + endings[(i*11+i/len(endings))%len(endings)]
		}
		x := &comment{postID: c.post.id, authorID: by.id, createdAt: c.at, updatedAt: c.at}
		if i%10 == 0 {
			x.content = content{editor: editorTrix, html: "<div><!--block-->" + text + "</div>", text: text}
		} else {
			x.content = sd.tiptapContent(document(paragraph(text)), nil, nil)
		}
		if before := c.post.comments; len(before) > 0 && i%5 < 2 {
			parent := pick(sd, before)
			if parent.parentID != 0 && i%20 != 0 { // mostly one level, seldom two
				parent = sd.store.comments[parent.parentID]
			}
			x.parentID = parent.id
			if i%15 == 0 {
				line := sd.mentionLine("", sd.store.memberByID[parent.authorID], " "+text)
				x.content = sd.tiptapContent(document(line), nil, nil)
			}
		}
		sd.store.addComment(x)
	}
	closed := sd.postBySlug(slugClosed)
	closed.commentsClosed, closed.commentsEnabled = true, false
}

// postBySlug finds a post that the seed itself has made.
func (sd *seeder) postBySlug(slug string) *post {
	i := slices.IndexFunc(sd.store.posts, func(p *post) bool { return p.slug == slug })
	return sd.store.posts[i]
}

// fillIn puts the subject into the gaps of a text.
func fillIn(subject string) func(string) string {
	upper := strings.ToUpper(subject[:1]) + subject[1:]
	return func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "{x}", subject), "{X}", upper)
	}
}
