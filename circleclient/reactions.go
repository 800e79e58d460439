package circleclient

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// reactionBody names a reaction in both directions; the DELETE carries it as its body too.
type reactionBody struct {
	MessageID int64  `json:"chat_room_message"`
	Emoji     string `json:"emoji"`
}

// emojiTaken is what Rails says of a second row where there may be one.
const emojiTaken = "has already been taken"

// React gives a message an emoji, by Circle's word for it, such as heart. Giving it twice succeeds.
//
//circle:op POST /api/headless/v1/reactions
func (s *ChatService) React(ctx context.Context, messageID int64, emoji string) error {
	err := exec(ctx, s.client, http.MethodPost, member("/reactions"), reactionBody{messageID, emoji})
	var failure *Error
	if errors.As(err, &failure) && slices.Contains(failure.Fields["emoji"], emojiTaken) {
		return nil
	}
	return doneIf(err, ErrConflict)
}

// Unreact takes a reaction back. Circle's answer for one that is not there does not tell it from a message that does
// not exist: both succeed.
//
//circle:op DELETE /api/headless/v1/reactions
func (s *ChatService) Unreact(ctx context.Context, messageID int64, emoji string) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/reactions"), reactionBody{messageID, emoji})
	return doneIf(err, ErrConflict, ErrNotFound)
}
