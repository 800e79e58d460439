package circleclient

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"circlegraph/circleclient/richtext"
)

// UploadsService announces files. The files go straight to Circle's storage, never through this package.
type UploadsService struct{ client *Client }

// DirectUploadRequest announces a file.
type DirectUploadRequest struct {
	// Key is the name in the storage. Leave it empty: Circle then makes one up.
	Key string `json:"key"`
	// Filename is the name to show.
	Filename string `json:"filename"`
	// ContentType is the MIME type, which the upload itself must repeat.
	ContentType string `json:"content_type"`
	// ByteSize is the size in bytes.
	ByteSize int64 `json:"byte_size"`
	// Checksum is the base64 of the 16 bytes of the MD5.
	Checksum string `json:"checksum"`
}

// DirectUpload is an announced file and where to put it.
type DirectUpload struct {
	// SignedID names the file in writes: attachments, pictures of a gallery, avatar, cover.
	SignedID string `json:"signed_id"`
	// AttachableSGID names it in a file node of a TipTap document.
	AttachableSGID string `json:"attachable_sgid"`
	Filename       string `json:"filename"`
	ContentType    string `json:"content_type"`
	ByteSize       int64  `json:"byte_size"`
	// URL is where the file can be loaded after the upload; nil if Circle does not say.
	URL *string `json:"url"`
	// Target is where to put it.
	Target UploadTarget `json:"direct_upload"`
}

// UploadTarget is where to PUT the bytes of a file. For some minutes anybody can use the address: keep it out of logs.
type UploadTarget struct {
	URL string `json:"url"`
	// Headers are the exact headers of the PUT.
	Headers map[string]string `json:"headers"`
}

// UploadURL is where to put the file.
func (u *DirectUpload) UploadURL() string { return u.Target.URL }

// UploadHeader is a header of the PUT.
type UploadHeader struct{ Name, Value string }

// UploadHeaders are the headers of the PUT in order of their names.
func (u *DirectUpload) UploadHeaders() []UploadHeader {
	headers := []UploadHeader{}
	for _, name := range slices.Sorted(maps.Keys(u.Target.Headers)) {
		headers = append(headers, UploadHeader{name, u.Target.Headers[name]})
	}
	return headers
}

// Create announces a file. Without an error, it says where to put the file.
//
//circle:op POST /api/headless/v1/direct_uploads
func (s *UploadsService) Create(ctx context.Context, file DirectUploadRequest) (*DirectUpload, error) {
	r := &request{method: http.MethodPost, route: member("/direct_uploads"), body: struct {
		Blob DirectUploadRequest `json:"blob"`
	}{file}}
	u, err := do[DirectUpload](ctx, s.client, r)
	if err != nil {
		return nil, err
	}
	if u.SignedID == "" || richtext.WebURL(u.Target.URL) == "" {
		return nil, r.fail(ErrUnavailable, nil, errors.New("the answer does not say where to put the file"))
	}
	return u, nil
}
