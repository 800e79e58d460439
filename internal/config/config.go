// Package config reads the settings of this server from flags and environment, and refuses what would be unsafe.
package config

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/alecthomas/kong"

	"circlegraph/tokens"
)

// Config is everything that can be set. A flag wins over the environment, and an empty variable counts as not given.
//
// A setting is one field. Its name gives the flag and the variable (MaxBody: --max-body and CIRCLEGRAPH_MAX_BODY), and
// its comment is the text of --help and of the README. Besides Kong's, these tags count:
//
//	community, sandbox  the default with a real community and with the sandbox
//	without             what holds if the setting is not given, if that is no value
//	positive            the time must be longer than zero; others must not be negative
//	see                 the page that says more, for the README
type Config struct {
	// Address to listen on.
	Listen string `default:"127.0.0.1:8080" placeholder:"ADDRESS"`

	// Address to serve /metrics on, for Prometheus and not for the world.
	AdminListen string `placeholder:"ADDRESS" without:"none"`

	// Ask the server that listens on the address whether it is alive, and end with 0 or 1: for health checks in
	// containers.
	Probe bool `env:"-"`

	// Print the version.
	Version kong.VersionFlag `env:"-"`

	Community     `group:"The community"`
	tokens.Config `group:"Sign-in"`
	Serving       `group:"Serving"`
	Limits        `group:"Timeouts and limits"`
	Upstream      `group:"Asking Circle"`

	// Settings are the safe outcome of the sign-in part.
	Settings tokens.Settings `kong:"-"`
	// ProxyNetworks are those of TrustedProxies.
	ProxyNetworks []netip.Prefix `kong:"-"`
}

// Community says which community is served. Without any of it that is the sandbox.
type Community struct {
	// Circle's address.
	CircleURL string `env:"CIRCLE_URL" placeholder:"URL" community:"https://app.circle.so"`

	// The community's Headless Auth token. Better given by environment or file than by flag.
	CircleHeadlessToken tokens.Secret `env:"CIRCLE_HEADLESS_TOKEN" placeholder:"TOKEN"`

	// File that holds the community's Headless Auth token.
	CircleHeadlessTokenFile string `env:"CIRCLE_HEADLESS_TOKEN_FILE" placeholder:"PATH"`

	// Address of the community's own web pages, such as https://community.example.com, for links and web sessions.
	CommunityURL string `placeholder:"URL" without:"links are not resolved"`

	// Let members get the cookies that sign them in on the community's own web pages, for web views. They count for
	// about a year.
	WebSession bool
}

// Serving says who is served and what is said to them.
type Serving struct {
	// Networks of the reverse proxies whose X-Forwarded-For is believed, separated by commas. Used for the client's
	// address in the log and for limits per address.
	TrustedProxies []string `placeholder:"CIDR"`

	// Web origins that may call this server, such as https://app.example.com, separated by commas; https unless on a
	// loopback address.
	CORSOrigins []string `placeholder:"ORIGIN" without:"none"`

	// Serve the playground and let clients read the schema.
	Introspection bool `community:"false" sandbox:"true" negatable:""`

	// Manifest of trusted documents, or a directory of manifests: Apollo's, Relay's or GraphQL Code Generator's.
	TrustedDocuments string `placeholder:"PATH" see:"docs/http.md"`

	// What happens to documents that are not trusted: off (they run), log (they run, and their hash is logged) or
	// enforce (they are refused).
	TrustedDocumentsMode string `enum:"off,log,enforce" default:"off" placeholder:"MODE"`

	// Say in extensions.upstream and extensions.cost of each answer what it has cost.
	ShowUsage bool `community:"false" sandbox:"true" negatable:""`

	// Least severe level to log: debug, info, warn or error. No level logs tokens, secrets, e-mail addresses or content.
	LogLevel string `enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL"`
}

// Limits bound what clients may use.
type Limits struct {
	// Largest request body, in bytes.
	MaxBody int64 `default:"1048576" placeholder:"BYTES"`

	// Most requests to Circle that a GraphQL operation may need, by an estimate before the first; 0 for any number.
	MaxCost int `default:"50" placeholder:"NUMBER" see:"docs/limits.md"`

	// Longest a GraphQL request may take.
	RequestTimeout time.Duration `default:"30s" placeholder:"TIME" positive:""`

	// Longest a call to Circle may take, retries included.
	UpstreamTimeout time.Duration `default:"15s" placeholder:"TIME" positive:""`

	// How many event streams and websockets may be open at a time.
	MaxStreams int `default:"10000" placeholder:"COUNT"`

	// How many of them from one address. Behind a reverse proxy, name it in CIRCLEGRAPH_TRUSTED_PROXIES: otherwise its
	// address counts for everybody's.
	MaxStreamsPerAddress int `default:"100" placeholder:"COUNT"`

	// How long to go on serving after SIGTERM while /readyz already says no, so that a load balancer can notice.
	DrainDelay time.Duration `default:"0s" placeholder:"TIME"`

	// How long requests under way may take to end after SIGTERM.
	ShutdownGrace time.Duration `default:"20s" placeholder:"TIME" positive:""`
}

// Upstream says how often Circle is called, and what is remembered.
type Upstream struct {
	// Most requests to send to Circle in five minutes; 0 for no limit. Circle answers 2,000 per address: divide it among
	// instances.
	UpstreamBudget int `community:"1800" sandbox:"0" placeholder:"NUMBER"`

	// Memory for answers of Circle that are used again for the same access token, in bytes; 0 for none.
	MemoBytes uint64 `default:"67108864" placeholder:"BYTES"`

	// How long feeds, comments and counts are used again.
	MemoBrief time.Duration `default:"3s" placeholder:"TIME"`

	// How long spaces, links, topics and the member's own profile are used again.
	MemoLong time.Duration `default:"1m" placeholder:"TIME"`

	// How long after that a stale answer may be used while Circle fails; 0s for never.
	MemoStale time.Duration `default:"5m" placeholder:"TIME"`
}

// Sandbox reports whether the embedded sandbox is to be served instead of a real community.
func (c *Config) Sandbox() bool { return c.Settings.Has(tokens.ModeSandbox) }

// SessionURL is where web sessions are opened: at the community's own pages, or at the sandbox itself, whose pages are
// nowhere.
func (c *Config) SessionURL() string {
	if c.Sandbox() {
		return c.CircleURL
	}
	return c.CommunityURL
}

// Level is LogLevel as slog has it.
func (c *Config) Level() slog.Level {
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo // not reached: the parser knows the four levels
	}
	return level
}
