package transport

import (
	"net/http"
	"slices"
)

// clientHeaders are those by which an app says what it is.
func clientHeaders() []string {
	return []string{
		"Apollographql-Client-Name", "Apollographql-Client-Version", "Graphql-Client-Name", "Graphql-Client-Version",
	}
}

// clientHeader is what a socket keeps of its headers.
func clientHeader(header http.Header) http.Header {
	kept := http.Header{}
	for _, name := range clientHeaders() {
		if word := header.Get(name); word != "" && len(word) <= maxClientWord {
			kept.Set(name, word)
		}
	}
	return kept
}

// withClient adds to the headers of a socket what connection_init says of the app. Browsers give sockets no headers of
// their own. Nothing else is taken from there, and words that are too long for any app are left out.
func withClient(header http.Header, payload map[string]any) http.Header {
	inner, _ := payload["headers"].(map[string]any)
	header = header.Clone()
	for _, said := range []map[string]any{inner, payload} {
		for name, value := range said {
			if name = http.CanonicalHeaderKey(name); !slices.Contains(clientHeaders(), name) {
				continue
			}
			if word, ok := value.(string); ok && len(word) <= maxClientWord {
				header.Set(name, word)
			}
		}
	}
	return header
}

// maxClientWord bounds the name and version of an app, in bytes.
const maxClientWord = 1 << 10
