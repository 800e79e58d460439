// Package config reads how this server is to run from flags and environment, and refuses what would be unsafe.
package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"circlegraph/tokens"
)

// DefaultCircleURL is where Circle's APIs are. It is no flag default, because whether an address was given decides
// between a real community and the sandbox.
const DefaultCircleURL = "https://app.circle.so"

// defaultBudget stays below Circle's 2,000, since some requests may be another program's.
const defaultBudget = 1800

// ErrDone is no failure: --help or --version was asked for and has been printed.
var ErrDone = errors.New("config: nothing left to do")

// Config is everything that can be set. A flag wins over the environment, and an empty variable counts as not given.
type Config struct {
	// Listen is the address to serve on.
	Listen string `name:"listen" env:"CIRCLEGRAPH_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address to listen on."`

	// AdminListen is the address to serve metrics on; empty for none.
	AdminListen string `name:"admin-listen" env:"CIRCLEGRAPH_ADMIN_LISTEN" placeholder:"ADDRESS" help:"Address to serve /metrics on, for Prometheus and not for the world. Without: none."`

	// CircleURL is as given; Load fills in DefaultCircleURL for a real community.
	CircleURL string `group:"The community" name:"circle-url" env:"CIRCLE_URL" placeholder:"URL" help:"Circle's address. Without: https://app.circle.so."`
	// HeadlessToken is the secret that Circle calls a Headless Auth token. Load reads HeadlessTokenFile into it.
	HeadlessToken tokens.Secret `group:"The community" name:"circle-headless-token" env:"CIRCLE_HEADLESS_TOKEN" placeholder:"TOKEN" help:"The community's Headless Auth token. Better given by environment or file than by flag."`
	// HeadlessTokenFile is a file with nothing else in it.
	HeadlessTokenFile string `group:"The community" name:"circle-headless-token-file" env:"CIRCLE_HEADLESS_TOKEN_FILE" placeholder:"PATH" help:"File that holds the community's Headless Auth token."`

	// CommunityURL is the address of the community's own web pages; empty where not given.
	CommunityURL string `group:"The community" name:"community-url" env:"CIRCLEGRAPH_COMMUNITY_URL" placeholder:"URL" help:"Address of the community's own web pages, such as https://community.example.com. Without: links are not resolved."`
	// WebSession lets members sign in on those pages, by a cookie that outlives their tokens.
	WebSession bool `group:"The community" name:"web-session" env:"CIRCLEGRAPH_WEB_SESSION" help:"Let members get the cookies that sign them in on the community's own web pages, for web views. They count for about a year."`

	// Config is how members prove who they are.
	tokens.Config `embed:"" group:"Sign-in"`

	// TrustedProxyList and CORSOriginList are as given; Load reads them into TrustedProxies and CORSOrigins.
	TrustedProxyList []string `group:"Serving" name:"trusted-proxies" env:"CIRCLEGRAPH_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of the reverse proxies whose X-Forwarded-For is believed, separated by commas. Used for the client's address in the log and for limits per address."`
	CORSOriginList   []string `group:"Serving" name:"cors-origins" env:"CIRCLEGRAPH_CORS_ORIGINS" placeholder:"ORIGIN" help:"Web origins that may call this server, such as https://app.example.com, separated by commas. Without: none."`
	// Introspection is nil where not given; see IntrospectionOn.
	Introspection *bool `group:"Serving" name:"introspection" env:"CIRCLEGRAPH_INTROSPECTION" negatable:"" help:"Serve the playground and let clients read the schema. Without: on with the sandbox, off with a real community."`
	// TrustedDocuments is a manifest or a directory of them; empty where there are none.
	TrustedDocuments string `group:"Serving" name:"trusted-documents" env:"CIRCLEGRAPH_TRUSTED_DOCUMENTS" placeholder:"PATH" help:"Manifest of trusted documents, or a directory of manifests: Apollo's, Relay's or GraphQL Code Generator's."`
	// UntrustedDocuments says what becomes of all other documents.
	UntrustedDocuments string `group:"Serving" name:"trusted-documents-mode" env:"CIRCLEGRAPH_TRUSTED_DOCUMENTS_MODE" enum:"off,log,enforce" default:"off" placeholder:"MODE" help:"What becomes of documents that are not trusted: off (they are carried out), log (so too, and their hash is logged) or enforce (they are refused)."`
	// ShowUsage is nil where not given; see ShowUsageOn.
	ShowUsage *bool `group:"Serving" name:"show-usage" env:"CIRCLEGRAPH_SHOW_USAGE" negatable:"" help:"Say in extensions.upstream and extensions.cost of each answer what it has cost. Without: on with the sandbox, off with a real community."`
	// LogLevel is the least severe level that is logged.
	LogLevel string `group:"Serving" name:"log-level" env:"CIRCLEGRAPH_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL" help:"Least severe level to log: debug, info, warn or error. The log holds no tokens, secrets or addresses of members at any level."`

	// MaxBody is the largest request body in bytes.
	MaxBody int64 `group:"Timeouts and limits" name:"max-body" env:"CIRCLEGRAPH_MAX_BODY" default:"1048576" placeholder:"BYTES" help:"Largest request body, in bytes."`
	// MaxCost is how many requests to Circle an operation may need at most, by an estimate; 0 for any number.
	MaxCost int `group:"Timeouts and limits" name:"max-cost" env:"CIRCLEGRAPH_MAX_COST" default:"50" placeholder:"NUMBER" help:"Most requests to Circle that a GraphQL operation may need, by an estimate before the first; 0 for any number."`
	// RequestTimeout bounds one GraphQL request with all its calls to Circle.
	RequestTimeout time.Duration `group:"Timeouts and limits" name:"request-timeout" env:"CIRCLEGRAPH_REQUEST_TIMEOUT" default:"30s" placeholder:"TIME" help:"Longest a GraphQL request may take."`
	// UpstreamTimeout bounds one call to Circle with its retries.
	UpstreamTimeout time.Duration `group:"Timeouts and limits" name:"upstream-timeout" env:"CIRCLEGRAPH_UPSTREAM_TIMEOUT" default:"15s" placeholder:"TIME" help:"Longest a call to Circle may take, retries included."`
	// Budget is nil where not given; see UpstreamBudget.
	Budget *int `group:"Asking Circle" name:"upstream-budget" env:"CIRCLEGRAPH_UPSTREAM_BUDGET" placeholder:"NUMBER" help:"Most requests to send to Circle in five minutes; 0 for no limit. Circle answers 2,000 per address: divide it among instances. Without: 1800, and no limit with the sandbox."`
	// MemoBytes bounds what is remembered of Circle's answers; 0 remembers nothing.
	MemoBytes uint64 `group:"Asking Circle" name:"memo-bytes" env:"CIRCLEGRAPH_MEMO_BYTES" default:"67108864" placeholder:"BYTES" help:"Memory for answers of Circle that are used again for the same access token, in bytes; 0 for none."`
	// MemoBrief is how long feeds, comments, counts and the like are remembered.
	MemoBrief time.Duration `group:"Asking Circle" name:"memo-brief" env:"CIRCLEGRAPH_MEMO_BRIEF" default:"3s" placeholder:"TIME" help:"How long feeds, comments and counts are used again."`
	// MemoLong is how long spaces, links, topics and the own profile are remembered.
	MemoLong time.Duration `group:"Asking Circle" name:"memo-long" env:"CIRCLEGRAPH_MEMO_LONG" default:"1m" placeholder:"TIME" help:"How long spaces, links, topics and the member's own profile are used again."`
	// MemoStale is how long after that an answer may stand in for a Circle that fails.
	MemoStale time.Duration `group:"Asking Circle" name:"memo-stale" env:"CIRCLEGRAPH_MEMO_STALE" default:"5m" placeholder:"TIME" help:"How long after that an answer may stand in while Circle fails; 0s for never."`
	// MaxStreams and MaxStreamsPerAddress bound the subscriptions and websockets that are open at a time.
	MaxStreams           int `group:"Timeouts and limits" name:"max-streams" env:"CIRCLEGRAPH_MAX_STREAMS" default:"10000" placeholder:"COUNT" help:"How many event streams and websockets may be open at a time."`
	MaxStreamsPerAddress int `group:"Timeouts and limits" name:"max-streams-per-address" env:"CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS" default:"100" placeholder:"COUNT" help:"How many of them from one address. Behind a reverse proxy, name it in CIRCLEGRAPH_TRUSTED_PROXIES: otherwise its address counts for everybody's."`
	// DrainDelay is how long /readyz says no before new connections are refused.
	DrainDelay time.Duration `group:"Timeouts and limits" name:"drain-delay" env:"CIRCLEGRAPH_DRAIN_DELAY" default:"0s" placeholder:"TIME" help:"How long to go on serving after SIGTERM while /readyz already says no, so that a load balancer can notice."`
	// ShutdownGrace is how long requests under way may take to end.
	ShutdownGrace time.Duration `group:"Timeouts and limits" name:"shutdown-grace" env:"CIRCLEGRAPH_SHUTDOWN_GRACE" default:"20s" placeholder:"TIME" help:"How long requests under way may take to end after SIGTERM."`

	// Probe asks the server that listens there whether it is alive, instead of serving.
	Probe bool `name:"probe" help:"Ask the server that listens on the address whether it is alive, and end with 0 or 1: for health checks in containers."`
	// Version prints the version and ends.
	Version kong.VersionFlag `name:"version" help:"Print the version."`

	// Settings are the safe outcome of the sign-in part.
	Settings tokens.Settings `kong:"-"`
	// TrustedProxies are the networks of TrustedProxyList.
	TrustedProxies []netip.Prefix `kong:"-"`
	// CORSOrigins are the origins of CORSOriginList.
	CORSOrigins []string `kong:"-"`
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

// IntrospectionOn reports whether clients may read the schema and the playground is served.
func (c *Config) IntrospectionOn() bool {
	if c.Introspection != nil {
		return *c.Introspection
	}
	return c.Sandbox()
}

// ShowUsageOn reports whether each answer says what it has cost.
func (c *Config) ShowUsageOn() bool {
	if c.ShowUsage != nil {
		return *c.ShowUsage
	}
	return c.Sandbox()
}

// UpstreamBudget is the most requests to send to Circle in five minutes, 0 for no limit.
func (c *Config) UpstreamBudget() int {
	switch {
	case c.Budget != nil:
		return *c.Budget
	case c.Sandbox():
		return 0
	}
	return defaultBudget
}

// Level is LogLevel as slog has it.
func (c *Config) Level() slog.Level {
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo // not reached: the parser knows the four levels
	}
	return level
}

// Load reads args and the environment that lookup gives (such as [os.Getenv]) and refuses what is unsafe. Help and
// version go to stdout and give [ErrDone]. Any other error is one sentence, or several, for the operator, and shows no
// secret.
func Load(args []string, lookup func(name string) string, version string, stdout io.Writer) (*Config, error) {
	c := &Config{}
	done := false
	variables := map[string][]string{} // by flag name
	parser, err := kong.New(c,
		kong.Name("circlegraph"),
		kong.Description("A Circle community over GraphQL. Without any settings it serves a made-up community, the sandbox."),
		kong.Vars{"version": version},
		kong.Writers(stdout, io.Discard),
		kong.Exit(func(int) { done = true }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}),
		kong.ValueFormatter(func(v *kong.Value) string { return describe(v, variables[v.Name]) }),
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			for _, name := range variables[flag.Name] {
				if value := lookup(name); value != "" {
					return value, nil
				}
			}
			return nil, nil
		})),
	)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	// Kong would read the process's environment and take an empty variable for a value; the resolver above does neither.
	for _, flag := range parser.Model.Flags {
		variables[flag.Name], flag.Tag.Envs, flag.Envs = flag.Envs, nil, nil
	}
	_, err = parser.Parse(args)
	switch {
	case done:
		return nil, ErrDone
	case err != nil && strings.HasPrefix(err.Error(), "unexpected argument"):
		// Not repeated: it may be the second half of a secret that held a space.
		return nil, sentence("There are no arguments besides flags. See --help.")
	case err != nil:
		return nil, sentencef("%s. See --help.", err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// check refuses every unsafe or contradictory mix with a sentence for each thing to mend, and fills in what the
// settings lead to.
func (c *Config) check() error {
	deployment := tokens.Deployment{
		Listen: c.Listen, CircleURL: c.CircleURL, HeadlessToken: c.HeadlessToken, HeadlessTokenFile: c.HeadlessTokenFile,
	}
	settings, err := c.Config.Validate(deployment)
	found := []error{err}
	if err == nil && c.HeadlessTokenFile != "" {
		// Once more with the token itself, which no other secret may equal.
		if deployment.HeadlessToken, err = readToken(c.HeadlessTokenFile); err == nil {
			deployment.HeadlessTokenFile = ""
			settings, err = c.Config.Validate(deployment)
		}
		found = append(found, err)
	}
	c.Settings, c.HeadlessToken = settings, deployment.HeadlessToken
	if c.CircleURL == "" && !c.Sandbox() {
		c.CircleURL = DefaultCircleURL
	}
	c.TrustedProxies, err = parseProxies(c.TrustedProxyList)
	found = append(found, err)
	c.CORSOrigins, err = parseOrigins(c.CORSOriginList)
	found = append(found, err, checkListen("CIRCLEGRAPH_LISTEN", c.Listen), c.checkAdmin(), c.checkLimits())
	if !c.Sandbox() {
		found = append(found, checkAddress("CIRCLE_URL", c.CircleURL))
	}
	found = append(found, c.checkCommunity(), c.checkOrigins())
	return errors.Join(found...)
}

// describe is a flag's help with its default and its variables.
func describe(v *kong.Value, variables []string) string {
	parts := []string{v.Help}
	if v.HasDefault {
		parts = append(parts, "Default: "+v.Default+".")
	}
	for _, name := range variables {
		parts = append(parts, "[$"+name+"]")
	}
	return strings.Join(parts, " ")
}

func readToken(path string) (tokens.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", sentencef("CIRCLE_HEADLESS_TOKEN_FILE cannot be read: %s.", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", sentence("CIRCLE_HEADLESS_TOKEN_FILE is empty.")
	}
	return tokens.Secret(token), nil
}
