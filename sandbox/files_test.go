package sandbox

import (
	"encoding/base64"
	"fmt"
	"image"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Members' portraits, photographs and covers can be looked at, and look the same each time.
func TestPictures(t *testing.T) {
	w := newWorld(t)
	maya := w.as("member@example.com")
	portrait := w.as(asGardener).must(200, "GET", "/community_member", "").at("avatar_url")
	photo := maya.must(200, "GET", "/spaces/harvest-photos/posts/the-new-raised-beds-are-finished", "").at("gallery",
		"images", 0, "url")
	cover := maya.must(200, "GET", "/spaces", "").at(0, "cover_image_url")
	thumbnail := maya.must(200, "GET", path("/courses/%d/lessons/%d", idCourse, firstLessonID), "").at("featured_media",
		"image_variants", "thumbnail")
	for _, tc := range []struct {
		name        string
		url         any
		contentType string
		size        image.Point
	}{
		{"portrait", portrait, "image/png", image.Pt(240, 240)},
		{"photograph", photo, "image/jpeg", image.Pt(800, 600)},
		{"thumbnail of a film", thumbnail, "image/jpeg", image.Pt(640, 360)},
		{"cover", cover, "image/jpeg", image.Pt(800, 240)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, header, body := w.storage("GET", fmt.Sprint(tc.url), "", nil)
			if status != http.StatusOK || header.Get("Content-Type") != tc.contentType {
				t.Fatalf("GET %v = %d, %s, want 200, %s", tc.url, status, header.Get("Content-Type"), tc.contentType)
			}
			img, _, err := image.Decode(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if got := img.Bounds().Size(); got != tc.size {
				t.Errorf("size %v, want %v", got, tc.size)
			}
			if _, _, again := w.storage("GET", fmt.Sprint(tc.url), "", nil); again != body {
				t.Error("it looks different the second time")
			}
		})
	}
}

// What was announced and never put, and what nobody announced, has no content.
func TestFilesWithoutContent(t *testing.T) {
	w := newWorld(t)
	announced := w.as("member@example.com").announce("leaf.png", "image/png", "content").at("url")
	for _, url := range []any{announced, w.blobURL("nothing", "nothing.png")} {
		if status, _, _ := w.storage("GET", fmt.Sprint(url), "", nil); status != http.StatusNotFound {
			t.Errorf("GET %v = %d, want 404", url, status)
		}
	}
}

// Every address of a file that the sandbox gives leads to one, of the type that it says.
func TestFilesOfTheSeed(t *testing.T) {
	w := newWorld(t)
	admin := w.as(asAdmin)
	address := regexp.MustCompile(
		`https://allotment\.example\.com` + storagePath + `[a-z/]+/([^/"]+)--sandbox/([^"\\ ?]+)[^"\\ ]*`)
	kinds := map[string]string{} // one address of each
	for _, path := range w.pathsWithFiles() {
		for _, found := range address.FindAllSubmatch(admin.call("GET", path, "").raw, -1) {
			if w.store.uploads[string(found[1])+"--sandbox"] == nil {
				t.Errorf("GET %s: %s leads nowhere", path, found[0])
			}
			blob, err := base64.RawURLEncoding.DecodeString(string(found[1]))
			if err != nil {
				t.Fatal(err)
			}
			kind := strings.TrimRight(strings.TrimPrefix(string(blob), `{"blob":"`), `-0123456789"}`)
			kinds[kind+filepath.Ext(string(found[2]))] = string(found[0])
		}
	}
	for _, kind := range []string{
		"avatar.png", "chat.jpg", "cover.jpg", "file.mp4", "file.pdf", "image.jpg", "lesson-file.pdf", "media.mp3",
		"media.mp4", "subtitles.vtt", "thumbnail.jpg",
	} {
		status, header, body := w.storage("GET", kinds[kind], "", nil)
		said, _, _ := strings.Cut(header.Get("Content-Type"), "/")
		if sent := http.DetectContentType([]byte(body)); status != 200 || body == "" || !strings.HasPrefix(sent, said+"/") {
			t.Errorf("%s: GET %s = %d, said to be %s and is %s", kind, kinds[kind], status, said, sent)
		}
		delete(kinds, kind)
	}
	if len(kinds) > 0 {
		t.Errorf("files of other kinds too: %v", kinds)
	}
}

// pathsWithFiles lists what may have files in its answers.
func (w *world) pathsWithFiles() []string {
	paths := []string{
		"/spaces?per_page=100", "/home?per_page=100", "/community_members?per_page=100", "/messages?per_page=100",
		"/community_events?per_page=100&past_events=true", "/notifications?status=all&per_page=100", "/community_member",
	}
	for _, p := range w.store.posts {
		paths = append(paths, path("/spaces/%d/posts/%d", p.spaceID, p.id))
	}
	for _, room := range w.store.chatRooms {
		for _, m := range room.messages {
			paths = append(paths, path("/messages/"+room.uuid+"/chat_room_messages/%d", m.id))
		}
	}
	for _, c := range w.store.courses {
		for _, sec := range c.sections {
			for _, l := range sec.lessons {
				lesson := path("/courses/%d/lessons/%d", c.spaceID, l.id)
				paths = append(paths, lesson, lesson+"/files")
			}
		}
	}
	return paths
}
