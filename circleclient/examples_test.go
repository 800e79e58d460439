package circleclient

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// demonstrated are the fields that an official example fills, as "Space.Name". No example fills a field with a wrong
// tag.
type demonstrated map[string]bool

// undemonstrated are fields that no official example fills, with where they are known from, and types with many such
// fields that have a test of their own.
var undemonstrated = map[string]string{
	"Space.ChatRoomUUID":                   "live: where a chat space keeps its room",
	"Bookmark.DeclaredType":                "the contract's schema; the examples say bookmark_type",
	"SearchHit":                            "the contract's schema; the one example finds nothing but spaces",
	"Post.CoverImage":                      "the contract's schema",
	"EventSettings.LiveStreamRecordingURL": "the contract's schema",
	"EventPart.Recurrence":                 "the contract's schema",
	"ChatRoom.PinnedMessage":               "the documentation of live updates",
	"ChatRoom.EmbeddedSpace":               "the rooms inside of threads",
	"ChatRoom.EmbeddedLesson":              "the rooms inside of threads",
	"ChatParticipant.PinnedAt":             "the documentation of live updates",
	"Notification.ActorID":                 "nowhere: read if Circle comes to send it, as it names members elsewhere",
	"Notifiable.ChatRoomUUID":              "nowhere: read if Circle comes to send it, as messages name their rooms",
}

// compareExample checks that got holds what the example says, wherever the two have a field in common.
func compareExample(t *testing.T, got any, body string, op operation, seen demonstrated) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var example any
	if err := decoder.Decode(&example); err != nil {
		t.Fatalf("the example is not JSON: %v", err)
	}
	if op.in != "" {
		example = example.(map[string]any)[op.in]
	}
	c := comparison{t: t, except: op.except, seen: seen}
	c.value("", reflect.ValueOf(got), example)
	if c.leaves == 0 {
		t.Error("nothing of the example was found in what the method returns")
	}
}

type comparison struct {
	t      *testing.T
	except []string
	seen   demonstrated
	leaves int
}

func (c *comparison) value(at string, got reflect.Value, want any) {
	c.t.Helper()
	if get := got.MethodByName("Get"); get.IsValid() { // a lenient.Lazy
		got = get.Call(nil)[0]
	}
	switch {
	case slices.Contains(c.except, strings.TrimPrefix(at, ".")):
		return
	case got.Kind() == reflect.Pointer && got.IsNil():
		if want != nil && want != "" {
			c.t.Errorf("%s is nil, the example has %v", at, want)
		}
		return
	case got.Kind() == reflect.Pointer && got.Type() != reflect.TypeFor[*time.Time]():
		if decodesItself(got.Type()) {
			return // has tests of its own
		}
		c.value(at, got.Elem(), want)
		return
	case got.Kind() == reflect.Pointer:
		c.value(at, got.Elem(), want)
		return
	case got.Type() == reflect.TypeFor[time.Time]():
		parsed, err := time.Parse(time.RFC3339Nano, fmt.Sprint(want))
		c.leaf(at, err == nil && got.Interface().(time.Time).Equal(parsed), got, want)
		return
	case got.CanAddr() && decodesItself(got.Addr().Type()):
		return
	case want == nil:
		c.leaf(at, got.IsZero() || got.Kind() == reflect.Slice && got.Len() == 0, got, want)
		return
	}
	switch got.Kind() {
	case reflect.Struct:
		object, ok := want.(map[string]any)
		if !ok {
			c.t.Errorf("%s is an object, the example has %v", at, want)
			return
		}
		c.object(at, got, object)
	case reflect.Slice:
		list, ok := want.([]any)
		if !ok || got.Len() != len(list) {
			c.t.Errorf("%s has %d items, the example has %v", at, got.Len(), want)
			return
		}
		for i := range list {
			c.value(at, got.Index(i), list[i])
		}
	case reflect.Int, reflect.Int64:
		c.leaf(at, fmt.Sprint(want) == strconv.FormatInt(got.Int(), 10), got, want)
	case reflect.Float64:
		f, err := strconv.ParseFloat(fmt.Sprint(want), 64)
		c.leaf(at, err == nil && f == got.Float(), got, want)
	default: // strings and booleans
		c.leaf(at, fmt.Sprint(want) == fmt.Sprint(got.Interface()), got, want)
	}
}

func (c *comparison) object(at string, got reflect.Value, want map[string]any) {
	c.t.Helper()
	for i := range got.NumField() {
		field := got.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			c.object(at, got.Field(i), want)
		case !field.IsExported() || name == "" || name == "-":
		default:
			label := plainName(got.Type()) + "." + field.Name
			value, there := want[name]
			c.seen[label] = c.seen[label] || there
			if there {
				c.value(at+"."+field.Name, got.Field(i), value)
			} else if !got.Field(i).IsZero() {
				c.t.Errorf("%s.%s is %v, the example has no %q", at, field.Name, got.Field(i).Interface(), name)
			}
		}
	}
}

func (c *comparison) leaf(at string, same bool, got reflect.Value, want any) {
	c.t.Helper()
	c.leaves++
	if !same {
		c.t.Errorf("%s is %v, the example has %v", at, got.Interface(), want)
	}
}

// wantAll fails for fields whose name no example knows: a wrong tag would look like this.
func (seen demonstrated) wantAll(t *testing.T) {
	t.Helper()
	for label, there := range seen {
		name, _, _ := strings.Cut(label, ".")
		_, excused := undemonstrated[label]
		_, partly := undemonstrated[name]
		switch {
		case !there && !excused && !partly:
			t.Errorf("no official example fills %s: is its tag right?", label)
		case there && excused:
			t.Errorf("an official example fills %s: take it off undemonstrated", label)
		}
	}
	for label := range undemonstrated {
		known := false
		for field := range seen {
			known = known || field == label || strings.HasPrefix(field, label+".")
		}
		if !known {
			t.Errorf("undemonstrated names %s, which no returned value has", label)
		}
	}
}

func decodesItself(pointer reflect.Type) bool {
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) && pointer != reflect.TypeFor[*time.Time]()
}

// plainName is a type's name without type arguments.
func plainName(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}
