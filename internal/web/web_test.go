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
		{"@", nil, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		for _, value := range test.forwarded {
			r.Header.Add("X-Forwarded-For", value)
		}
		if got := ClientAddress(proxies)(r); got != test.want {
			t.Errorf("ClientAddress(%s, %q) = %q, want %q", test.peer, test.forwarded, got, test.want)
		}
	}
}

func TestCORS(t *testing.T) {
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	preflight := func(h http.Handler, origin, header string) string {
		r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Header().Get("Access-Control-Allow-Origin")
	}
	const app = "https://app.example.com"
	some := CORS([]string{app}, next)
	if got := preflight(some, app, "authorization,content-type"); got != app {
		t.Errorf("a listed origin is allowed %q, want %q", got, app)
	}
	if got := preflight(some, app, "x-circlegraph-secret"); got != "" {
		t.Errorf("the secret's header is allowed for %q, want nobody", got)
	}
	if got := preflight(some, "https://evil.example", "content-type"); got != "" {
		t.Errorf("another origin is allowed %q, want nothing", got)
	}
	if got := preflight(CORS(nil, next), app, "content-type"); got != "" {
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
