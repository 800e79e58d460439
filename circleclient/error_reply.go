package circleclient

import (
	"encoding/json"
	"regexp"
	"strings"

	"circlegraph/circleclient/lenient"
)

const (
	maxErrorFields   = 10
	maxFieldMessages = 5
)

// errorReply is the body of a refusal: {success, message, error_details}, where the details are an object, a string or
// null; or {error} or {errors}, as Rails writes it where nobody chose a shape.
type errorReply struct {
	Message string          `json:"message"`
	Details json.RawMessage `json:"error_details"`
	Error   json.RawMessage `json:"error"`
	Errors  json.RawMessage `json:"errors"`

	// EdgeError and EdgeCode are Cloudflare's, which is in front of Circle.
	EdgeError bool `json:"cloudflare_error"`
	EdgeCode  int  `json:"error_code"`
}

func (r errorReply) fromEdge() bool { return r.EdgeError || r.EdgeCode != 0 && r.Message == "" }

// said is the sentence of the refusal; empty if there is none.
func (r errorReply) said() string {
	if r.Message != "" {
		return r.Message
	}
	var list []string
	for _, raw := range []json.RawMessage{r.Error, r.Errors} {
		var text string
		if lenient.Decode(raw, &text) == nil && text != "" {
			return text
		}
		if lenient.Decode(raw, &list) == nil && len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

// missingParameter tells "Missing parameter: x" from "Missing record: x"; both come as 404.
func (r errorReply) missingParameter() bool {
	return strings.Contains(strings.ToLower(r.said()+r.detail()), "missing parameter")
}

// detail is the sentence inside the details, {message: "…"} or the details themselves.
func (r errorReply) detail() string {
	var text string
	if lenient.Decode(r.Details, &text) == nil && text != "" {
		return text
	}
	var object struct {
		Message string `json:"message"`
	}
	_ = lenient.Decode(r.Details, &object)
	return object.Message
}

// fields keeps the complaints about single fields: {body: ["can't be blank"]}. Names are kept where they are plain
// words, complaints where they are Rails' own; anything else may be somebody's data, so it becomes "is
// invalid".
func (r errorReply) fields() map[string][]string {
	if name, ok := strings.CutPrefix(r.detail(), "Missing parameter: "); ok && fieldName.MatchString(name) {
		return map[string][]string{name: {"is missing"}}
	}
	var details map[string]json.RawMessage
	if lenient.Decode(r.Details, &details) != nil && lenient.Decode(r.Errors, &details) != nil {
		return nil
	}
	fields := make(map[string][]string)
	for name, raw := range details {
		if name == "message" || !fieldName.MatchString(name) || len(fields) == maxErrorFields {
			continue
		}
		var complaints []string
		if lenient.Decode(raw, &complaints) != nil {
			var one string
			_ = lenient.Decode(raw, &one)
			complaints = []string{one}
		}
		for _, complaint := range complaints[:min(len(complaints), maxFieldMessages)] {
			if !fieldComplaint.MatchString(complaint) {
				complaint = "is invalid"
			}
			fields[name] = append(fields[name], complaint)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

var (
	fieldName      = regexp.MustCompile(`^[a-z][a-z0-9_.]{0,49}$`)
	fieldComplaint = regexp.MustCompile(`^(can't be (blank|empty)|` +
		`is (invalid|missing|too (long|short)( \((maximum|minimum) is \d+ characters?\))?|` +
		`reserved|not a number|not included in the list|the wrong length.{0,40})|` +
		`must (exist|be blank|be accepted|be an integer|` +
		`be (greater|less) than (or equal to )?-?\d+)|has already been taken)$`)
)
