package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/internal/memory"
)

const (
	// maxSmall is the largest body or message, in bytes, of whoever no member vouches for. The largest document fits in,
	// and so does all that signs in.
	maxSmall = 128 << 10
	// maxGreeting is the largest message before connection_ack, in bytes. A token takes 8 KiB at most.
	maxGreeting = 16 << 10
	// maxValues and maxDepth are how many values the variables and extensions of a request may hold, lists and objects
	// included, and how deeply they may be within each other. The text of a very long post has some thousand.
	maxValues = 10_000
	maxDepth  = 64
	// valueBytes is what a value of JSON takes at most in memory, beside its text: an object of one field.
	valueBytes = 400
)

// busy is the refusal of what there is no room for now.
func busy() *refusal {
	return refused(http.StatusServiceUnavailable, "This server has too much in hand at the moment. Try again later.")
}

// receive reads what a client sends, as far as it may send it. Who it is counts from maxSmall bytes on.
func (o Options) receive(ctx context.Context, from io.Reader, limit int64, hold *memory.Hold) ([]byte, *refusal) {
	var body []byte
	most := min(limit, maxSmall) // until a member vouches for more
	room := min(4<<10, most+1)
	for {
		size := int64(len(body))
		switch {
		case size > limit:
			return nil, tooLarge(limit)
		case size > most:
			if problem := o.vouch(ctx, hold); problem != nil {
				return nil, problem
			}
			most = limit
			room = min(2*room, most+1)
		}
		if !hold.Add(room - int64(cap(body))) {
			return nil, busy()
		}
		grown := make([]byte, size, room)
		copy(grown, body)
		body = grown
		n, err := io.ReadFull(from, body[size:room])
		body = body[:size+int64(n)]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && int64(len(body)) <= limit:
			return body, nil
		case err != nil:
			return nil, unreadable(err)
		}
		room = min(2*room, most+1)
	}
}

// vouch refuses a large request unless a member vouches for it. Circle is asked if it is not known.
func (o Options) vouch(ctx context.Context, hold *memory.Hold) *refusal {
	if o.Prove == nil {
		return nil
	}
	if err := o.Prove(ctx); err != nil {
		if o.Dead == nil || o.Dead(err) {
			return refused(http.StatusRequestEntityTooLarge, "The request is too large for a caller without a valid access "+
				"token: it may have "+strconv.Itoa(maxSmall)+" bytes. Sign in first.")
		}
		return busy()
	}
	hold.Of(o.owner(ctx)).Prove()
	return nil
}

func tooLarge(limit int64) *refusal {
	return refused(http.StatusRequestEntityTooLarge, "The request is too large: it may have "+
		strconv.FormatInt(limit, 10)+" bytes.")
}

func unreadable(err error) *refusal {
	if tooMany, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(tooMany.Limit)
	}
	return refused(http.StatusBadRequest, "The request could not be read.")
}

// weighJSON refuses JSON of too many values before any of them is made, and holds what they will take.
func weighJSON(text []byte, hold *memory.Hold) *refusal {
	values, depth := countJSON(text)
	switch {
	case values > maxValues:
		return beyond("variableValues", maxValues, "The variables and extensions hold too many values: "+
			strconv.Itoa(values)+", of at most "+strconv.Itoa(maxValues)+".")
	case depth > maxDepth:
		return beyond("variableDepth", maxDepth, "The variables or extensions are nested too deeply: "+
			strconv.Itoa(depth)+", of at most "+strconv.Itoa(maxDepth)+".")
	case !hold.Add(int64(len(text)) + int64(values)*valueBytes):
		return busy()
	}
	return nil
}

// beyond is the refusal of a request that holds too much, with the code that guard has for documents.
func beyond(limit string, most int, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, err: &gqlerror.Error{
		Message: message, Extensions: map[string]any{"code": "QUERY_LIMIT_EXCEEDED", "limit": limit, "max": most},
	}}
}

// countJSON counts the values within the members of a JSON object, lists and objects included, and how deeply they are
// nested; a member itself counts only if it is a list or an object. It builds nothing. What is no JSON gets some
// figure, and is refused when it is decoded.
func countJSON(text []byte) (values, depth int) {
	open, inString, empty := 0, false, false
	members, lists := 0, 0 // of the object itself
	begin := func() {
		if values++; open == 1 {
			members++
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if inString {
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
			continue
		}
		if empty && c > ' ' && c != '}' && c != ']' { // the first value in a list or an object
			begin()
			empty = false
		}
		switch c {
		case '{', '[':
			if open == 1 {
				lists++
			}
			open++
			depth = max(depth, open)
			empty = true
		case '}', ']':
			open--
			empty = false
		case ',':
			begin()
		case '"':
			inString = true
		}
	}
	return values - members + lists, depth - 1
}
