package naive

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Post is a post, as lists of Circle have it.
type Post struct {
	ID            int64   `json:"id"`
	Title         string  `json:"display_title"`
	Slug          string  `json:"slug"`
	URL           string  `json:"url"`
	CreatedAt     string  `json:"created_at"`
	LikesCount    int     `json:"user_likes_count"`
	CommentsCount int     `json:"comment_count"`
	IsLiked       bool    `json:"is_liked"`
	Author        *Member `json:"author"`
	Space         Space   `json:"space"`
}

// Comment is a comment on a post.
type Comment struct {
	ID           int64   `json:"id"`
	CreatedAt    string  `json:"created_at"`
	LikesCount   int     `json:"user_likes_count"`
	RepliesCount int     `json:"replies_count"`
	Author       *Member `json:"author"`
}

// Member is the author of a post or comment.
type Member struct {
	ID        int64   `json:"community_member_id"`
	Name      string  `json:"name"`
	Headline  *string `json:"headline"`
	AvatarURL *string `json:"avatar_url"`
}

// Profile is the part of a member that has a request of its own.
type Profile struct {
	Bio *string `json:"bio"`
}

// Space is the space of a post.
type Space struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// get reads one answer of Circle.
func get[T any](ctx context.Context, circle, path string) (*T, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, circle+"/api/headless/v1"+path, nil)
	if err != nil {
		return nil, err
	}
	authorization, _ := ctx.Value(authorizationKey{}).(string)
	req.Header.Set("Authorization", authorization)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("circle answers %s", res.Status)
	}
	out := new(T)
	return out, json.NewDecoder(res.Body).Decode(out)
}

// page is what Circle wraps lists in.
type page[T any] struct {
	Records []T `json:"records"`
}
