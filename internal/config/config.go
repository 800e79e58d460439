// Package config reads the settings of this server from flags and environment, and refuses what would be unsafe.
package config

import (
	"cmp"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
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
	// File of settings in YAML, by the names of the flags, such as max-cost: 50. Flags and environment win over it, and it
	// holds no secrets.
	SettingsFile string `name:"config" placeholder:"PATH" without:"none" see:"docs/deploy.md"`

	// Address to listen on.
	Listen string `default:"127.0.0.1:8080" placeholder:"ADDRESS"`

	// Address to serve /metrics on, for Prometheus and not for the world.
	AdminListen string `placeholder:"ADDRESS" without:"none"`

	// Ask the server that listens on the address whether it is alive, and end with 0 or 1: for health checks in
	// containers.
	Probe bool `env:"-"`

	// Try the community's secret and the identity providers, say what was found, and end with 0 or 1.
	Check bool `env:"-"`

	// Print the version.
	Version kong.VersionFlag `env:"-"`

	Community     `group:"The community"`
	tokens.Config `group:"Sign-in"`
	Serving       `group:"Serving"`
	Limits        `group:"Timeouts and limits"`
	Upstream      `group:"Asking Circle"`
	Updates       `group:"Live updates"`
	Fleet         `group:"Several instances"`

	// Commands are what else the program does.
	Commands

	// Settings are the safe outcome of the sign-in part.
	Settings tokens.Settings `kong:"-"`
	// ProxyNetworks are those of TrustedProxies.
	ProxyNetworks []netip.Prefix `kong:"-"`
	// command is what is to be done, as kong names it.
	command string
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

	// Hosts whose pictures html shows, such as images.example.com, *.example.com or * for any, separated by commas;
	// Circle's and the community's own always. Pictures of others are links. With the sandbox, any.
	PictureHosts []string `placeholder:"HOST" without:"none but Circle's and the community's" see:"docs/rich-text.md"`

	// Let the members of the sandbox write, answer and like by themselves, so that something happens to subscribe to.
	SandboxLife bool

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
	// loopback address. Those of app shells, such as capacitor://localhost, count too. With the sandbox, all of loopback.
	CORSOrigins []string `placeholder:"ORIGIN" without:"none"`

	// Headers that pages of these origins may send besides the usual ones of GraphQL clients and tracing, separated by
	// commas.
	CORSHeaders []string `placeholder:"NAME" without:"none"`

	// Serve the playground and let clients read the schema.
	Introspection bool `community:"false" sandbox:"true" negatable:""`

	// Be a subgraph of Apollo Federation 2: routers may read the schema and fetch any object by its id.
	Federation bool `see:"docs/federation.md"`

	// Manifest of trusted documents, or a directory of manifests: Apollo's, Relay's or GraphQL Code Generator's.
	TrustedDocuments string `placeholder:"PATH" see:"docs/http.md"`

	// What happens to documents that are not trusted: off (they run), log (they run, and their hash is logged) or
	// enforce (they are refused).
	TrustedDocumentsMode string `enum:"off,log,enforce" default:"off" placeholder:"MODE"`

	// Say in extensions.upstream and extensions.cost of each answer what it has cost.
	ShowUsage bool `community:"false" sandbox:"true" negatable:""`

	// Say in extensions.hints of an answer which fields have cost a call to Circle for each item of a list, and the
	// cheaper way: for development.
	ShowHints bool `community:"false" sandbox:"true" negatable:"" see:"docs/thrift.md"`

	// Least severe level to log: debug, info, warn or error. No level logs tokens, secrets, e-mail addresses or content.
	LogLevel string `enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL"`

	// How lines of the log are written: text (key=value) or json.
	LogFormat string `enum:"text,json" default:"text" placeholder:"FORMAT"`

	// Names of operations that metrics count by name, beside those of trusted documents, separated by commas.
	MetricOperations []string `placeholder:"NAME" without:"trusted documents only" see:"docs/operating.md"`

	// Send the traceparent of traces on to Circle.
	TraceUpstream bool `see:"docs/operating.md"`
}

// Limits bound what clients may use.
type Limits struct {
	// Largest request body, in bytes.
	MaxBody int64 `default:"1048576" placeholder:"BYTES"`

	// Memory for what clients send, for what is made of it, for answers on their way and for streams, in bytes. Beyond it
	// requests are refused with 503. A process takes as much again as garbage at times, and CIRCLEGRAPH_MEMO_BYTES and
	// 100 MB besides.
	MaxMemory int64 `default:"100663296" placeholder:"BYTES" see:"docs/limits.md"`

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
	// instances, unless they share a store.
	UpstreamBudget int `community:"1800" sandbox:"0" placeholder:"NUMBER"`

	// Memory for answers of Circle that are used again for the same access token, in bytes; 0 for none.
	MemoBytes uint64 `default:"67108864" placeholder:"BYTES"`

	// How long feeds, comments and counts are used again.
	MemoBrief time.Duration `default:"3s" placeholder:"TIME"`

	// How long links, topics and fields of profiles are used again.
	MemoLong time.Duration `default:"1m" placeholder:"TIME"`

	// How long spaces and the member's own profile are used again; 0s for as long as links. From half of it on they are
	// renewed beside a request that uses them.
	MemoSeldom time.Duration `default:"10m" placeholder:"TIME" see:"docs/limits.md"`

	// How long a list answers for the posts, comments, members, spaces, rooms and lessons that it carries; 0s for never.
	MemoRecords time.Duration `default:"1m" placeholder:"TIME" see:"docs/limits.md"`

	// How long after that a stale answer may be used while Circle fails; 0s for never.
	MemoStale time.Duration `default:"5m" placeholder:"TIME"`
}

// Updates says how members are told what others do.
type Updates struct {
	// Whether members who subscribe are told over Circle's websocket, which is a beta: auto or off.
	Cable string `enum:"auto,off" default:"auto" placeholder:"MODE" see:"docs/live.md"`

	// Address of Circle's websocket.
	CableURL string `placeholder:"URL" without:"/cable at Circle's address"`

	// Web origin to name there, one of the community's own domains, such as https://community.example.com. Circle refuses
	// any other.
	CableOrigin string `placeholder:"ORIGIN" without:"CIRCLEGRAPH_COMMUNITY_URL; without that, no websocket"`

	// How many websockets to Circle may be open at a time, one for each member who subscribes.
	LiveMax int `default:"5000" placeholder:"COUNT"`
}

// Fleet says what several instances share.
type Fleet struct {
	// Address of the Redis or Valkey through which several instances act as one: rediss or valkeys, which are TLS; redis,
	// valkey or unix on the same machine. Better given by environment or file than by flag.
	SharedURL tokens.Secret `placeholder:"URL" without:"this instance is the only one" see:"docs/scale.md"`

	// File that holds that address.
	SharedURLFile string `placeholder:"PATH"`

	// How many instances there are at most. While the shared store is away, each spends its part of the budget.
	Instances int `default:"4" placeholder:"NUMBER" see:"docs/scale.md"`
}

// CableAddress is where the websocket is; empty if none is to be opened.
func (c *Config) CableAddress() string {
	switch {
	case c.Cable == "off" || c.Origin() == "":
		return ""
	case c.CableURL != "":
		return c.CableURL
	}
	return "ws" + strings.TrimPrefix(strings.TrimSuffix(c.CircleURL, "/"), "http") + "/cable"
}

// Origin is the web origin to name there; empty if it is not known.
func (c *Config) Origin() string {
	return strings.TrimSuffix(cmp.Or(c.CableOrigin, c.CommunityURL), "/")
}

// Sandbox reports whether the embedded sandbox is to be served instead of a real community.
func (c *Config) Sandbox() bool { return c.Settings.Has(tokens.ModeSandbox) }

// Origins are the web origins that may call this server. An origin may have one * in it. Whoever builds an app serves
// it from a port of their own machine, and of the sandbox there is nothing to gain.
func (c *Config) Origins() []string {
	origins := slices.Clone(c.CORSOrigins)
	if c.Sandbox() {
		for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
			origins = append(origins, "http://"+host, "http://"+host+":*", "https://"+host, "https://"+host+":*")
		}
	}
	return origins
}

// SessionURL is where web sessions are opened: at the community's own pages, or at the sandbox itself, whose pages are
// nowhere.
func (c *Config) SessionURL() string {
	if c.Sandbox() {
		return c.CircleURL
	}
	return c.CommunityURL
}

// Pictures are the hosts whose pictures texts show. What the sandbox shows is made up.
func (c *Config) Pictures() []string {
	if c.Sandbox() {
		return []string{"*"}
	}
	hosts := append([]string{"circle.so", "*.circle.so"}, c.PictureHosts...)
	for _, address := range []string{c.CircleURL, c.CommunityURL} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			hosts = append(hosts, u.Hostname(), "*."+u.Hostname())
		}
	}
	return hosts
}

// LogHandler writes lines in the format and from the level that are set.
func (c *Config) LogHandler(w io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: c.level()}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// level is LogLevel as slog has it.
func (c *Config) level() slog.Level {
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo // not reached: the parser knows the four levels
	}
	return level
}
