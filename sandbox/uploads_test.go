package sandbox

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// announce announces a file and gives the answer; the sandbox's addresses lead to the test's server.
func (c caller) announce(filename, contentType, content string) reply {
	c.t.Helper()
	sum := md5.Sum([]byte(content))
	return c.must(200, "POST", "/direct_uploads", fmt.Sprintf(
		`{"blob":{"key":"","filename":%q,"content_type":%q,"byte_size":%d,"checksum":%q}}`,
		filename, contentType, len(content), base64.StdEncoding.EncodeToString(sum[:])))
}

// storage makes a call to an address of the sandbox's storage.
func (w *world) storage(method, address, body string, headers map[string]any) (int, http.Header, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method,
		w.url+strings.TrimPrefix(address, "https://allotment.example.com"), strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range headers {
		req.Header.Set(name, fmt.Sprint(value))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(answer)
}

// put uploads a file as its announcement says.
func (w *world) put(announced reply, content string) (status int) {
	w.t.Helper()
	headers, _ := announced.at("direct_upload", "headers").(map[string]any)
	status, _, _ = w.storage("PUT", announced.at("direct_upload", "url").(string), content, headers)
	return status
}

func TestUploadIsServedOnceItIsPut(t *testing.T) {
	w := newWorld(t)
	announced := w.as(asMember).announce("Runner beans.txt", "text/plain", "twelve rows")
	w.ResetCalls()
	address := announced.at("url").(string)
	if !strings.HasSuffix(address, "/runner-beans.txt") {
		t.Errorf("the address is %s, want it to end in /runner-beans.txt", address)
	}
	if status, _, _ := w.storage("GET", address, "", nil); status != 404 {
		t.Errorf("before it is put, GET = %d, want 404", status)
	}
	if status := w.put(announced, "twelve rows"); status != 204 {
		t.Fatalf("PUT = %d, want 204", status)
	}
	status, header, body := w.storage("GET", address, "", nil)
	if status != 200 || body != "twelve rows" || header.Get("Content-Type") != "text/plain" ||
		header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("GET = %d %q %v, want the file as plain text", status, body, header)
	}
	if _, _, part := w.storage("GET", address, "", map[string]any{"Range": "bytes=0-5"}); part != "twelve" {
		t.Errorf("GET of the first six bytes = %q", part)
	}
	if calls := w.Calls(); len(calls) != 0 {
		t.Errorf("%v are logged, want nothing: the storage is no part of the API", calls)
	}
}

func TestUploadMustBeAsAnnounced(t *testing.T) {
	w := newWorld(t)
	announced := w.as(asMember).announce("beans.txt", "text/plain", "beans")
	url := announced.at("direct_upload", "url").(string)
	good := announced.at("direct_upload", "headers").(map[string]any)
	with := func(name string, value any) map[string]any {
		return map[string]any{"Content-Type": good["Content-Type"], "Content-MD5": good["Content-MD5"], name: value}
	}
	for _, test := range []struct {
		name    string
		url     string
		content string
		headers map[string]any
		want    int
	}{
		{"other content", url, "peas!", good, 422},
		{"other size", url, "beans and peas", good, 422},
		{"other type", url, "beans", with("Content-Type", "image/png"), 422},
		{"other checksum", url, "beans", with("Content-MD5", "kAFQmDzST7DWlj99KOF/cg=="), 422},
		{"nothing announced", url + "x", "beans", good, 404},
		{"too large", url, strings.Repeat("b", maxUpload+1), good, 413},
		{"as announced", url, "beans", good, 204},
		{"once more", url, "beans", good, 204},
	} {
		if status, _, _ := w.storage("PUT", test.url, test.content, test.headers); status != test.want {
			t.Errorf("%s: PUT = %d, want %d", test.name, status, test.want)
		}
	}
	w.clock.Advance(uploadWindow + 1)
	if status := w.put(announced, "beans"); status != 404 {
		t.Errorf("after the window PUT = %d, want 404", status)
	}
	if status, header, _ := w.storage("OPTIONS", url, "", nil); status != 200 ||
		header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a browser's question is answered %d %v, want leave for any origin", status, header)
	}
}

func TestAnnouncementNeedsItsParts(t *testing.T) {
	c := newWorld(t).as(asMember)
	whole := `{"blob":{"key":"","filename":"a.txt","content_type":"text/plain","byte_size":5000000000,
		"checksum":"kAFQmDzST7DWlj99KOF/cg=="}}`
	if got := c.must(200, "POST", "/direct_uploads", whole).at("byte_size"); got != 5e9 {
		t.Errorf("byte_size = %v, want 5000000000", got)
	}
	for _, name := range []string{"blob", "key", "filename", "content_type", "byte_size", "checksum"} {
		without := strings.Replace(whole, `"`+name+`"`, `"x"`, 1)
		c.refused(404, "Missing parameter: "+name, "POST", "/direct_uploads", without)
	}
}

func TestUploadsAreUsedBySignedID(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	announced := c.announce("plot 14b.png", "image/png", "a picture")
	id, address := announced.at("signed_id").(string), announced.at("url").(string)
	picture := `{"type":"doc","content":[{"type":"image","attrs":{"signed_id":"` + id + `"}}]}`
	text := `{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Look"}]}]}`
	for _, test := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"image in a post", "POST", "/spaces/vegetables/posts", `{"name":"P","tiptap_body":{"body":` + picture + `}}`, 200},
		{"file of a post", "POST", "/spaces/vegetables/posts", `{"name":"P","tiptap_body":{"body":` + text +
			`,"attachments":["` + id + `"]}}`, 200},
		{
			"gallery", "POST", "/spaces/harvest-photos/images/posts",
			`{"gallery_attributes":{"images_attributes":[{"signed_id":"` + id + `"}]}}`, 200,
		},
		{"comment", "POST", path("/posts/%d/comments", w.eventID(slugMaya)), `{"comment":{"tiptap_body":{"body":` + text +
			`,"attachments":["` + id + `"]}}}`, 201},
		{"avatar", "PUT", "/profile", `{"community_member":{"avatar":"` + id + `"}}`, 200},
	} {
		if r := c.call(test.method, test.path, test.body); r.status != test.status ||
			!strings.Contains(string(r.raw), address) {
			t.Errorf("%s: %d %s, want %d with %s", test.name, r.status, r.raw, test.status, address)
		}
		unknown := strings.ReplaceAll(test.body, id, "nobody-announced-this")
		if r := c.call(test.method, test.path, unknown); r.status != 400 ||
			!strings.Contains(string(r.raw), "is no signed id of an upload") {
			t.Errorf("%s with an unknown signed id: %d %s, want 400", test.name, r.status, r.raw)
		}
	}
	c.must(400, "POST", "/spaces/vegetables/posts", `{"name":"P","cover_image":"nobody-announced-this"}`)
	c.must(200, "POST", "/spaces/vegetables/posts", `{"name":"P","cover_image":"`+id+`"}`)
}
