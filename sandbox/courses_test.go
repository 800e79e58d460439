package sandbox

import (
	"strings"
	"testing"
)

// Lessons of the seed. Maya, the ordinary member, has completed eight; the ninth has the quiz, and the last season is
// not open to her yet.
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
		sections := func(id int64) string { return path("/courses/%d/sections", id) }
		progress := lesson(idQuizLesson) + "/progress"
		const completed, gone = `{"status":"completed"}`, "Missing record: space"
		const closed = `"drip_delay":7,"notify_students_enabled":true,"is_dripped":false,"dripped_at":null`
		walkSteps(t, w, []step{
			{"text", asMember, "GET", lesson(idQuizLesson), "", 200, `"featured_media":null`},
			{"film", asMember, "GET", lesson(firstLessonID), "", 200, `"featured_media_duration":94`},
			{"no such lesson", asMember, "GET", lesson(1), "", 404, "Missing record: courses/lesson"},
			{"no such course", asMember, "GET", "/courses/1/sections", "", 404, gone},
			{"a slug is no id here", asMember, "GET", "/courses/first-year/sections", "", 404, gone},
			{"a space that is no course", asMember, "GET", sections(idVegetables), "", 404, gone},
			{"a secret course", asMember, "GET", sections(secret.id), "", 404, gone},
			{"a private course", asMember, "GET", sections(private.id), "", 401, denied},
			{"a private course, as admin", asAdmin, "GET", sections(private.id), "", 200, `[]`},
			{"files", asMember, "GET", lesson(idSheets) + "/files", "", 200, `"filename":"plot-on-squared-paper.pdf"`},
			{"no files", asMember, "GET", lesson(idQuizLesson) + "/files", "", 200, `"count":0`},
			{"the one before is not completed", asMember, "GET", lesson(idFrost), "", 401, denied},
			{"nor are its files open", asMember, "GET", lesson(idFrost) + "/files", "", 401, denied},
			{"nor can it be completed", asMember, "PATCH", lesson(idFrost) + "/progress", completed, 401, denied},
			{"an admin may", asAdmin, "GET", lesson(idKeeps), "", 200, `"name":"What keeps, and where"`},
			{"no status", asMember, "PATCH", progress, `{}`, 404, "Missing parameter: status"},
			{"another status", asMember, "PATCH", progress, `{"status":"done"}`, 400, unlisted},
			{"complete", asMember, "PATCH", progress, completed, 200, completed},
			{"complete again", asMember, "PATCH", progress, completed, 200, completed},
			{"opens the next", asMember, "GET", lesson(idFrost), "", 200, `"progress":{"status":"incomplete"}`},
			{"the outline to an outsider", asOutsider, "GET", sections(idCourse), "", 200, closed},
			{"but no lesson", asOutsider, "GET", lesson(firstLessonID), "", 401, denied},
			{"nor progress", asOutsider, "PATCH", lesson(firstLessonID) + "/progress", completed, 401, denied},
			{"who joins", asOutsider, "POST", path("/spaces/%d/join", idCourse), "", 200, ""},
			{"may begin", asOutsider, "GET", lesson(firstLessonID), "", 200, `"needs_to_complete_previous_lesson":false`},
			{"topics", asMember, "GET", "/course_topics?per_page=2", "", 200, `"page_count":2`},
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
