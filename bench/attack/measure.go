package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	headlessToken = "headless-token-of-the-attacks"
	trustedSecret = "a-secret-of-the-attacks-0123456789"
	// crowd is how many members there are beside the sandbox's own: crowd-1@example.com and so on.
	crowd = 500
)

// result is what an attack cost.
type result struct {
	resident      int64 // bytes, at most
	cpu           time.Duration
	served, asked int
	p50, p99      time.Duration
	upstream      int64
	ended         bool // the facade
}

// held reports whether the facade withstood the attack, and what it did not keep.
func (r result) held() string {
	var broken []string
	if r.ended {
		broken = append(broken, "the process ended")
	}
	if r.resident > maxResident {
		broken = append(broken, "memory")
	}
	if r.served < r.asked {
		broken = append(broken, "not all served")
	}
	if r.p99 > maxP99 {
		broken = append(broken, "slow")
	}
	if len(broken) == 0 {
		return "yes"
	}
	return strings.Join(broken, ", ")
}

// target is the facade under attack, and what attackers and the honest know of it.
type target struct {
	url, circle string
	// tokens are of honest members, own are several tokens of the one who attacks.
	tokens, own []string
	posts       []string // ids
	pid         int
	ended       chan struct{}
	kill        func()
}

// start starts a sandbox and a facade in a process of its own.
func (o *options) start(ctx context.Context, env []string) (*target, error) {
	t := &target{ended: make(chan struct{})}
	circle, err := job{}.process(ctx, circleRole, 0)
	if err != nil {
		return nil, err
	}
	said, err := circle.StdoutPipe()
	if err == nil {
		err = circle.Start()
	}
	if err == nil {
		t.circle, err = bufio.NewReader(said).ReadString('\n')
		t.circle = strings.TrimSpace(t.circle)
	}
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, o.program, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), append([]string{
		"GOMEMLIMIT=384MiB", "CIRCLE_URL=" + t.circle, "CIRCLE_HEADLESS_TOKEN=" + headlessToken,
		"CIRCLEGRAPH_LOGIN=trusted", "CIRCLEGRAPH_TRUSTED_SECRET=" +
			trustedSecret, "CIRCLEGRAPH_TRUSTED_PROXIES=127.0.0.1/32",
		"CIRCLEGRAPH_UPSTREAM_BUDGET=100000",
	}, env...)...)
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	serving := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(log)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if at := regexp.MustCompile(`msg=serving address=(\S+)`).FindStringSubmatch(lines.Text()); at != nil {
				serving <- "http://" + at[1] + "/graphql"
			}
		}
		_ = cmd.Wait() // how it ended does not matter
		close(t.ended)
	}()
	t.pid = cmd.Process.Pid
	t.kill = func() {
		_ = cmd.Process.Kill() // it may have ended
		<-t.ended
		_ = circle.Process.Kill()
		_ = circle.Wait() // it was killed
	}
	select {
	case t.url = <-serving:
	case <-t.ended:
		return nil, errors.New("the facade does not start")
	}
	return t, t.signIn(ctx, o.members)
}

// signIn signs in the honest members and the attacker, and warms what they ask for.
func (t *target) signIn(ctx context.Context, honest int) error {
	for i := range honest + 15 {
		email := fmt.Sprintf("crowd-%d@example.com", i+1)
		if i >= honest { // 15 tokens of one member: more in a row have to wait
			email = fmt.Sprintf("crowd-%d@example.com", crowd)
		}
		token, err := t.login(ctx, email)
		for err != nil && ctx.Err() == nil { // refused as one of too many at once
			pause(ctx, 200*time.Millisecond)
			token, err = t.login(ctx, email)
		}
		if i < honest {
			t.tokens = append(t.tokens, token)
		} else {
			t.own = append(t.own, token)
		}
	}
	answer, err := t.ask(ctx, t.own[0], "", `{ homeFeed(first: 20) { nodes { id } } }`, nil)
	t.posts = found(answer, "id")
	if err == nil && len(t.posts) == 0 {
		err = fmt.Errorf("no posts: %.300s", answer)
	}
	return err
}

// login signs a member in as a trusted server does.
func (t *target) login(ctx context.Context, email string) (string, error) {
	answer, err := t.ask(ctx, "", "", `mutation($email: String!) { login(input: {email: $email}) { accessToken } }`,
		map[string]any{"email": email})
	if err != nil {
		return "", err
	}
	token := found(answer, "accessToken")
	if len(token) == 0 {
		return "", fmt.Errorf("no sign-in: %.300s", answer)
	}
	return token[0], nil
}

// measure runs one attack on a facade of its own.
func (o *options) measure(ctx context.Context, a attack) (r result, err error) {
	t, err := o.start(ctx, a.env)
	if err != nil {
		return r, err
	}
	defer t.kill()
	for i := range t.tokens { // once, so that the first burst is nobody's fault
		for t.screen(ctx, i, 0) != nil && ctx.Err() == nil {
			pause(ctx, 200*time.Millisecond)
		}
	}
	before, err := t.asked(ctx)
	if err != nil {
		return r, err
	}
	fared := make(chan fared, 1)
	go func() { fared <- t.honest(context.WithoutCancel(ctx), a.honest, o.length) }()
	attackers, err := job{
		URL: t.url, Tokens: t.tokens, Own: t.own, Posts: t.posts, Length: o.length,
		Attacks: append([]string{a.name}, a.parts...),
	}.process(ctx, attackerRole, o.nice)
	if err == nil {
		err = attackers.Run()
	}
	if err != nil {
		return r, fmt.Errorf("the attackers: %w", err)
	}
	honest := <-fared
	if honest.err != nil {
		return r, honest.err
	}
	took := honest.Took
	r.asked, r.served = len(took), honest.Served
	after, err := t.asked(ctx)
	if err != nil {
		return r, err
	}
	r.upstream = after - before
	select {
	case <-t.ended:
		r.ended = true
	default:
		r.resident, r.cpu, err = usage(t.pid)
	}
	slices.Sort(took)
	if n := len(took); n > 0 {
		r.p50, r.p99 = took[n/2], took[n*99/100]
	}
	return r, err
}

// asked is how many requests the sandbox was sent.
func (t *target) asked(ctx context.Context) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.circle+askedPath, http.NoBody)
	if err != nil {
		return 0, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(text), 10, 64)
}

// usage reads from Linux the most memory that a process has had, and its processor time.
func usage(pid int) (resident int64, cpu time.Duration, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64) // 0 shows
			resident = kilobytes << 10
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	for _, i := range []int{11, 12} { // utime and stime, in hundredths
		ticks, _ := strconv.ParseInt(fields[i], 10, 64)
		cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	return resident, cpu, nil
}

var client = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: 20 * time.Second,
}

// ask sends an operation; from is the address that a proxy would name, none if empty.
func (t *target) ask(
	ctx context.Context, token, from, query string, variables map[string]any,
) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	return t.post(ctx, token, from, body)
}

// post sends a body. Without a token it is a trusted server's, with "-" nobody's.
func (t *target) post(ctx context.Context, token, from string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	switch token {
	case "":
		req.Header.Set("X-Circlegraph-Secret", trustedSecret)
	case "-":
	default:
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if from != "" {
		req.Header.Set("X-Forwarded-For", from)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// screen is what an honest member asks for; i tells members apart.
func (t *target) screen(ctx context.Context, i, _ int) error {
	answer, err := t.ask(ctx, t.tokens[i], fmt.Sprintf("192.0.2.%d", i%250+1),
		`{ viewer { member { name } notificationCounts { inbox } } homeFeed(first: 8) { nodes { title } } }`, nil)
	if err == nil && bytes.Contains(answer, []byte(`"errors"`)) {
		err = fmt.Errorf("answered %.300s", answer)
	}
	return err
}

// found are the strings of a name anywhere in an answer.
func found(answer []byte, name string) []string {
	var all []string
	for _, part := range bytes.Split(answer, []byte(`"`+name+`":"`))[1:] {
		value, _, _ := bytes.Cut(part, []byte(`"`))
		all = append(all, string(value))
	}
	return all
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
