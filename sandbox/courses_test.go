package sandbox

import (
	"strings"
	"testing"
)

// Lessons of the seed. Maya, the ordinary member, has completed eight; the
// ninth has the quiz, and the last season is not open to her yet.
const (
	idSheets     = firstLessonID + 1
	idQuizLesson = firstLessonID + 8
	idFrost      = firstLessonID + 9
	idKeeps      = firstLessonID + 17
)

// asOutsider is a member who has not joined the course.
const asOutsider = "zoe@example.com"

func TestLessonsAreHeldToTheirRules(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		lesson := func(id int64) string { return path("/courses/%d/lessons/%d", idCourse, id) }
		w.mu.Lock()
		secret := w.store.addSpace(&space{name: "Hidden", slug: "hidden", kind: spaceCourse, secret: true})
		private := w.store.addSpace(&space{name: "Closed", slug: "closed", kind: spaceCourse, private: true})
		w.store.courses[secret.id], w.store.courses[private.id] = &course{spaceID: secret.id}, &course{spaceID: private.id}
		w.mu.Unlock()
		walkSteps(t, w, []step{
			{name: "text", method: "GET", path: lesson(idQuizLesson), status: 200, want: `"featured_media":null`},
			{name: "film", method: "GET", path: lesson(firstLessonID), status: 200, want: `"featured_media_duration":94`},
			{name: "no such lesson", method: "GET", path: lesson(1), status: 404, want: "Missing record: courses/lesson"},
			{name: "no such course", method: "GET", path: "/courses/1/sections", status: 404, want: "Missing record: space"},
			{
				name: "a slug is no id here", method: "GET", path: "/courses/first-year/sections", status: 404,
				want: "Missing record: space",
			},
			{
				name: "a space that is no course", method: "GET", path: path("/courses/%d/sections", idVegetables), status: 404,
				want: "Missing record: space",
			},
			{
				name: "a secret course", method: "GET", path: path("/courses/%d/sections", secret.id), status: 404,
				want: "Missing record: space",
			},
			{
				name: "a private course", method: "GET", path: path("/courses/%d/sections", private.id), status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "a private course, as admin", who: asAdmin, method: "GET", path: path("/courses/%d/sections", private.id),
				status: 200, want: `[]`,
			},
			{
				name: "files", method: "GET", path: lesson(idSheets) + "/files", status: 200,
				want: `"filename":"plot-on-squared-paper.pdf"`,
			},
			{name: "no files", method: "GET", path: lesson(idQuizLesson) + "/files", status: 200, want: `"count":0`},
			{
				name: "the one before is not completed", method: "GET", path: lesson(idFrost), status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "nor are its files open", method: "GET", path: lesson(idFrost) + "/files", status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "nor can it be completed", method: "PATCH", path: lesson(idFrost) + "/progress",
				body: `{"status":"completed"}`, status: 401, want: "You cannot perform this action.",
			},
			{
				name: "an admin may", who: asAdmin, method: "GET", path: lesson(idKeeps), status: 200,
				want: `"name":"What keeps, and where"`,
			},
			{
				name: "no status", method: "PATCH", path: lesson(idQuizLesson) + "/progress", body: `{}`, status: 404,
				want: "Missing parameter: status",
			},
			{
				name: "another status", method: "PATCH", path: lesson(idQuizLesson) + "/progress", body: `{"status":"done"}`,
				status: 400, want: "is not included in the list",
			},
			{
				name: "complete", method: "PATCH", path: lesson(idQuizLesson) + "/progress", body: `{"status":"completed"}`,
				status: 200, want: `{"status":"completed"}`,
			},
			{
				name: "complete again", method: "PATCH", path: lesson(idQuizLesson) + "/progress", body: `{"status":"completed"}`,
				status: 200, want: `{"status":"completed"}`,
			},
			{
				name: "opens the next", method: "GET", path: lesson(idFrost), status: 200,
				want: `"progress":{"status":"incomplete"}`,
			},
			{
				name: "the outline to an outsider", who: asOutsider, method: "GET", path: path("/courses/%d/sections", idCourse),
				status: 200, want: `"drip_delay":7,"notify_students_enabled":true,"is_dripped":false,"dripped_at":null`,
			},
			{
				name: "but no lesson", who: asOutsider, method: "GET", path: lesson(firstLessonID), status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "nor progress", who: asOutsider, method: "PATCH", path: lesson(firstLessonID) + "/progress",
				body: `{"status":"completed"}`, status: 401, want: "You cannot perform this action.",
			},
			{name: "who joins", who: asOutsider, method: "POST", path: path("/spaces/%d/join", idCourse), status: 200},
			{
				name: "may begin", who: asOutsider, method: "GET", path: lesson(firstLessonID), status: 200,
				want: `"needs_to_complete_previous_lesson":false`,
			},
			{name: "topics", method: "GET", path: "/course_topics?per_page=2", status: 200, want: `"page_count":2`},
		})
	})
}

// outline is the course as a member sees it.
func (c caller) outline() reply {
	c.t.Helper()
	return c.must(200, "GET", path("/courses/%d/sections", idCourse), "")
}

func TestSeasonsOpenInTime(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		maya := w.as(asMember)
		before := maya.outline()
		for i, want := range []bool{true, true, true, true, false} {
			if got := before.at(i, "is_dripped"); got != want {
				t.Errorf("season %d is open: %v, want %t", i+1, got, want)
			}
		}
		last := testNow.Add(26 * day)
		if got := before.at(4, "lessons", 0, "dripped_at"); got != last.Format("2006-01-02T15:04:05.000Z") {
			t.Errorf("the last season opens at %v, want %v", got, last)
		}
		w.clock.Advance(26*day - 1)
		if maya := w.as(asMember); maya.outline().at(4, "is_dripped") != false {
			t.Error("the last season opened too early")
		}
		w.clock.Advance(1)
		if maya := w.as(asMember); maya.outline().at(4, "is_dripped") != true {
			t.Error("the last season did not open in time")
		}
	})
}

func TestProgressIsEachMembersOwn(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		completed := func(who string) int { return strings.Count(string(w.as(who).outline().raw), `"status":"completed"`) }
		ruth := completed(asAdmin)
		progress := path("/courses/%d/lessons/%d/progress", idCourse, firstLessonID+7)
		if got := completed(asMember); got != 8 {
			t.Errorf("Maya has completed %d lessons, want 8", got)
		}
		w.as(asMember).must(200, "PATCH", progress, `{"status":"incomplete"}`)
		if got := completed(asMember); got != 7 {
			t.Errorf("after taking one back Maya has completed %d lessons, want 7", got)
		}
		if got := completed(asAdmin); got != ruth {
			t.Errorf("Ruth has completed %d lessons, want %d as before", got, ruth)
		}
		w.as(asMember).must(401, "GET", path("/courses/%d/lessons/%d", idCourse, idQuizLesson), "")
	})
}
