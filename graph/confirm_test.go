package graph_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/contract"
	"circlegraph/internal/race"
)

// documentedEmpty are the writes that Circle answers with nothing.
var documentedEmpty = []string{
	"acceptInvitation", "deleteBookmark", "deleteChatMessage", "gradeQuizAttempt",
	"markAllNotificationsAsRead", "markChatRoomAsRead", "removeReaction", "updateChatMessage",
}

// unfed are writes that no official example feeds.
var unfed = map[string]string{
	"POST /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages": `mutation { sendChatMessage(input: {chatRoomId:
		"{{id "ChatRoom" room}}", body: {text: "t"}}) { EVERYTHING } }`,
	"PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}": `mutation { updateChatMessage(input:
		{messageId: "{{id "ChatMessage" room 1}}", body: {text: "t"}}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}": `mutation { deleteChatMessage(input:
		{messageId: "{{id "ChatMessage" room 1}}"}) { EVERYTHING } }`,
	"POST /api/headless/v1/messages/{uuid}/mark_all_as_read": `mutation { markChatRoomAsRead(input: {chatRoomId:
		"{{id "ChatRoom" room}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/reactions": `mutation { removeReaction(input: {messageId: "{{id "ChatMessage" room 1}}", emoji:
		HEART}) { EVERYTHING } }`,
	"PUT /api/headless/v1/quizzes/{quiz_id}/attempts/{id}": `mutation { gradeQuizAttempt(input: {attemptId:
		"{{id "QuizAttempt" 1 2}}", result: PASSED}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/bookmarks/{id}": `mutation { deleteBookmark(input: {bookmarkId: "1"}) { EVERYTHING } }`,
}

// A success of HTTP that refuses, or says nothing, is no success of a write; nor is a record without an id.
func TestAnswersThatConfirmNothing(t *testing.T) {
	t.Parallel()
	official := contract.Load(t)
	writes := 0
	operations := maps.Clone(feeds)
	maps.Copy(operations, unfed)
	for _, op := range race.Some(slices.Sorted(maps.Keys(operations))) {
		query, write := operations[op], strings.Contains(operations[op], "mutation")
		if strings.HasPrefix(op, "POST /api/v1/") || strings.HasPrefix(op, "PATCH /api/v1/") {
			continue // signing in has no userErrors, see package tokens
		}
		example := any(map[string]any{})
		for _, status := range []int{200, 201, 202} {
			if all := official.Examples(op, status); len(all) > 0 && string(all[0].Body) != "null" {
				example, _ = parseNumbers(all[0].Body)
			}
		}
		record, _ := example.(map[string]any)
		if _, named := record["id"]; !write && (!named || record["records"] != nil) {
			continue // a list
		}
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				c := newOfficialCircle(t)
				if c.defaults[op].status == 204 {
					c.defaults[op] = officialAnswer{status: 200}
				}
				c.unlist(op, example)
				query := expand(t, fillFeed(t, query, example))
				for _, tc := range []struct{ body, write, read string }{
					{``, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`null`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{"success":false,"message":"You cannot perform this action."}`, "FORBIDDEN", "FORBIDDEN"},
					{`{"message":"You cannot perform this action.","success":"false"}`, "FORBIDDEN", "FORBIDDEN"},
					{`{"success":0,"error":"You cannot perform this action."}`, "FORBIDDEN", "FORBIDDEN"},
					{`{"message":"You cannot perform this action."}`, "FORBIDDEN", "UPSTREAM_UNAVAILABLE"},
					{`{"errors":["You cannot perform this action."]}`, "FORBIDDEN", "UPSTREAM_UNAVAILABLE"},
					{`{"error":{"code":7}}`, "INVALID", "UPSTREAM_UNAVAILABLE"},
					{`{"status":"error","message":"Something went wrong"}`, "INVALID", "UPSTREAM_UNAVAILABLE"},
					{`{"success":null}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{"success":"perhaps","id":0}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{"id":0}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{"id":"0"}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
					{`{"id":null,"errors":[],"data":{}}`, "OUTCOME_UNKNOWN", "UPSTREAM_UNAVAILABLE"},
				} {
					answer, called := c.ask(op, json.RawMessage(tc.body), query)
					if !called {
						t.Fatalf("not called by %s", query)
					}
					if !write {
						var failures []failure
						for _, raw := range answer.Errors {
							var f failure
							if err := json.Unmarshal(raw, &f); err != nil {
								t.Fatal(err)
							}
							failures = append(failures, f)
						}
						if !slices.ContainsFunc(failures, func(f failure) bool { return f.Extensions.Code == tc.read }) {
							t.Errorf("read as %q: %.300s, errors %.300s; want %s", tc.body, answer.Data, answer.Errors, tc.read)
						}
						continue
					}
					var data map[string]map[string]any
					if err := json.Unmarshal(answer.Data, &data); err != nil || len(data) != 1 {
						t.Fatalf("%v: %s, %s", err, answer.Data, answer.Errors)
					}
					for name, payload := range data {
						got, want := failed{Data: map[string]any{name: payload}}.outcome(name), tc.write
						if want == "OUTCOME_UNKNOWN" && slices.Contains(documentedEmpty, name) {
							want = ""
						}
						if payload == nil || got != want {
							t.Errorf("%s answered with %q: outcome %q, want %q; %.300s %.300s", name, tc.body, got, want, answer.Data,
								answer.Errors)
						}
					}
				}
			})(t)
		})
		if write {
			writes++
		}
	}
	if writes < race.Rounds(45, 10) {
		t.Errorf("%d writes were tried", writes)
	}
}
