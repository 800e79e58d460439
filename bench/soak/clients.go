package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// read looks at a screen.
func (l *load) read(ctx context.Context) error {
	screen := l.screens[rand.IntN(len(l.screens))]
	_, err := l.ask(ctx, l.session().access, screen.Document, screen.Variables)
	return err
}

// write likes a post, and not any more, and comments, and takes it back: Circle is to stay as it was.
func (l *load) write(ctx context.Context) error {
	token, post := l.session().access, l.posts[rand.IntN(len(l.posts))]
	if rand.IntN(2) == 0 {
		for _, verb := range []string{"likePost", "unlikePost"} {
			mutation := `mutation($id: ID!) { ` + verb + `(input: {postId: $id}) { post { likesCount } userErrors { code } } }`
			if _, err := l.ask(ctx, token, mutation, map[string]any{"id": post}); err != nil {
				return err
			}
		}
		return nil
	}
	input := map[string]any{"postId": post, "body": map[string]any{"markdown": "One of *many*"}}
	if rand.IntN(10) == 0 {
		input["idempotencyKey"] = fmt.Sprint(rand.Uint64())
	}
	answer, err := l.ask(ctx, token,
		`mutation($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { code } } }`,
		map[string]any{"input": input})
	if err != nil {
		return err
	}
	for _, id := range found(answer, "id") {
		for gone := false; !gone && ctx.Err() == nil; { // in a bad moment it takes a while
			const mutation = `mutation($id: ID!) { deleteComment(input: {commentId: $id}) { userErrors { code } } }`
			if answer, err = l.ask(ctx, token, mutation, map[string]any{"id": id}); err != nil {
				return err
			}
			gone = strings.Contains(string(answer), `"userErrors":[]`) || strings.Contains(string(answer), "NOT_FOUND") ||
				strings.Contains(string(answer), "UNAUTHENTICATED")
		}
	}
	return nil
}

// leave asks and does not wait for the answer.
func (l *load) leave(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, rand.N(20*time.Millisecond))
	defer cancel()
	if err := l.read(short); err != nil && short.Err() == nil {
		return err
	}
	return nil
}

// signIn makes a session of any member. Who has signed in often has to wait, and Circle may not be well.
func (l *load) signIn(ctx context.Context) (session, error) {
	m := l.members[rand.IntN(len(l.members))]
	answer, err := l.ask(ctx, "",
		`mutation($email: String!) { login(input: {email: $email}) { accessToken refreshToken userErrors { code } } }`,
		map[string]any{"email": m.Email})
	if err != nil {
		return session{}, err
	}
	access, refresh := found(answer, "accessToken"), found(answer, "refreshToken")
	if len(access) == 0 || len(refresh) == 0 {
		return session{}, fmt.Errorf("no sign-in: %.300s", answer)
	}
	return session{access[0], refresh[0]}, nil
}

// comeAndGo signs in, refreshes, and takes the place of another session, whose tokens it then ends in one of three
// ways.
func (l *load) comeAndGo(ctx context.Context) error {
	pause(ctx, 2*time.Second)
	s, err := l.signIn(ctx)
	if _, wrong := errors.AsType[*unexpectedError](err); wrong {
		return err
	}
	if err != nil {
		return nil // refused, which is an answer
	}
	const refresh = `mutation($token: String!) { refreshAccessToken(input: {refreshToken: $token}) {
		accessToken userErrors { code } } }`
	if _, err := l.ask(ctx, "", refresh, map[string]any{"token": s.refresh}); err != nil {
		return err
	}
	l.mu.Lock()
	i := rand.IntN(len(l.sessions))
	old := l.sessions[i]
	l.sessions[i] = s
	l.mu.Unlock()
	switch rand.IntN(3) {
	case 0:
		_, err = l.ask(ctx, old.access, `mutation { logout { loggedOut userErrors { code } } }`, nil)
	case 1:
		_, err = l.ask(ctx, "",
			`mutation($token: String!) { revokeAccessToken(input: {accessToken: $token}) { revoked userErrors { code } } }`,
			map[string]any{"token": old.access})
	default:
		_, err = l.ask(ctx, old.access,
			`mutation($token: String!) { logout(input: {everywhere: true, refreshToken: $token}) {
				loggedOut userErrors { code } } }`, map[string]any{"token": old.refresh})
	}
	return err
}

// attack sends what nobody sends who means well.
func (l *load) attack(ctx context.Context) error {
	query := func(text string) []byte {
		body, _ := json.Marshal(map[string]string{"query": text}) // strings cannot fail
		return body
	}
	attacks := [][]byte{
		query("{" + strings.Repeat(" viewer { email }", 500) + " }"),
		query("{ viewer" + strings.Repeat(" { member", 50) + strings.Repeat(" }", 51)),
		query("query {" + strings.Repeat(" __typename @skip(if: false)", 2000) + " }"),
		query("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
		query(`{ post(by: {id: "` + strings.Repeat("A", 5000) + `"}) { id } }`),
		query(`{ spaces { posts(first: 100) { nodes { comments(first: 100) { nodes {
			replies(first: 100) { nodes { id } } } } } } } }`),
		[]byte(`{"query": "` + strings.Repeat("x", 1<<20)),
		[]byte(`[{"query":"{ __typename }"},{"query":"{ __typename }"}]`),
		[]byte(`{"query":"{ __typename }","variables":[` + strings.Repeat("[", 5000) + `]}`),
		[]byte("\x00\xff"),
	}
	token := l.session().access
	if rand.IntN(4) == 0 {
		token = fmt.Sprintf("forged.%d.token", rand.IntN(1000))
		attacks = append(attacks, query("{ viewer { email } homeFeed(first: 1) { nodes { title } } }"))
	}
	_, err := l.post(ctx, token, "application/json", attacks[rand.IntN(len(attacks))])
	pause(ctx, 20*time.Millisecond)
	return err
}

const counts = `subscription { notificationCountsChanged { inbox } }`

// socket listens for a while, asks something beside it, and goes in good order or not.
func (l *load) socket(ctx context.Context) error {
	var tcp net.Conn
	dial := func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		tcp, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return tcp, err
	}
	options := &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: dial}},
	}
	conn, _, err := websocket.Dial(ctx, l.url+"/graphql", options) //nolint:bodyclose // a websocket has no body
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // if it has not been closed yet
	for _, frame := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + l.session().access + `"}}`,
		fmt.Sprintf(`{"id":"1","type":"subscribe","payload":{"query":%q}}`, counts),
		`{"id":"2","type":"subscribe","payload":{"query":"{ homeFeed(first: 3) { nodes { title author { name } } } }"}}`,
	} {
		if conn.Write(ctx, websocket.MessageText, []byte(frame)) != nil {
			return nil // its token has ended
		}
	}
	listening, cancel := context.WithTimeout(ctx, rand.N(2*time.Second))
	defer cancel()
	for err == nil {
		_, _, err = conn.Read(listening)
	}
	switch {
	case listening.Err() == nil && websocket.CloseStatus(err) != 4401 && websocket.CloseStatus(err) != 4403:
		return err
	case rand.IntN(2) == 0:
		aborted(tcp)
	default:
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}
	return nil
}

// stream listens for a while and goes.
func (l *load) stream(ctx context.Context) error {
	listening, cancel := context.WithTimeout(ctx, rand.N(2*time.Second))
	defer cancel()
	body, err := json.Marshal(map[string]string{"query": counts})
	if err != nil {
		return err
	}
	res, err := l.open(listening, l.session().access, "text/event-stream", body)
	if err != nil {
		if listening.Err() != nil {
			return nil
		}
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "INTERNAL_SERVER_ERROR") {
			return &unexpectedError{lines.Text()}
		}
	}
	if lines.Err() != nil && listening.Err() == nil {
		return lines.Err()
	}
	pause(ctx, 50*time.Millisecond) // if it was refused at once
	return nil
}
