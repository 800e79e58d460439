package web

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestRequestID(t *testing.T) {
	for _, test := range []struct {
		sent string
		kept bool
	}{
		{"01J-abc.DEF_9", true},
		{"", false},
		{"with space", false},
		{"somebody@example.com", false},
		{strings.Repeat("x", 65), false},
	} {
		var log bytes.Buffer
		logger := slog.New(LogHandler(slog.NewTextHandler(&log, nil))).With("fixed", 1)
		h := RequestID(http.HandlerFunc(func(_ http.ResponseWriter,
			r *http.Request,
		) {
			logger.InfoContext(r.Context(), "inside")
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set(RequestIDHeader, test.sent)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got := w.Header().Get(RequestIDHeader)
		if got == "" || (got == test.sent) != test.kept {
			t.Errorf("the answer to id %q carries %q, want it kept: %v", test.sent, got, test.kept)
		}
		if !strings.Contains(log.String(), "request="+got) {
			t.Errorf("the log %q does not name request %q", log.String(), got)
		}
	}
}

func TestAccessLogHoldsNoQueryHeaderOrBody(t *testing.T) {
	mux := http.NewServeMux()
	for _, pattern := range []string{"/known", "POST /files/"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "answer-body")
		})
	}
	(&Health{}).Register(mux)
	for _, test := range []struct{ target, want string }{
		{"/known?q=query-secret", "level=INFO msg=request method=POST path=/known status=418 duration=0s client=192.0.2.1"},
		{"/path-secret", "path=unknown status=404"},
		{"/files/path-secret", "path=/files/ status=418"},
		{"/healthz", "path=unknown status=405"},
	} {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		r := httptest.NewRequest(http.MethodPost, test.target, strings.NewReader("body-secret"))
		r.Header.Set("Authorization", "Bearer header-secret")
		now := time.Unix(0, 0)
		AccessLog(logger, func() time.Time { return now }, ClientAddress(nil), mux).ServeHTTP(httptest.NewRecorder(), r)
		if !strings.Contains(log.String(), test.want) {
			t.Errorf("POST %s logs %q, want %q in it", test.target, log.String(), test.want)
		}
		for _, hidden := range []string{"secret", "answer-body"} {
			if strings.Contains(log.String(), hidden) {
				t.Errorf("POST %s logs %q", test.target, log.String())
			}
		}
	}
}

func TestProbesAreLoggedAtDebugLevelOnly(t *testing.T) {
	mux := http.NewServeMux()
	(&Health{}).Register(mux)
	var log bytes.Buffer
	h := AccessLog(slog.New(slog.NewTextHandler(&log, nil)), time.Now, ClientAddress(nil), mux)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if log.Len() > 0 {
		t.Errorf("GET /readyz logs %q at info level, want nothing", log.String())
	}
}

func TestAccessLogOfAPanic(t *testing.T) {
	var log bytes.Buffer
	h := AccessLog(slog.New(slog.NewTextHandler(&log, nil)), time.Now, ClientAddress(nil),
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	if !strings.Contains(log.String(), "status=0") {
		t.Errorf("an aborted request logs %q, want a line with status 0", log.String())
	}
}

// What happens on a websocket is not written into the line of the request that opened it, nor kept for it.
func TestNothingIsNotedOfASocket(t *testing.T) {
	noted := make(chan bool, 1)
	server := httptest.NewServer(AccessLog(slog.New(slog.DiscardHandler), time.Now, ClientAddress(nil),
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			noted <- Note(r.Context(), slog.LevelWarn, slog.String("late", "note"))
			_ = conn.Close()
		})))
	if res, err := server.Client().Get(server.URL); err == nil {
		_ = res.Body.Close()
		t.Error("a connection that was taken over is answered")
	}
	server.Close()
	if <-noted {
		t.Error("a note of a websocket is taken")
	}
}

func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"203.0.113.5:1", nil, "203.0.113.5"},
		{"203.0.113.5:1", []string{"198.51.100.1"}, "203.0.113.5"},
		{"10.1.1.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, 198.51.100.1, 10.2.2.2"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"6.6.6.6", "198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"nonsense, 10.2.2.2"}, "10.2.2.2"},
		{"10.1.1.1:1", nil, "10.1.1.1"},
		{"[::ffff:10.1.1.1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"[fd00::1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"198.51.100.1:4711"}, "198.51.100.1"}, // as some balancers write it
		{"10.1.1.1:1", []string{"6.6.6.6, [2001:db8::1]:4711, 10.2.2.2:80"}, "2001:db8::1"},
		{"10.1.1.1:1", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"10.1.1.1:1", []string{"[fe80::1%eth0]:80"}, "fe80::1"},
		{"10.1.1.1:1", []string{"[::ffff:198.51.100.1]:80"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, 198.51.100.1:x"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6,\t198.51.100.1 ,  10.2.2.2"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"6.6.6.6", "7.7.7.7, 198.51.100.1:80", "[fd00::2%eth0]:80"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, [fe80::1%eth0], fd00::2"}, "fe80::1"},
		{"10.1.1.1:1", []string{"6.6.6.6, ::ffff:198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:1", []string{"10.9.9.9, 198.51.100.1"}, "198.51.100.1"}, // the sender's own invention
		{"10.1.1.1:1", []string{"10.9.9.9"}, "10.9.9.9"},                   // within the proxies
		{"10.1.1.1:1", []string{", 198.51.100.1"}, "198.51.100.1"},
		// What no proxy would write says nothing, nor does what stands before it.
		{"10.1.1.1:1", []string{"6.6.6.6,"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, unknown"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, _hidden, 10.2.2.2"}, "10.2.2.2"},
		{"10.1.1.1:1", []string{`6.6.6.6, "198.51.100.1"`}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, for=198.51.100.1"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, 198.051.100.001"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6 198.51.100.1"}, "10.1.1.1"},
		{"10.1.1.1:1", []string{"6.6.6.6, 198.51.100.1:99999"}, "10.1.1.1"},
		{"@", nil, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		for _, value := range test.forwarded {
			r.Header.Add("X-Forwarded-For", value)
		}
		if got := text(ClientAddress(proxies)(r)); got != test.want {
			t.Errorf("ClientAddress(%s, %q) = %q, want %q", test.peer, test.forwarded, got, test.want)
		}
	}
}

func TestCORS(t *testing.T) {
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	ask := func(h http.Handler, origin, method, header string) http.Header {
		r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", method)
		r.Header.Set("Access-Control-Request-Headers", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Header()
	}
	preflight := func(h http.Handler, origin, header string) string {
		return ask(h, origin, http.MethodPost, header).Get("Access-Control-Allow-Origin")
	}
	const app = "https://app.example.com"
	some := CORS([]string{app, "capacitor://localhost", "http://localhost:*"}, []string{"X-Mine"}, next)
	if got := preflight(some, app, "authorization,content-type"); got != app {
		t.Errorf("a listed origin is allowed %q, want %q", got, app)
	}
	for _, header := range []string{
		"apollographql-client-name,apollographql-client-version", "apollo-require-preflight", "baggage,sentry-trace",
		"graphql-require-preflight", "if-none-match", "traceparent,tracestate", "x-mine",
		"x-apollo-operation-id,x-apollo-operation-name", "x-request-id",
		"x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id",
	} {
		if got := preflight(some, app, header); got != app {
			t.Errorf("%s is allowed for %q, want %q", header, got, app)
		}
	}
	for origin, want := range map[string]bool{
		"capacitor://localhost": true, "http://localhost:5173": true, "http://localhost:1": true,
		"ionic://localhost": false, "http://localhost.evil.example": false, "https://localhost": false,
	} {
		if got := preflight(some, origin, "content-type"); (got != "") != want {
			t.Errorf("%s is allowed %q, want it allowed: %v", origin, got, want)
		}
	}
	for _, method := range []string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace,
	} {
		want := method == http.MethodGet || method == http.MethodPost
		if got := ask(some, app, method, "content-type").Get("Access-Control-Allow-Methods"); (got != "") != want {
			t.Errorf("%s is allowed by %q, want it allowed: %v", method, got, want)
		}
	}
	// Without it browsers ask before nearly every request.
	if got := ask(some, app, http.MethodPost, "content-type").Get("Access-Control-Max-Age"); got != "600" {
		t.Errorf("an answer is remembered for %q seconds, want 600", got)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("Origin", app)
	w := httptest.NewRecorder()
	some.ServeHTTP(w, r)
	for _, header := range []string{"X-Request-Id", "Etag", "Retry-After"} {
		if got := w.Header().Get("Access-Control-Expose-Headers"); !strings.Contains(got, header) {
			t.Errorf("pages may read %s, want %s among them", got, header)
		}
	}
	if got := preflight(some, app, "x-circlegraph-secret"); got != "" {
		t.Errorf("the secret's header is allowed for %q, want nobody", got)
	}
	if got := preflight(some, "https://evil.example", "content-type"); got != "" {
		t.Errorf("another origin is allowed %q, want nothing", got)
	}
	if got := preflight(CORS(nil, nil, next), app, "content-type"); got != "" {
		t.Errorf("without a list %q is allowed, want nobody", got)
	}
}

func TestWelcome(t *testing.T) {
	var out bytes.Buffer
	Welcome(&out, &net.TCPAddr{IP: net.IPv6unspecified, Port: 8080}, true, false, "Maya", "maya@example.com")
	for _, want := range []string{
		"SANDBOX", "http://localhost:8080/playground/", "http://localhost:8080/graphql",
		"npm --prefix playground run build", `login(input: {email: "maya@example.com"})`, `{email: \"maya@example.com\"}`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the banner lacks %q:\n%s", want, out.String())
		}
	}
}

// Whatever else an answer says, it says these.
func TestSafeAndPrivate(t *testing.T) {
	w := httptest.NewRecorder()
	Safe(Private(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))).ServeHTTP(w,
		httptest.NewRequest(http.MethodGet, "/", nil))
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": strictPolicy, "Cache-Control": "private, no-store", "Vary": "Authorization",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
