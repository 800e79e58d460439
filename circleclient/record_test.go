package circleclient

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A record keeps the answer of the first write that succeeds, and of nothing else.
func TestRecordOfAWrite(t *testing.T) {
	fails := true
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fails && r.Method == http.MethodPost && r.URL.Path == memberAPI+"/posts/1/user_likes" {
			say(422, "application/json", `{"message":"No."}`)(w, r)
			return
		}
		say(200, "application/json", `{"id":1,"path":"`+r.URL.Path+`","access_token":"a","records":[]}`)(w, r)
	}))
	var kept Record
	ctx := With(asMember(t), Recording(&kept))
	if _, err := c.Posts.Home(ctx, PostListOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth.RevokeAccessToken(ctx, "another"); err != nil {
		t.Fatal(err)
	}
	if err := c.Posts.Like(ctx, 1); err == nil {
		t.Fatal("the first like succeeds")
	}
	if kept.Operation != "" {
		t.Fatalf("a read, a call of the Auth API or a failure is kept: %+v", kept)
	}
	fails = false
	for _, post := range []int64{2, 3} {
		if err := c.Posts.Like(ctx, post); err != nil {
			t.Fatal(err)
		}
	}
	want := Record{
		Operation: "POST /api/headless/v1/posts/{post_id}/user_likes", Status: 200, ContentType: "application/json",
		Body: []byte(`{"id":1,"path":"` + memberAPI + `/posts/2/user_likes","access_token":"a","records":[]}`),
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("what is kept (-want +got):\n%s", diff)
	}
}

// A record that is replayed answers its write without asking Circle, and lets no other be made; reads go on.
func TestReplayOfAWrite(t *testing.T) {
	asked := httptest.NewRecorder()
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = asked.WriteString(r.Method + " " + r.URL.Path + "\n")
		say(200, "application/json", `{"access_token":"a","records":[]}`)(w, r)
	}))
	ctx := With(asMember(t), Recording(&Record{
		Operation: "POST /api/headless/v1/posts/{post_id}/user_likes", Status: 200, ContentType: "application/json",
		Body: []byte(`{"id":1}`), Replay: true,
	}))
	if err := c.Posts.Like(ctx, 1); err != nil {
		t.Errorf("the kept write: %v", err)
	}
	if err := c.Posts.Unlike(ctx, 1); !OutcomeUnknown(err) {
		t.Errorf("another write gives %v, want an unknown outcome", err)
	}
	if _, err := c.Posts.Home(ctx, PostListOptions{}); err != nil {
		t.Errorf("a read: %v", err)
	}
	if err := c.Auth.RevokeAccessToken(ctx, "another"); err != nil {
		t.Errorf("a call of the Auth API: %v", err)
	}
	want := "GET " + memberAPI + "/home\nPOST /api/v1/headless/access_token/revoke\n"
	if diff := cmp.Diff(want, asked.Body.String()); diff != "" {
		t.Errorf("what Circle was asked (-want +got):\n%s", diff)
	}
}
