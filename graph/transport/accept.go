package transport

import (
	"mime"
	"slices"
	"strconv"
	"strings"
)

// The forms of a plain answer.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// acceptable is what an Accept header allows, in its order.
type acceptable []mediaRange

// mediaRange is one member of the header, such as text/event-stream, application/* or */*.
type mediaRange struct {
	media  string
	params map[string]string
	q      float64
}

// parseAccept reads the header. Without one, or if nothing in it can be read, everything is acceptable.
func parseAccept(values []string) acceptable {
	var a acceptable
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		media, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		q, err := strconv.ParseFloat(params["q"], 64)
		if err != nil || q < 0 || q > 1 {
			q = 1
		}
		a = append(a, mediaRange{media, params, q})
	}
	if a == nil {
		a = acceptable{{media: "*/*", q: 1}}
	}
	return a
}

// best is the offer that the client likes most: by q, then by the order in which the client names them, then by ours.
// It is empty if none is acceptable.
func (a acceptable) best(offers ...string) string {
	best, bestQ, bestPlace := "", 0.0, 0
	for _, offer := range offers {
		q, place := a.rate(offer)
		if q > bestQ || q == bestQ && q > 0 && place < bestPlace {
			best, bestQ, bestPlace = offer, q, place
		}
	}
	return best
}

// any reports whether one of the offers is acceptable.
func (a acceptable) any(offers ...string) bool { return a.best(offers...) != "" }

// rate is the q of the most specific range that covers a media type, and that range's place in the header.
func (a acceptable) rate(media string) (q float64, place int) {
	most := -1
	for i, r := range a {
		specific := 0
		switch family, _ := strings.CutSuffix(r.media, "*"); {
		case r.media == media:
			specific = 2
		case r.media == "*/*":
		case family != r.media && strings.HasPrefix(media, family):
			specific = 1
		default:
			continue
		}
		if specific > most {
			most, q, place = specific, r.q, i
		}
	}
	return q, place
}

// names reports whether the header names a media type itself.
func (a acceptable) names(media string) bool {
	return slices.ContainsFunc(a, func(r mediaRange) bool { return r.media == media && r.q > 0 })
}

// spec reports whether the header names a media type, with exactly this value of a parameter or without that parameter.
// The parameter's name is in lower case.
func (a acceptable) spec(media, parameter, value string) bool {
	return slices.ContainsFunc(a, func(r mediaRange) bool {
		given, ok := r.params[parameter]
		return r.media == media && r.q > 0 && (!ok || given == value)
	})
}
