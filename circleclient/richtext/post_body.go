package richtext

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"

	"circlegraph/circleclient/lenient"
)

// PostBody is a text of Circle's older editor: HTML. Most records wrap it in an object beside its attachments; some
// send the bare string. Texts of the newer editor have a placeholder here, see [PostBody.Placeholder].
type PostBody struct {
	// HTML is as Circle sends it, not sanitised; [Text.HTML] is.
	HTML string

	attachments []*object
}

// UnmarshalJSON reads both shapes.
func (b *PostBody) UnmarshalJSON(data []byte) error {
	*b = PostBody{}
	switch lenient.FirstByte(data) {
	case '"':
		return json.Unmarshal(data, &b.HTML)
	case '{':
		var body struct {
			HTML        string    `json:"html"`
			Attachments []*object `json:"attachments_array"`
		}
		if err := lenient.Decode(data, &body); err != nil {
			return err
		}
		b.HTML, b.attachments = body.HTML, body.Attachments
	}
	return nil
}

// placeholderLength bounds the placeholder, so that a long post that quotes it does not count as one.
const placeholderLength = 400

// Placeholder reports whether the HTML only asks the reader to update Circle's app. Old clients see that instead of a
// text of the newer editor.
func (b *PostBody) Placeholder() bool {
	if b == nil || len(b.HTML) > placeholderLength {
		return false
	}
	text := strings.ToLower(html.UnescapeString(b.HTML))
	return strings.Contains(text, "update available") && strings.Contains(text, "update the app")
}
