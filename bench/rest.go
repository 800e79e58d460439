package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The screens as an app would have them without GraphQL: by calling Circle itself. The calls of a stage can be made at
// the same time; the next stage needs their answers. Each fetches what its document shows, no more, with the care of
// somebody who has read the contract: pages of the right size, each author once, posts of one space together.

// stage gives paths beneath the Member API, from the answers so far, in the order of the calls.
type stage func(seen []any) []string

// restScreens are the stages of each screen, by the name of its document.
var restScreens = map[string][]stage{
	"home":   {paths("/home?per_page=15", "/community_member", "/notifications/new_notifications_count")},
	"spaces": {paths("/spaces", "/community_links"), unreadOfSpaces},
	// Posts are listed by slug, too, so the two need not wait for each other.
	"space_feed": {paths("/spaces/vegetables/posts?per_page=15", "/spaces")},
	"post": {
		paths("/spaces/vegetables/posts/everything-we-know-about-tomatoes"),
		ofPost("/spaces/{space}", "/posts/{post}/comments?per_page=20", "/posts/{post}/user_likes?per_page=10"),
	},
	"event": {
		paths("/spaces/workshops/posts/build-a-raised-bed"),
		ofPost("/spaces/{space}", "/posts/{post}/comments?per_page=10", "/events/{post}/event_attendees?per_page=20"),
	},
	"events":             {paths("/community_events?per_page=15"), policiesOfHidden},
	"feed_with_profiles": {paths("/home?per_page=15"), profilesOfAuthors},
	"notifications": {
		paths("/notifications?per_page=20", "/notifications/new_notifications_count"),
		subjectsOfNotifications,
	},
	"member": {paths("/community_members/8800003/public_profile", "/community_members/8800003/posts?per_page=10",
		"/community_members/8800003/comments?per_page=10", "/community_members/8800003/spaces?per_page=20")},
	"directory": {paths("/community_members?sort=alphabetical&per_page=20")},
	"search":    {paths("/advanced_search?query=tomatoes&type=general&per_page=20")},
	"chats":     {paths("/messages?per_page=20")},
	"chat": {paths("/messages/f9748511-0649-49fc-82f0-4c99b5c45f38",
		"/messages/f9748511-0649-49fc-82f0-4c99b5c45f38/chat_room_messages?previous_per_page=20&next_per_page=0")},
	"course": {paths("/spaces/2700011", "/courses/2700011/sections")},
	"lesson": {paths("/courses/2700011/lessons/1900002", "/courses/2700011/lessons/1900002/files?per_page=100",
		"/courses/2700011/sections")},
	"bookmarks": {paths("/bookmarks?per_page=20"), bookmarkedPosts},
}

// paths is a stage that needs nothing.
func paths(fixed ...string) stage { return func([]any) []string { return fixed } }

// ofPost fills in the numbers of the post that was read first, and of its space.
func ofPost(templates ...string) stage {
	return func(seen []any) []string {
		fill := strings.NewReplacer("{post}", text(seen[0], "id"), "{space}", text(seen[0], "space", "id"))
		filled := make([]string, len(templates))
		for i, template := range templates {
			filled[i] = fill.Replace(template)
		}
		return filled
	}
}

func unreadOfSpaces(seen []any) []string {
	var ids []string
	for _, space := range list(seen[0]) {
		ids = append(ids, text(space, "id"))
	}
	return []string{"/space_notification_details?space_ids=" + strings.Join(ids, ",")}
}

// policiesOfHidden reads the events that hide their place: the list does not say who runs them.
func policiesOfHidden(seen []any) []string {
	return postsOfSpaces(records(seen[0]), func(event any) (space, post string) {
		hidden := text(event, "event_setting_attributes", "hide_location_from_non_attendees") == "true"
		if !hidden || text(event, "rsvp_status") == "yes" {
			return "", ""
		}
		return text(event, "space", "id"), text(event, "id")
	})
}

func profilesOfAuthors(seen []any) []string {
	var profiles []string
	for _, post := range records(seen[0]) {
		path := "/community_members/" + text(post, "author", "community_member_id") + "/public_profile"
		if !slices.Contains(profiles, path) {
			profiles = append(profiles, path)
		}
	}
	return profiles
}

func subjectsOfNotifications(seen []any) []string {
	all := records(seen[0])
	subjects := postsOfSpaces(all, func(n any) (space, post string) {
		if kind := text(n, "notifiable_type"); kind != "Post" && kind != "Event" {
			return "", ""
		}
		return text(n, "space_id"), text(n, "notifiable_id")
	})
	comments := map[string][]string{} // by post
	for _, n := range all {
		id, post := text(n, "notifiable_id"), text(n, "notifiable", "post_id")
		if text(n, "notifiable_type") != "Comment" || slices.Contains(comments[post], id) {
			continue
		}
		if parent := text(n, "notifiable", "parent_comment_id"); parent != "" {
			subjects = append(subjects, "/comments/"+parent+"/replies/"+id)
			continue
		}
		comments[post] = append(comments[post], id)
	}
	for post, ids := range comments { // several are among the latest, which are read at once
		if len(ids) == 1 {
			subjects = append(subjects, "/posts/"+post+"/comments/"+ids[0])
		} else {
			subjects = append(subjects, "/posts/"+post+"/comments?sort=latest&per_page=100")
		}
	}
	return subjects
}

func bookmarkedPosts(seen []any) []string {
	return postsOfSpaces(records(seen[0]), func(b any) (space, post string) {
		if text(b, "bookmark_type") != "post" {
			return "", ""
		}
		return text(b, "bookmark_record", "space", "id"), text(b, "record_id")
	})
}

// postsOfSpaces reads posts: those of one space together, a single one by itself. of returns "" for no post.
func postsOfSpaces(all []any, of func(any) (space, post string)) []string {
	var spaces []string
	posts := map[string][]string{}
	for _, item := range all {
		space, post := of(item)
		if post == "" || slices.Contains(posts[space], post) {
			continue
		}
		if posts[space] == nil {
			spaces = append(spaces, space)
		}
		posts[space] = append(posts[space], post)
	}
	var reads []string
	for _, space := range spaces {
		if ids := posts[space]; len(ids) == 1 {
			reads = append(reads, "/spaces/"+space+"/posts/"+ids[0])
		} else {
			reads = append(reads, fmt.Sprintf("/spaces/%s/posts?past_events=true&per_page=%d&post_ids=%s", space, len(ids),
				strings.Join(ids, ",")))
		}
	}
	return reads
}

// text is a value inside an answer, as text; empty if missing.
func text(value any, keys ...string) string {
	for _, key := range keys {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func list(value any) []any {
	items, _ := value.([]any)
	return items
}

func records(page any) []any {
	object, _ := page.(map[string]any)
	return list(object["records"])
}

// getter reads one path of the Member API.
type getter func(ctx context.Context, path string) (any, error)

// restGetter reads from a Circle over the network.
func restGetter(circle, token string) getter {
	return func(ctx context.Context, path string) (any, error) {
		raw, err := fetch(ctx, http.MethodGet, circle+"/api/headless/v1"+path, token, nil)
		if err != nil {
			return nil, err
		}
		return parse(raw)
	}
}

// parse reads JSON with numbers as they are written.
func parse(raw []byte) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var value any
	return value, decoder.Decode(&value)
}

// walk makes the calls of a screen: all of a stage at a time, or one after the other. The screen is complete without an
// error.
func walk(ctx context.Context, get getter, stages []stage, parallel bool) error {
	var seen []any
	for _, stage := range stages {
		asked := stage(seen)
		answers, errs := make([]any, len(asked)), make([]error, len(asked))
		ask := func(i int) { answers[i], errs[i] = get(ctx, asked[i]) }
		var all sync.WaitGroup
		for i := range asked {
			if parallel && len(asked) > 1 {
				all.Go(func() { ask(i) })
			} else if ask(i); errs[i] != nil {
				break
			}
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		seen = append(seen, answers...)
	}
	return nil
}
