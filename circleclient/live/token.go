package live

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"circlegraph/circleclient"
)

// maxRefused bounds the tokens that are known to be refused.
const maxRefused = 16

// token is an access token, with what it says of its end: nobody has proven that.
type token struct {
	text string
	hash circleclient.TokenHash
	ends time.Time // zero if it does not say
}

// Token implements [circleclient.TokenSource].
func (t token) Token() (string, error) { return t.text, nil }

func (t token) endsWithin(d time.Duration, now time.Time) bool {
	return !t.ends.IsZero() && !now.Add(d).Before(t.ends)
}

func (t token) newer(than token) bool { return t.hash != than.hash && t.ends.After(than.ends) }

// tokens are the tokens of the followers that are good now and not refused, those that last longest first.
func (m *member) tokens() []token {
	seen := map[circleclient.TokenHash]bool{}
	var all []token
	for f := range m.followers {
		text, err := f.source.Token()
		if err != nil || text == "" {
			continue
		}
		t := token{text: text, hash: circleclient.HashToken(text), ends: endOf(text)}
		if !seen[t.hash] && !m.refused[t.hash] {
			seen[t.hash] = true
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b token) int { return b.ends.Compare(a.ends) })
	return all
}

// Token implements [circleclient.TokenSource]: what is read for the member is read with one of their tokens.
func (m *member) Token() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tokens := m.tokens()
	if len(tokens) == 0 {
		return "", circleclient.ErrNoToken
	}
	return tokens[0].text, nil
}

// endOf reads when a token ends, by its own word; zero if it does not say.
func endOf(text string) time.Time {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Exp json.Number `json:"exp"`
	}
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return time.Time{}
	}
	seconds, err := claims.Exp.Int64()
	if err != nil || seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// refuse notes that Circle takes no cable of a token.
func (m *member) refuse(t token) {
	if len(m.refused) >= maxRefused {
		clear(m.refused)
	}
	m.refused[t.hash] = true
	m.why = ReasonRefused
}
