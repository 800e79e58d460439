package sandbox

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"strings"
	"time"
)

// Running is a sandbox that is served for the program that started it.
type Running struct {
	*Sandbox

	// URL is its address, without a trailing slash.
	URL string
	// HeadlessToken is its community secret, a random one.
	HeadlessToken string

	server *http.Server
}

// Start serves a new sandbox on a loopback port of its own until Stop is called. The real socket makes it behave like
// Circle.
func Start(ctx context.Context) (*Running, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Running{URL: "http://" + listener.Addr().String(), HeadlessToken: rand.Text()}
	r.Sandbox = New(Options{HeadlessToken: r.HeadlessToken, StorageURL: r.URL})
	r.server = &http.Server{Handler: r.Sandbox, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }() // ends with Stop
	return r, nil
}

// Stop ends it at once. All its data is lost.
func (r *Running) Stop() { _ = r.server.Close() } // there is nothing to save

// Member is a member as a sign-in page shows it.
type Member struct {
	// ID is the community member id, not the user id.
	ID        int64
	Name      string
	Headline  string
	Email     string
	SSOUserID string
	Admin     bool
}

// Members lists who can sign in, for a banner or a sign-in page: first an ordinary member, then the others by id,
// admins first.
func (s *Sandbox) Members() []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	var plain, others []Member
	for _, m := range s.store.members {
		if !m.active {
			continue
		}
		who := Member{m.id, m.name(), m.headline, m.email, m.ssoUserID, m.roles.Admin}
		if strings.HasPrefix(m.email, "member@") {
			plain = append(plain, who)
		} else {
			others = append(others, who)
		}
	}
	return append(plain, others...)
}
