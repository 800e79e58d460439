package circleclient

import (
	"slices"

	"circlegraph/circleclient/lenient"
)

// DisplayLocations are the places that show a tag, such as member_directory, post_bio and profile_page. The contract
// has a list; the live API sends an object with a switch for each place.
type DisplayLocations []string

// UnmarshalJSON reads both shapes.
func (l *DisplayLocations) UnmarshalJSON(data []byte) error {
	*l = nil
	switch lenient.FirstByte(data) {
	case '[':
		return lenient.Decode(data, (*[]string)(l))
	case '{':
		var switches map[string]bool
		if err := lenient.Decode(data, &switches); err != nil {
			return err
		}
		for place, on := range switches {
			if on {
				*l = append(*l, place)
			}
		}
		slices.Sort(*l)
	}
	return nil
}
