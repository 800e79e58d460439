package circleclient

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxSlug = 255

// route is the address of an operation: its template, as the contract writes it, and the path with its gaps filled.
type route struct {
	template  string
	path      string
	auth      bool
	community bool // on the community's own address
	err       error
}

// pathArg fills one gap of a route.
type pathArg struct {
	value string
	err   error
}

// id is a number in a path. Circle's ids start at 1.
func id(n int64) pathArg {
	if n <= 0 {
		return pathArg{err: ErrNoID}
	}
	return pathArg{value: strconv.FormatInt(n, 10)}
}

// slug is a word in a path. It may hold nothing that could lead to another path.
func slug(s string) pathArg {
	bad := s == "" || len(s) > maxSlug || s == "." || s == ".." || !utf8.ValidString(s) ||
		strings.ContainsAny(s, `/\?#%`) ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
	if bad {
		return pathArg{err: ErrBadSlug}
	}
	return pathArg{value: url.PathEscape(s)}
}

// uuidForm is how Circle writes the names of its rooms.
var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// IsUUID reports whether s has the form of a UUID.
func IsUUID(s string) bool { return uuidForm.MatchString(s) }

// uuid is the name of a chat room in a path.
func uuid(s string) pathArg {
	if !IsUUID(s) {
		return pathArg{err: errors.New("a room is named by its UUID")}
	}
	return pathArg{value: s}
}

// member is a route of the Member API: member("/spaces/{space_id}/topics", id(7)).
func member(template string, args ...pathArg) route {
	return newRoute(memberAPI+template, false, args)
}

// community is a route of the Member API on the community's own address.
func community(template string) route {
	r := member(template)
	r.community = true
	return r
}

// auth is a route of the Auth API, which takes the community's secret.
func auth(template string) route {
	return newRoute(authAPI+template, true, nil)
}

func newRoute(template string, auth bool, args []pathArg) route {
	r := route{template: template, auth: auth}
	rest := template
	var path strings.Builder
	for {
		before, gap, found := strings.Cut(rest, "{")
		path.WriteString(before)
		if !found {
			break
		}
		if len(args) == 0 {
			r.err = errors.New("a path argument is missing")
			return r
		}
		if r.err = args[0].err; r.err != nil {
			return r
		}
		path.WriteString(args[0].value)
		args = args[1:]
		_, rest, _ = strings.Cut(gap, "}")
	}
	r.path = path.String()
	return r
}
