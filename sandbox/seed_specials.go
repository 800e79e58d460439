package sandbox

import "time"

// Slugs of posts with a part to play.
const (
	slugWelcome  = "welcome-to-thornbury-lane"
	slugShowcase = "everything-we-know-about-tomatoes"
	slugMaya     = "bean-poles-wanted"
	slugClosed   = "what-the-committee-decided-about-the-bonfires"
)

// planSpecials are posts written by hand: the long thread, a text with every kind of node, one that takes no comments,
// an old one with its own HTML, and two drafts of Maya's.
func (sd *seeder) planSpecials() []*plannedPost {
	welcome := sd.tiptapContent(document(
		paragraph("This is where everybody says who they are and what they grow. There are no silly questions here, only "+
			"late frosts."),
		node{Type: "paragraph", Content: []node{
			textNode("If you are new, write a line below and look for "), mentionNode(sd.people[2]),
			textNode(" at the hut on Sunday."),
		}},
	), nil, nil)
	plain := func(text string) content { return sd.tiptapContent(document(paragraph(text)), nil, nil) }
	special := func(room string, author int, age time.Duration, p post) *plannedPost {
		p.createdAt = sd.ago(age)
		return &plannedPost{room: room, author: author, subject: "tomatoes", post: p}
	}
	return []*plannedPost{
		special("say-hello", 0, 149*day, post{
			name: "Welcome to Thornbury Lane", slug: slugWelcome, content: welcome,
			pinned: true,
		}),
		special("vegetables", 4, 20*day, post{
			name: "Everything we know about tomatoes", slug: slugShowcase,
			content: sd.showcase(),
		}),
		special("announcements", 0, 30*day, post{
			name: "What the committee decided about the bonfires", slug: slugClosed, content: plain("Fridays and Saturdays " +
				"only. Comments are closed; come to the meeting."),
		}),
		special("announcements", 1, 140*day, post{
			name: "How to read a seed packet", content: trixContent("<div><!--block-->See below.</div>"),
			customHTML: `<div class="packet"><h2>How to read a seed packet</h2>` +
				`<p>Ignore the picture. Read the <strong>date</strong>.</p></div>`,
		}),
		special("vegetables", 3, 4*day, post{
			name:    "Is this blight?",
			content: plain("Brown edges since Tuesday. I have cut the worst of it off."), status: "draft",
		}),
		special("vegetables", 3, 2*day, post{
			name: "Plan for next year", content: plain("Fewer courgettes."),
			status: "draft",
		}),
		special("vegetables", 3, 6*day, post{
			name: "Bean poles wanted", slug: slugMaya, content: plain("Six or eight, about two metres. I will bring cake, or " +
				"take the children somewhere else for an hour."),
		}),
		special("vegetables", 2, 20*time.Hour, post{name: "Plots to look at this Sunday", content: sd.tiptapContent(document(
			sd.mentionLine("Start at 14b: ", sd.people[3], " has done more in six months than some of us in six years."),
		), nil, nil)}),
		special("fruit", 15, 6*day, post{
			name:    "Orchard rota for the winter",
			content: plain("Two people a week, secateurs in the hut, tea afterwards."),
		}),
	}
}

// file makes an upload known, as if it had been announced long ago.
func (sd *seeder) file(a attachment) attachment {
	a.URL = sd.blobURL(a.SignedID, a.Filename)
	sd.store.addUpload(&upload{attachment: a, seeded: true})
	return a
}

// showcase is a text with every kind of node and mark that Circle's editor makes.
func (sd *seeder) showcase() content {
	photo := sd.file(attachment{
		SignedID: signedID("image", 1), SGID: sgid("Blob",
			1), ContentType: "image/jpeg", Filename: "blight-or-not.jpg", ByteSize: 482_113,
		Width: 1600, Height: 1067, Metadata: attachmentMetadata{Identified: true, Width: 1600, Height: 1067},
	})
	plan := sd.file(attachment{
		SignedID: signedID("file", 2), SGID: sgid("Blob",
			2), ContentType: "application/pdf", Filename: "tomato-calendar.pdf", ByteSize: 91_204,
		Metadata: attachmentMetadata{Identified: true},
	})
	video := sd.file(attachment{
		SignedID: signedID("file", 3), SGID: sgid("Blob",
			3), ContentType: "video/mp4", Filename: "side-shoots.mp4", ByteSize: 12_400_331,
		Metadata: attachmentMetadata{Identified: true, Width: 1280, Height: 720, Duration: 74.5},
	})
	film := embedJSON{
		SGID: sgid("Embed", 4), Type: "video", URL: "https://video.example.com/watch/pruning-cordons",
		Title:    "Pruning cordon tomatoes",
		Provider: "Example Video", ThumbnailURL: "https://video.example.com/thumbs/pruning-cordons.jpg",
		HTML: `<iframe src="https://video.example.com/embed/pruning-cordons" allowfullscreen></iframe>`,
	}
	poll := pollJSON{
		SGID: sgid("Poll", 5), Type: "Poll", Title: "If you could grow only one?",
		Options: []pollOptionJSON{{"Gardener's Delight", 14}, {"Marmande", 6}, {"Black Krim", 9}},
	}
	file := func(a attachment) node { return node{Type: "file", Attrs: attrs("sgid", a.SGID)} }
	doc := document(
		heading(2, "Sowing"),
		node{Type: "paragraph", Content: []node{
			textNode("Sow in "), markedNode("late February", "bold"), textNode(", not before. "), markedNode("Warmth", "italic"),
			textNode(" matters more than light at first, whatever "), markedNode("the forum",
				"strike"), textNode(" "), linkNode("the leaflet", "https://guides.example.com/tomatoes"), textNode(" says."),
		}},
		bulletList("Gardener's Delight, always", "Marmande, if the summer is kind", "Black Krim, for José"),
		heading(3, "Through the season"),
		orderedList("Pot on when the first true leaves show", "Harden off for ten days",
			"Plant deep, up to the first leaves"),
		node{
			Type:    "blockquote",
			Content: []node{paragraph("A tomato that is watered twice a day is a tomato that has never had to try.")},
		},
		node{Type: "paragraph", Content: []node{
			textNode("Thank you, "), mentionNode(sd.people[2]), textNode(" and "),
			mentionNode(sd.people[9]), textNode("."),
			{Type: "hardBreak"},
			textNode("The calendar is attached."),
		}},
		node{Type: "image", Attrs: attrs("signed_id", photo.SignedID, "url", photo.URL, "alt", "A leaf with brown edges")},
		file(plan),
		file(video),
		node{Type: "embed", Attrs: attrs("sgid", film.SGID)},
		node{Type: "codeBlock", Attrs: attrs("language", "text"), Content: []node{textNode("N : P : K\n4 : 3 : 8")}},
		node{Type: "horizontalRule"},
		node{Type: "paragraph", Content: []node{
			textNode("Feed weekly once the "), markedNode("first truss", "underline"),
			textNode(" has set."),
		}},
		node{Type: "poll", Attrs: attrs("sgid", poll.SGID)},
	)
	return sd.tiptapContent(doc, []attachment{photo, plan, video}, []embedJSON{film}).withPoll(poll)
}
