package circleclient

import (
	"sync"

	"circlegraph/circleclient/richtext"
)

// sharedText is the text of a record and its copies, which is parsed and written once however often it is asked for.
type sharedText struct {
	once sync.Once
	text *richtext.Text
}

// of returns the text, made at first; nil shares nothing.
func (s *sharedText) of(made func() *richtext.Text) *richtext.Text {
	if s == nil {
		return made()
	}
	s.once.Do(func() { s.text = made() })
	return s.text
}
