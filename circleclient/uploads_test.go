package circleclient

import (
	"errors"
	"testing"
)

func TestUploadWithoutTarget(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":      ``,
		"no target":    `{"signed_id":"eyJf"}`,
		"odd target":   `{"signed_id":"eyJf","direct_upload":{"url":"javascript:alert(1)"}}`,
		"no signed id": `{"direct_upload":{"url":"https://storage.example.com/1"}}`,
	} {
		c := testClient(t, say(200, "application/json", body))
		if u, err := c.Uploads.Create(asMember(t), DirectUploadRequest{Filename: "a"}); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v, %v, want ErrUnavailable", name, u, err)
		}
	}
}
