package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// work is one of the three things that gateways are compared at: twenty posts, their comments, and the authors. All
// gateways answer the same values, which is checked.
type work struct {
	name string
	// is what an answer holds.
	is string
}

var works = []work{
	{"Q1", "20 posts of the feed with author and space"},
	{"Q2", "the same, each with its first 10 comments and their authors"},
	{"Q3", "the same, with the `bio` of each comment's author"},
}

// The queries in the words of each schema, by the name of the work.
var (
	facadeQueries = map[string]string{
		"Q1": `{homeFeed(orderBy:POPULAR,first:20){nodes{` + facadePost + `}}}`,
		"Q2": `{homeFeed(orderBy:POPULAR,first:20){nodes{` + facadePost + `comments(first:10){nodes{` + facadeComment +
			`author{` + facadeMember + `}}}}}}`,
		"Q3": `{homeFeed(orderBy:POPULAR,first:20){nodes{` + facadePost + `comments(first:10){nodes{` + facadeComment +
			`author{` + facadeMember + ` bio}}}}}}`,
	}
	naiveQueries = map[string]string{
		"Q1": `{posts(first:20){` + naivePost + `}}`,
		"Q2": `{posts(first:20){` + naivePost + `comments(first:10){` + naiveComment + `author{` + naiveMember + `}}}}`,
		"Q3": `{posts(first:20){` + naivePost + `comments(first:10){` + naiveComment + `author{` + naiveMember + ` bio}}}}`,
	}
	hiveQueries     = contractQueries(`api_headless_v1_home(sort:popular,per_page:20)`, `first_comments`)
	tailcallQueries = contractQueries(`home`, `comments`)
)

// contractQueries are in the words of Circle's contract, for schemas that are made of it: only the entry and the field
// for the comments have names of their own.
func contractQueries(entry, comments string) map[string]string {
	query := func(more string) string { return `{` + entry + `{records{` + contractPost + more + `}}}` }
	return map[string]string{
		"Q1": query(``),
		"Q2": query(comments + `{records{` + contractComment + `author{` + contractMember + `}}}`),
		"Q3": query(comments + `{records{` + contractComment + `author{` + contractMember + ` profile{bio}}}}`),
	}
}

const (
	facadePost = `circleId title slug url createdAt likesCount commentsCount isLikedByViewer author{` + facadeMember +
		`} space{circleId name slug}`
	facadeComment = `circleId createdAt likesCount repliesCount `
	facadeMember  = `circleId name headline avatarUrl`

	naivePost = `id title slug url createdAt likesCount commentsCount isLiked author{` + naiveMember +
		`} space{id name slug}`
	naiveComment = `id createdAt likesCount repliesCount `
	naiveMember  = `id name headline avatarUrl`

	contractPost = `id display_title slug url created_at user_likes_count comment_count is_liked author{` +
		contractMember +
		`} space{id name slug}`
	contractComment = `id created_at user_likes_count replies_count `
	contractMember  = `community_member_id name headline avatar_url`
)

// document is a query as clients send it.
func document(query string) []byte {
	body, _ := json.Marshal(map[string]string{"query": query}) // strings cannot fail
	return body
}

// ask sends a query and gives the whole answer, in which there must be no errors.
func ask(ctx context.Context, url, token string, body []byte) ([]byte, error) {
	raw, err := fetch(ctx, http.MethodPost, url, token, body)
	if err == nil && bytes.Contains(raw, []byte(`"errors":`)) {
		err = fmt.Errorf("an answer with errors: %.300s", raw)
	}
	return raw, err
}

// values are all values of an answer, whatever their names and places: sorted, numbers as text.
func values(answer []byte) ([]string, error) {
	var parsed struct{ Data any }
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	if err := decoder.Decode(&parsed); err != nil {
		return nil, err
	}
	var all []string
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		case nil:
			all = append(all, "") // Circle writes no text both ways
		default:
			all = append(all, fmt.Sprint(v))
		}
	}
	walk(parsed.Data)
	slices.Sort(all)
	return all, nil
}
