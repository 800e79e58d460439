//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// SIGHUP reads the files with secrets anew. It ends nothing, and a file that cannot be used leaves what was known.
func TestReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hangUp := func() {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	const first, second = "first-token-0123456789", "second-token-0123456789"
	var valid atomic.Value // the secret that the community has now
	valid.Store(first)
	asked, answer := make(chan struct{}), make(chan struct{})
	put(first + "\n")
	s := startFor(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") == "Bearer "+valid.Load().(string):
				r.Header.Set("Authorization", "Bearer "+headless)
			case strings.HasSuffix(r.URL.Path, "/home"):
				close(asked)
				<-answer
			}
			circle.ServeHTTP(w, r)
		})
	}, nil, "CIRCLE_HEADLESS_TOKEN", "", "CIRCLE_HEADLESS_TOKEN_FILE", file)
	token := s.login(t, member).AccessToken
	late := make(chan string)
	go func() {
		_, body := s.post(t, token, request(`{ homeFeed(first: 1) { nodes { id } } }`))
		late <- body
	}()
	<-asked

	valid.Store(second)
	put(second)
	hangUp()
	s.log.waitFor(t, "msg=reloaded what=CIRCLE_HEADLESS_TOKEN_FILE")
	s.login(t, "admin@example.com")
	close(answer)
	if body := <-late; !strings.Contains(body, `"id"`) || strings.Contains(body, "errors") {
		t.Errorf("the request under way is answered %s, want the feed", body)
	}

	for _, bad := range []struct {
		text, says string
	}{
		{" \n", "CIRCLE_HEADLESS_TOKEN_FILE is empty"},
		{"two words", "characters that no token has"},
		{secret, "must not be the community's headless token"},
	} {
		put(bad.text)
		hangUp()
		s.log.waitFor(t, bad.says)
		s.login(t, member)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	hangUp()
	s.log.waitFor(t, "CIRCLE_HEADLESS_TOKEN_FILE cannot be read")
	s.login(t, member)
	log := s.log.String()
	if got := strings.Count(log, `level=WARN msg="not reloaded: what was known goes on"`); got != 4 {
		t.Errorf("%d warnings, want one for each of four bad files:\n%s", got, log)
	}
	for _, text := range []string{first, second, secret} {
		if strings.Contains(log, text) {
			t.Errorf("the log shows %q", text)
		}
	}
}
