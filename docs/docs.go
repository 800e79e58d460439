// Package docs holds this documentation for the server, which shows it beneath /docs/.
package docs

import "embed"

// Files are the pages, in Markdown.
//
//go:embed *.md
var Files embed.FS
