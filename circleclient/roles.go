package circleclient

import (
	"encoding/json"
	"strings"

	"circlegraph/circleclient/lenient"
)

// Roles are a member's rights beyond taking part. Circle sends an object of switches on profiles and likers, a list of
// words on authors, and null.
type Roles struct {
	// Admin may change everything in the community.
	Admin bool
	// Moderator may change what others wrote.
	Moderator bool
}

// UnmarshalJSON reads each of the shapes and ignores unknown words and switches.
func (r *Roles) UnmarshalJSON(data []byte) error {
	*r = Roles{}
	var words []string
	switch lenient.FirstByte(data) {
	case '{':
		var switches struct {
			Admin     bool `json:"admin"`
			Moderator bool `json:"moderator"`
		}
		if err := lenient.Decode(data, &switches); err != nil {
			return err
		}
		*r = Roles(switches)
	case '[':
		if err := lenient.Decode(data, &words); err != nil {
			return err
		}
	case '"':
		words = make([]string, 1)
		if err := json.Unmarshal(data, &words[0]); err != nil {
			return err
		}
	}
	for _, word := range words {
		r.Admin = r.Admin || strings.EqualFold(word, "admin")
		r.Moderator = r.Moderator || strings.EqualFold(word, "moderator")
	}
	return nil
}
