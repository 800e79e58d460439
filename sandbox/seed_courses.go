package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// plannedLesson is a line of the course's plan.
type plannedLesson struct {
	name  string
	text  []string // paragraphs
	media *media
	files []lessonFile
}

// plannedSection is a season of the course.
type plannedSection struct {
	name    string
	days    int
	lessons []plannedLesson
}

// video is a film of the given length.
func video(filename string, seconds float64) *media {
	return &media{
		filename: filename, contentType: "video/mp4", byteSize: int64(seconds * 180_000), width: 1280,
		height: 720, seconds: seconds, subtitled: true, autocomplete: true,
	}
}

// handout is a page to print.
func handout(filename string, byteSize int64) lessonFile {
	return lessonFile{filename: filename, contentType: "application/pdf", byteSize: byteSize}
}

// firstYear is the plan of the course: a year on a plot, season by season.
func firstYear() []plannedSection {
	gate := video("through-the-gate.mp4", 94.5)
	gate.downloadable = true
	shed := video("the-shed-key.mp4", 61)
	shed.enforced = true
	slugs := &media{
		filename: "the-slug-hour.mp3", contentType: "audio/mpeg", byteSize: 9_120_400, seconds: 570.2,
		downloadable: true,
	}
	return []plannedSection{
		{name: "Before you dig", lessons: []plannedLesson{
			{
				name: "Through the gate",
				text: []string{"Walk the whole site once before you look at your own plot. Say good morning to everybody; they " +
					"know where the water is."}, media: gate,
			},
			{
				name: "Look for a week",
				text: []string{
					"Do nothing for seven days but look. Where does the sun stand at four? Where does the rain stay?",
					"Draw it. The sheet below has room for a plot of ten rods.",
				}, files: []lessonFile{handout("plot-on-squared-paper.pdf",
					48_211), handout("sun-and-shade.pdf", 31_870)},
			},
			{
				name: "Rules in plain words",
				text: []string{"Fires on Fridays and Saturdays, hoses by hand, paths mown to the middle. The rest is good " +
					"manners."},
			},
			{
				name: "The shed key", text: []string{"Who has it, how to sign for it, and what happens to those who take it home."},
				media: shed,
			},
		}},
		{name: "Late winter: soil", days: 7, lessons: []plannedLesson{
			{
				name: "A jar of mud",
				text: []string{"Half a jar of soil, half a jar of water, shake, wait a day. Sand lies below, then silt, then " +
					"clay."}, media: video("a-jar-of-mud.mp4", 212),
			},
			{
				name: "To dig or not to dig",
				text: []string{"Both work. Zoë lays cardboard, Arthur has dug since 1971, and both eat well."},
			},
			{
				name:  "Your first heap",
				text:  []string{"One part green, one part brown, as wide as it is high. It should feel like a wrung-out cloth."},
				files: []lessonFile{handout("what-goes-in.pdf", 27_402)},
			},
			{
				name: "Couch grass and other neighbours",
				text: []string{"Fork it out, every white string of it, and never rotavate. Each piece becomes a plant."},
			},
			{
				name: "What do you know about soil?",
				text: []string{"Three questions about what you have seen so far. Two thirds right is a pass, and you may try as " +
					"often as you like."},
			},
		}},
		{name: "Spring: sowing", days: 14, lessons: []plannedLesson{
			{
				name: "The last frost",
				text: []string{"In Thornbury it comes around the tenth of May, and once in June. Fleece is cheaper than regret."},
			},
			{
				name: "Sowing straight in",
				text: []string{"A drill as deep as the seed is long, water before you sow, cover, label. Labels are for the one " +
					"you will be in July."}, media: video("sowing-straight-in.mp4", 148.4),
			},
			{
				name: "Windowsills and greenhouses",
				text: []string{"Warmth first, then light, then a draught to make them sturdy."},
			},
			{
				name: "Potatoes in a trench", text: []string{"Niall plants twelve varieties. One will do."},
				files: []lessonFile{handout("niall-s-twelve.pdf", 15_930)},
			},
		}},
		{name: "Summer: water, weeds, slugs", days: 21, lessons: []plannedLesson{
			{
				name: "Water less, but well",
				text: []string{"Once a week, two cans to the square metre, in the evening, at the foot."},
			},
			{name: "A hoe and ten minutes", text: []string{"Hoe when you see no weeds, and you will see none."}},
			{name: "The slug hour", text: []string{"Ten minutes to listen to while you walk round with a torch."}, media: slugs},
			{
				name: "A plan of your own",
				text: []string{"Say what you would do with your plot. Nobody counts points here: Ruth reads it and tells you " +
					"what she thinks."},
			},
		}},
		{name: "Autumn and winter", days: 56, lessons: []plannedLesson{
			{
				name: "What keeps, and where", text: []string{"Onions in the dry, carrots in sand, pumpkins on the wardrobe."},
				files: []lessonFile{handout("what-keeps.pdf", 22_118)},
			},
			{
				name: "Green manure",
				text: []string{"Rye and vetch by the end of September. Bare soil is a mistake that the rain makes worse."},
			},
			{
				name:  "The meeting, the rent, the cake",
				text:  []string{"You are a plot holder now. Come to the annual meeting and vote for somebody's cake."},
				media: video("one-year-later.mp4", 305),
			},
		}},
	}
}

// seedCourses fills the one space that is a course, and lets its members work.
func (sd *seeder) seedCourses() {
	c := &course{spaceID: sd.rooms["first-year"].id, inOrder: true, lessonLabel: "step", sectionLabel: "season"}
	var ids courseIDs
	var before *lesson
	for i, ps := range firstYear() {
		sec := &section{id: firstSectionID + int64(i), name: ps.name, days: ps.days, notify: ps.days > 0}
		for _, pl := range ps.lessons {
			doc := document()
			for _, text := range pl.text {
				doc.Content = append(doc.Content, paragraph(text))
			}
			l := &lesson{
				id: ids.lesson(), name: pl.name, content: sd.tiptapContent(doc, nil, nil), media: pl.media,
				files: pl.files, section: sec, previous: before,
			}
			if l.media != nil {
				l.media.id = l.id
				sd.lessonFile("media", l.id, l.media.contentType, l.media.filename)
				if l.media.width > 0 {
					sd.lessonFile("thumbnail", l.id, "image/jpeg", "thumbnail.jpg")
				}
				if l.media.subtitled {
					sd.lessonFile("subtitles", l.id, "text/vtt", "subtitles.vtt")
				}
			}
			for j := range l.files {
				f := &l.files[j]
				f.id, f.createdAt = ids.file(), sd.ago(400*day)
				sd.lessonFile("lesson-file", f.id, f.contentType, f.filename)
			}
			sec.lessons = append(sec.lessons, l)
			before = l
		}
		c.sections = append(c.sections, sec)
	}
	sd.store.courses[c.spaceID] = c
	for i, name := range []string{"For beginners", "Soil", "Wildlife", "Committee training"} {
		sd.store.courseTopics = append(sd.store.courseTopics,
			&topic{ID: firstCourseTopic + int64(i), Name: name, AdminOnly: i == 3})
	}
	sd.seedQuizzes(c)
	sd.seedStudents(c)
}

// lessonFile makes a file of a lesson known; a picture is as large as the films are.
func (sd *seeder) lessonFile(kind string, id int64, contentType, filename string) {
	sd.file(attachment{
		SignedID: signedID(kind, id), SGID: sgid(kind, id), ContentType: contentType, Filename: filename,
		Width: 1280, Height: 720,
	})
}

// courseIDs hands out the ids of a course's parts.
type courseIDs struct{ lessons, files, questions, options int64 }

func (ids *courseIDs) lesson() int64   { return firstLessonID + take(&ids.lessons) }
func (ids *courseIDs) file() int64     { return firstLessonFileID + take(&ids.files) }
func (ids *courseIDs) question() int64 { return firstQuestionID + take(&ids.questions) }
func (ids *courseIDs) option() int64   { return firstOptionID + take(&ids.options) }

// seedQuizzes ends two seasons with a quiz: one that grades itself, and one that an admin reads.
func (sd *seeder) seedQuizzes(c *course) {
	var ids courseIDs
	ask := func(kind, statement string, options ...string) *question {
		qu := &question{id: ids.question(), kind: kind, statement: statement}
		for _, text := range options {
			right := text[0] == '+'
			if right {
				text = text[1:]
			}
			qu.options = append(qu.options, option{ids.option(), text, right})
		}
		return qu
	}
	quizzes := []*quiz{
		{
			lesson: c.sections[1].lessons[4], passingGrade: 66, description: "Three questions about soil.",
			questions: []*question{
				ask(singleChoice, "Which layer lies at the bottom of the jar?", "Clay", "+Sand", "Silt"),
				ask(multipleChoice, "What may go on the heap?", "+Coffee grounds", "Couch grass roots", "+Cardboard",
					"Cooked potatoes"),
				ask(singleChoice, "What does a rotavator do to couch grass?", "It kills it", "+It plants it", "Nothing"),
			},
		},
		{
			lesson: c.sections[3].lessons[3], hideAnswers: true, description: "What would you do with your plot?",
			questions: []*question{
				ask(singleChoice, "Where would you put the potatoes?", "By the gate", "+In the sun", "Under the hazel hedge"),
				ask(multipleChoice, "What would you grow in the first year?", "+Beans", "+Courgettes", "Asparagus", "+Flowers"),
			},
		},
	}
	for i, qz := range quizzes {
		qz.id, qz.spaceID = firstQuizID+int64(i), c.spaceID
		qz.lesson.quiz = qz
		sd.store.quizzes[qz.id] = qz
		where := fmt.Sprintf("%s/c/%s/quizzes/%d", sd.publicURL, sd.rooms["first-year"].slug, qz.id)
		doc := qz.lesson.content.envelope.Body
		doc.Content = append(doc.Content, node{Type: "paragraph", Content: []node{linkNode("Take the quiz", where)}})
		qz.lesson.content = sd.tiptapContent(doc, nil, nil)
	}
}

// seedStudents lets the members of the course work through it. Maya joined thirty days ago: four seasons are open to
// her, and she has come as far as the first quiz, which she has failed once.
func (sd *seeder) seedStudents(c *course) {
	all, quizzes := c.lessons(), []*quiz{c.sections[1].lessons[4].quiz, c.sections[3].lessons[3].quiz}
	for i, seat := range sd.store.memberships[c.spaceID] {
		m, joined := sd.store.memberByID[seat.memberID], time.Duration(90+i)*day
		done := (i * 5) % (len(all) + 1)
		if m.email == "member@example.com" {
			done, joined = 8, 30*day
			sd.attempt(quizzes[0], m, true, sd.ago(5*day))
		}
		seat.joinedAt = sd.ago(joined)
		for _, l := range all[:done] {
			sd.store.completed[lessonSeat{l.id, m.id}] = true
		}
		for j, qz := range quizzes {
			if tried := sd.ago(joined - time.Duration(20+30*j)*day); done > 8+8*j {
				if i%3 == 0 {
					sd.attempt(qz, m, true, tried.Add(-day))
				}
				sd.attempt(qz, m, false, tried)
			}
		}
	}
	slices.SortStableFunc(sd.store.attempts, func(a, b *attempt) int { return a.createdAt.Compare(b.createdAt) })
	for i, a := range sd.store.attempts {
		a.id = take(&sd.store.nextAttempt)
		if a.quiz == quizzes[1] && i%2 == 0 {
			a.result = "passed" // Ruth has read it
		}
	}
}

// attempt answers all questions correctly or, if it has to fail, takes the first option of each.
func (sd *seeder) attempt(qz *quiz, m *member, fails bool, at time.Time) {
	a := &attempt{memberID: m.id, quiz: qz, createdAt: at, chosen: map[int64]bool{}}
	for _, qu := range qz.questions {
		for i, o := range qu.options {
			a.chosen[o.id] = o.right && !fails || i == 0 && fails
		}
	}
	a.decide()
	sd.store.attempts = append(sd.store.attempts, a)
}
