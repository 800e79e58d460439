package sandbox

import (
	"fmt"
	"image"
	"net/http"
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

// What the seed has no picture for, and what was announced and never put, has no content.
func TestFilesWithoutContent(t *testing.T) {
	w := newWorld(t)
	announced := w.as("member@example.com").announce("leaf.png", "image/png", "content").at("url")
	for _, url := range []any{
		announced, w.blobURL(signedID("file", 2), "tomato-calendar.pdf"),
		w.blobURL("nothing", "nothing.png"),
	} {
		if status, _, _ := w.storage("GET", fmt.Sprint(url), "", nil); status != http.StatusNotFound {
			t.Errorf("GET %v = %d, want 404", url, status)
		}
	}
}
