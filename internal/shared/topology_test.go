package shared

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"circlegraph/internal/shared/redistest"
)

// least are the arguments for a server that knows a user with the least rights, and another one, for replicas, with
// all.
func least() []string {
	return append(append([]string{"--user", "circlegraph", "on", ">secret"}, strings.Fields(LeastRights)...),
		"--user", "replica", "on", ">copying", "+psync", "+replconf", "+ping", "+@all", "&*", "~*")
}

// TestForms: each form of address that the documentation names leads to a store with which all parts work.
func TestForms(t *testing.T) {
	for name, form := range map[string]func(t *testing.T) string{
		"a socket and a database": func(t *testing.T) string { return redistest.Start(t).URL + "?db=2" },
		"a port and a database": func(t *testing.T) string {
			port := redistest.FreePort(t)
			redistest.Start(t, redistest.Authority{}.At(port)...)
			return fmt.Sprintf("redis://127.0.0.1:%d/2", port)
		},
		"TLS of a private authority, a user": func(t *testing.T) string {
			port := redistest.FreePort(t)
			redistest.Start(t, append(authority.At(port), least()...)...)
			return fmt.Sprintf("valkeys://circlegraph:secret@localhost:%d", port)
		},
		"sentinels": func(t *testing.T) string {
			w := redistest.StartWatched(t, redistest.Authority{}, nil)
			return fmt.Sprintf("redis://127.0.0.1:%d?addr=127.0.0.1:%d&addr=127.0.0.1:%d&master_set=main",
				w.Ports[0], w.Ports[1], w.Ports[2])
		},
		"sentinels with TLS and users": func(t *testing.T) string {
			w := redistest.StartWatched(t, authority, least(), "replica", "copying")
			return fmt.Sprintf("rediss://circlegraph:secret@127.0.0.1:%d?addr=127.0.0.1:%d&addr=127.0.0.1:%d&master_set=main"+
				"&sentinel_user=watcher&sentinel_password=watching", w.Ports[0], w.Ports[1], w.Ports[2])
		},
		"a cluster with TLS and a user": func(t *testing.T) string {
			_, ports := redistest.StartCluster(t, authority, least()...)
			return fmt.Sprintf("rediss://circlegraph:secret@127.0.0.1:%d?addr=127.0.0.1:%d&addr=127.0.0.1:%d", ports[0],
				ports[1], ports[2])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyPart(t, open(t, form(t), func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil)) }))
		})
	}
}

// TestCheck: a store says what it is, and why it cannot be reached.
func TestCheck(t *testing.T) {
	port := redistest.FreePort(t)
	redistest.Start(t, append(authority.At(port), append(least(), "--user", "default", "off")...)...)
	plain := redistest.Start(t, "--maxmemory", "10mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "yes")
	at := func(format string) string { return fmt.Sprintf(format, port) }
	for _, test := range []struct{ url, said, failed string }{
		{at("rediss://circlegraph:secret@localhost:%d"), "one server", ""},
		{plain.URL, "maxmemory-policy", ""},
		{plain.URL, "appendonly no", ""},
		{at("rediss://circlegraph:wrong@localhost:%d"), "", "it refuses: WRONGPASS"},
		{at("rediss://localhost:%d"), "", "it refuses: NOAUTH"},
		{at("rediss://replica:copying@localhost:%d"), "one server", ""},
		{at("redis://127.0.0.1:%d"), "", "read failed"},
		{"redis://127.0.0.1:1", "", "dial failed"},
		{fmt.Sprintf("rediss://circlegraph:secret@127.0.0.2:%d", port), "", "its certificate is not accepted"},
	} {
		said, err := prepare(t, test.url).Check(t.Context())
		if test.failed == "" && (err != nil || !strings.Contains(said, test.said) || !strings.Contains(said, "Redis ")) {
			t.Errorf("%s says %q, %v, want %q", test.url, said, err, test.said)
		}
		if test.failed != "" && (err == nil || !strings.Contains(err.Error(), test.failed)) {
			t.Errorf("%s says %q, %v, want %q", test.url, said, err, test.failed)
		}
		if err != nil && (strings.Contains(err.Error(), "127.0.0") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("the error shows the address: %v", err)
		}
	}
	late, stop := context.WithCancel(t.Context())
	stop()
	if _, err := prepare(t, plain.URL).Check(late); err == nil {
		t.Error("a check whose caller has left says that all is well")
	}
}
