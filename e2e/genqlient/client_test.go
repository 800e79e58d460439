package genqlient

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// bearer sends an access token with each request.
type bearer string

func (b bearer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultClient.Do(r)
}

// signIn gives a client for a member of the sandbox at CIRCLEGRAPH_URL.
func signIn(t *testing.T) graphql.Client {
	t.Helper()
	url := os.Getenv("CIRCLEGRAPH_URL")
	if url == "" {
		t.Fatal("CIRCLEGRAPH_URL is not set; genqlient.test.js sets it")
	}
	answer, err := Login(t.Context(), graphql.NewClient(url, http.DefaultClient), "member@example.com")
	if err != nil {
		t.Fatal(err)
	}
	login := answer.Login
	if len(login.UserErrors) > 0 || login.AccessToken == nil || !login.AccessTokenExpiresAt.After(time.Now()) {
		t.Fatalf("login = %+v, want a token that is valid", login)
	}
	return graphql.NewClient(url, bearer(*login.AccessToken))
}

func TestFeed(t *testing.T) {
	client := signIn(t)
	titles := map[string]bool{}
	var after *string
	for range 2 {
		answer, err := Feed(t.Context(), client, 3, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, post := range answer.HomeFeed.Nodes {
			if post.GetCreatedAt().IsZero() || post.GetBody().PlainText == "" {
				t.Errorf("post %s has no time or no text", post.GetId())
			}
			titles[post.GetTitle()] = true
		}
		after = answer.HomeFeed.PageInfo.EndCursor
	}
	if len(titles) != 6 {
		t.Errorf("two pages of 3 have the titles %v, want 6 of them", titles)
	}
}

func TestLike(t *testing.T) {
	client := signIn(t)
	feed, err := Feed(t.Context(), client, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	post := feed.HomeFeed.Nodes[0]
	answer, err := Like(t.Context(), client, LikePostInput{PostId: post.GetId()})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := (*answer.LikePost.Post).GetLikesCount(), post.GetLikesCount()+1; got != want {
		t.Errorf("the post has %d likes, want %d", got, want)
	}
}

func TestErrorHasItsCode(t *testing.T) {
	answer, err := Feed(t.Context(), signIn(t), 1000, nil)
	var list gqlerror.List
	if !errors.As(err, &list) || list[0].Extensions["code"] != "BAD_USER_INPUT" {
		t.Errorf("Feed(1000) = %v, %v; want BAD_USER_INPUT", answer, err)
	}
}
