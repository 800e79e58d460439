package graph

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"unicode"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
)

// maxFilename is the longest name of a file, in bytes.
const maxFilename = 255

func (r *Resolver) createDirectUpload(
	ctx context.Context, in model.CreateDirectUploadInput,
) (*model.CreateDirectUploadPayload, error) {
	if problems := checkUpload(in); len(problems) > 0 {
		return &model.CreateDirectUploadPayload{UserErrors: problems}, nil
	}
	upload, problems, err := idempotently(ctx, r.idempotency, "createDirectUpload", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.DirectUpload, error) {
			return r.circle.Uploads.Create(ctx, circleclient.DirectUploadRequest{
				Filename: in.Filename, ContentType: in.ContentType, ByteSize: in.ByteSize, Checksum: in.Checksum,
			})
		})
	return &model.CreateDirectUploadPayload{Upload: upload, UserErrors: problems}, err
}

// checkUpload finds what the storage would refuse only after the whole file has been sent, or never.
func checkUpload(in model.CreateDirectUploadInput) (problems []*model.UserError) {
	refuse := func(field, message string) {
		problems = append(problems, refused(model.UserErrorCodeInvalid, message, field)...)
	}
	odd := func(r rune) bool { return r == '/' || r == '\\' || unicode.IsControl(r) }
	if strings.TrimSpace(in.Filename) == "" || len(in.Filename) > maxFilename || strings.ContainsFunc(in.Filename, odd) {
		refuse("filename", fmt.Sprintf("The name of the file must have 1 to %d bytes, without slashes and line breaks.",
			maxFilename))
	}
	if media, _, err := mime.ParseMediaType(in.ContentType); err != nil || !strings.Contains(media, "/") {
		refuse("contentType", "The content type must be a MIME type such as image/jpeg.")
	}
	if in.ByteSize < 1 {
		refuse("byteSize", "The size must be the number of bytes of the file, at least 1.")
	}
	if sum, err := base64.StdEncoding.Strict().DecodeString(in.Checksum); err != nil || len(sum) != md5.Size ||
		len(in.Checksum) != checksumLength {
		refuse("checksum", "The checksum must be the base64 of the 16 bytes of the MD5, which are 24 characters, not the "+
			"MD5 in hexadecimal.")
	}
	return problems
}

// checksumLength is that of 16 bytes in base64; line breaks, which a decoder skips, would make it longer.
const checksumLength = 24
