package sandbox

import (
	"bytes"
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// uploadWindow is how long an announced file may be uploaded.
	uploadWindow = 5 * time.Minute
	// maxUpload is the largest file that is kept, maxUploads all of them together.
	maxUpload  = 64 << 20
	maxUploads = 512 << 20

	storagePath = "/rails/active_storage/"
	diskPath    = storagePath + "disk/"
	blobPath    = storagePath + "blobs/redirect/"
	// variantPath leads to a picture made smaller, as members' are.
	variantPath = storagePath + "representations/redirect/"
)

// upload is a file that a member announced. Its data is nil until it is uploaded, and always nil for a seeded file: see
// seededFile.
type upload struct {
	attachment
	seeded    bool
	checksum  string // base64 of the MD5
	createdAt time.Time
	data      []byte
}

func (s *Sandbox) uploadRoutes() []route {
	return []route{{"POST /direct_uploads", s.createDirectUpload}}
}

// mountStorage serves the files themselves. Circle has a bucket for this: it is not part of the API, so it needs no
// token and logs no call.
func (s *Sandbox) mountStorage() {
	s.mux.HandleFunc("PUT "+diskPath+"{signed_id}", s.putFile)
	s.mux.HandleFunc("OPTIONS "+diskPath+"{signed_id}", allowPut)
	s.mux.HandleFunc("GET "+blobPath+"{signed_id}/{filename}", s.getFile)
	s.mux.HandleFunc("GET "+variantPath+"{signed_id}/{filename}", s.getFile)
}

// ServeFiles mounts the files, and nothing else, where their addresses lead. They need no token.
func (s *Sandbox) ServeFiles(mux *http.ServeMux) { mux.Handle(storagePath, s.mux) }

// blobURL is the download address of a file.
func (s *Sandbox) blobURL(signedID, filename string) string {
	return s.storageURL + blobPath + signedID + "/" + filename
}

type blobInput struct {
	Key         *string             `json:"key"`
	Filename    *string             `json:"filename"`
	ContentType *string             `json:"content_type"`
	ByteSize    *int64              `json:"byte_size"`
	Checksum    *string             `json:"checksum"`
	Metadata    *attachmentMetadata `json:"metadata"`
}

// missing names the first required part that is not there.
func (in *blobInput) missing() string {
	switch {
	case in == nil:
		return "blob"
	case in.Key == nil:
		return "key"
	case in.Filename == nil || *in.Filename == "":
		return "filename"
	case in.ContentType == nil:
		return "content_type"
	case in.ByteSize == nil:
		return "byte_size"
	case in.Checksum == nil:
		return "checksum"
	}
	return ""
}

type directUploadJSON struct {
	ID                int64              `json:"id"`
	Key               string             `json:"key"`
	Filename          string             `json:"filename"`
	ContentType       string             `json:"content_type"`
	Metadata          attachmentMetadata `json:"metadata"`
	ByteSize          int64              `json:"byte_size"`
	Checksum          string             `json:"checksum"`
	CreatedAt         stamp              `json:"created_at"`
	CommunityID       int64              `json:"community_id"`
	CommunityMemberID int64              `json:"community_member_id"`
	ServiceName       string             `json:"service_name"`
	SignedID          string             `json:"signed_id"`
	AttachableSGID    string             `json:"attachable_sgid"`
	DirectUpload      putTarget          `json:"direct_upload"`
	URL               string             `json:"url"`
}

// putTarget is the upload address of the file and the headers of the upload.
type putTarget struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// createDirectUpload announces a file. Circle checks nothing; a wrong size or checksum fails at the upload.
func (s *Sandbox) createDirectUpload(q *request) answer {
	var in struct {
		Blob *blobInput `json:"blob"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if name := in.Blob.missing(); name != "" {
		return missingParameter(name)
	}
	id := s.store.smallID()
	u := &upload{checksum: *in.Blob.Checksum, createdAt: q.now, attachment: attachment{
		SignedID: signedID("upload", id), SGID: sgid("ActiveStorage::Blob", id), Filename: *in.Blob.Filename,
		ContentType: *in.Blob.ContentType, ByteSize: *in.Blob.ByteSize, Metadata: attachmentMetadata{Identified: true},
	}}
	u.URL = s.blobURL(u.SignedID, slugOfFile(u.Filename))
	s.store.addUpload(u)
	key := sha256.Sum256([]byte(u.SignedID))
	return ok(directUploadJSON{
		ID: id, Key: cmp.Or(*in.Blob.Key, strings.ToLower(base64.RawURLEncoding.EncodeToString(key[:21]))),
		Filename: u.Filename, ContentType: u.ContentType, Metadata: u.Metadata, ByteSize: u.ByteSize, Checksum: u.checksum,
		CreatedAt: stamp(q.now), CommunityID: communityID, CommunityMemberID: q.member.id, ServiceName: "sandbox",
		SignedID: u.SignedID, AttachableSGID: u.SGID,
		DirectUpload: putTarget{
			s.storageURL + diskPath + u.SignedID,
			map[string]string{"Content-Type": u.ContentType, "Content-MD5": u.checksum},
		},
		URL: u.URL,
	})
}

// slugOfFile is a file's name in its address.
func slugOfFile(filename string) string {
	i := strings.LastIndexByte(filename, '.')
	if i <= 0 {
		return slugOf(filename)
	}
	return slugOf(filename[:i]) + "." + slugOf(filename[i+1:])
}

// putFile stores a file whose headers, size and checksum are as announced.
func (s *Sandbox) putFile(w http.ResponseWriter, r *http.Request) {
	allowPut(w, r)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		status := http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the file could not be read, or is larger than the sandbox keeps", status)
		return
	}
	sum := md5.Sum(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.store.uploads[r.PathValue("signed_id")]
	switch {
	case u == nil || s.clock.Now().After(u.createdAt.Add(uploadWindow)):
		http.NotFound(w, r)
	case !sameMedia(r.Header.Get("Content-Type"), u.ContentType), r.Header.Get("Content-MD5") != u.checksum,
		int64(len(body)) != u.ByteSize, base64.StdEncoding.EncodeToString(sum[:]) != u.checksum:
		http.Error(w, "Content-Type, Content-MD5, size and checksum must be those announced", http.StatusUnprocessableEntity)
	case u.data == nil && s.store.uploaded+len(body) > maxUploads:
		http.Error(w, "the sandbox is full", http.StatusInsufficientStorage)
	default:
		if u.data == nil {
			s.store.uploaded += len(body)
		}
		u.data = body
		w.WriteHeader(http.StatusNoContent)
	}
}

func sameMedia(a, b string) bool {
	first, _, err := mime.ParseMediaType(a)
	second, _, otherErr := mime.ParseMediaType(b)
	return err == nil && otherErr == nil && first == second
}

// allowPut allows uploads by pages of any origin, as browsers ask in advance.
func allowPut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Methods", http.MethodPut)
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Content-MD5")
}

// getFile serves an uploaded file, or makes one of the seed.
func (s *Sandbox) getFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var file upload
	if u := s.store.uploads[r.PathValue("signed_id")]; u != nil {
		file = *u
	}
	s.mu.Unlock()
	if file.seeded {
		file.data = seededFile(file.attachment)
	}
	if file.data == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.ContentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox") // somebody else's HTML must not run here
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "max-age=3600") // a file never changes
	http.ServeContent(w, r, "", file.createdAt, bytes.NewReader(file.data))
}

// uploadsOf finds the files of signed ids in a field. It refuses ids that nobody announced.
func (s *Sandbox) uploadsOf(field string, signedIDs ...string) ([]attachment, answer) {
	found := []attachment{}
	for _, id := range signedIDs {
		u := s.store.uploads[id]
		if u == nil {
			return nil, invalid("Validation failed", field, "is no signed id of an upload")
		}
		found = append(found, u.attachment)
	}
	return found, answer{}
}

// checkUploads refuses a document with an upload that nobody announced.
func (s *Sandbox) checkUploads(doc *documentInput) answer {
	if doc == nil {
		return answer{}
	}
	_, refusal := s.uploadsOf("attachments", doc.Attachments...)
	if refusal.status == 0 && doc.Body != nil {
		_, refusal = s.uploadsOf("image", doc.Body.signedIDs()...)
	}
	return refusal
}

// signedIDs are the uploads that the images of a document name.
func (n node) signedIDs() []string {
	var ids []string
	if id := attr(&n, "signed_id"); n.Type == "image" && id != "" {
		ids = append(ids, id)
	}
	for _, inner := range n.Content {
		ids = append(ids, inner.signedIDs()...)
	}
	return ids
}

// allUploads lists every file, for documents that name them by other ids.
func (st *store) allUploads() []attachment {
	var all []attachment
	for _, id := range slices.Sorted(maps.Keys(st.uploads)) {
		all = append(all, st.uploads[id].attachment)
	}
	return all
}

func (st *store) addUpload(u *upload) { st.uploads[u.SignedID] = u }
